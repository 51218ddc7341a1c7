"""A gauge: which objects of an agent make a value of a metric, and how."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from domain.metrics import METRICS, sane
from domain.observation import OidValue
from domain.telemetry import Group, Sample

Formula = Literal[
    "value", "mean", "used_of_total", "free_of_total", "used_and_free", "unused", "memory", "good", "text"
]
"""value: a · mean: of all that answer · used_of_total: a of b · free_of_total: b less a, of b · used_and_free: a of a+b ·
unused: 100 less a · memory: b less a and all further, of b · good: 1 where a is one of `good`, else 0 · text: the first
number in a, behind `after`."""
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,15})?")
_NAME_LIMIT = 200


class Gauge(msgspec.Struct, frozen=True, omit_defaults=True):
    """`scale` turns what the agent says into the unit of the metric."""

    metric: str
    oids: tuple[str, ...]
    name: str = ""
    """What `interface` of its samples says."""
    formula: Formula = "value"
    scale: float = 1.0
    good: tuple[int, ...] = ()
    after: str = ""

    @property
    def group(self) -> Group:
        return METRICS[self.metric].group


def sample(gauge: Gauge, values: Mapping[str, OidValue]) -> Sample | None:
    """None where the agent did not answer for its objects; a sample without a value where it said nothing that can be."""
    given = [values[oid] for oid in gauge.oids if oid in values]
    if not given or (len(given) < len(gauge.oids) and gauge.formula not in ("mean", "memory")):
        return None
    if gauge.formula == "memory" and (gauge.oids[0] not in values or gauge.oids[1] not in values):
        return None
    value = _value(gauge, given)
    return Sample(
        gauge.metric, None if value is None else sane(gauge.metric, value * gauge.scale), gauge.name
    )


def _value(gauge: Gauge, given: list[OidValue]) -> float | None:
    if gauge.formula == "text":
        return _number_in(_text(given[0]), gauge.after)
    read = [number for each in given if (number := as_number(each)) is not None]
    if not read or (len(read) < len(given) and gauge.formula != "mean"):
        return None
    match gauge.formula:
        case "mean":
            return sum(read) / len(read)
        case "used_of_total":
            return _percent(read[0], read[1])
        case "free_of_total":
            return _percent(read[1] - read[0], read[1])
        case "used_and_free":
            return _percent(read[0], read[0] + read[1])
        case "memory":
            return _percent(read[1] - read[0] - sum(read[2:]), read[1])
        case "unused":
            return 100.0 - read[0]
        case "good":
            return float(read[0] in gauge.good)
        case _:
            return read[0]


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole > 0 else None


def as_number(value: OidValue) -> float | None:
    """A number, also where an agent writes it as text."""
    if isinstance(value, int):
        return float(value) if abs(value) < 1 << 70 else None
    return _number_in(_text(value), "")


def _number_in(text: str, after: str) -> float | None:
    start = text.find(after)
    found = _NUMBER.search(text, start + len(after)) if start >= 0 else None
    return float(found[0]) if found else None


def _text(value: OidValue) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def label(value: OidValue | None, otherwise: str) -> str:
    """A name as a row gives it, on one line; `otherwise` where it is empty."""
    words = _text(value).replace("\0", " ").split() if value is not None else []
    return " ".join("".join(c for c in word if c.isprintable()) for word in words)[:_NAME_LIMIT] or otherwise
