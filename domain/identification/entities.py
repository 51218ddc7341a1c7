"""Picks from entPhysicalTable (RFC 6933) the rows that speak for the whole device, in chassis and in stacks."""

from collections.abc import Callable, Iterable, Sequence

from domain.identification.sources import ENTITY_OBJECTS, Finding
from domain.identification.text import compiled, is_placeholder, plain
from domain.observation import PhysicalEntity

UNKNOWN, CHASSIS, MODULE, STACK = 2, 3, 9, 11
ROWS = 2000
"""Rows that are looked at; a chassis comes first in its table."""
_NEVER_THE_DEVICE = frozenset((5, 6, 7, 8, 10))
"""Containers, power supplies, fans, sensors and ports (transceivers) carry their own serial numbers."""
_PART = r"power.?supply|\bpsu?\b|\bfans?\b|transceiver|^(?:sfp|xfp|gbic|qsfp)|optical|sensor|\bdimm\b|battery|\bcable\b|\bslot\b"
_NOT_A_MODEL = r"^(?:chassis|stack|system|switch|router|device|unit|main(?: board)?|physical entity|unknown|module)?\W*\d*$|\bcpu\b|^0x|^\d+(?:\.\d+)+$"


def find_model(entities: Sequence[PhysicalEntity]) -> Finding | None:
    """entPhysicalModelName of the chassis, else its description or name where that reads like a model."""
    rows = speakers(entities)
    whole = [row for row in rows if row.class_ in (CHASSIS, STACK) or row.contained_in == 0][:1]
    return (
        _first(rows, "model", _like_a_model)
        or _first(whole, "descr", _named_model)
        or _first(whole, "name", _named_model)
    )


def find_serial(entities: Sequence[PhysicalEntity]) -> Finding | None:
    """entPhysicalSerialNum of the chassis, in a stack of its first member."""
    return _first(speakers(entities), "serial", _no_filler)


def find_version(entities: Sequence[PhysicalEntity]) -> Finding | None:
    """entPhysicalSoftwareRev of the chassis, else of the first module that runs software, else a firmware revision."""
    rows = speakers(entities)
    return _first(rows, "software_rev", _has_digit) or _first(rows[:1], "firmware_rev", _has_digit)


def find_manufacturer(entities: Sequence[PhysicalEntity]) -> Finding | None:
    """entPhysicalMfgName of the chassis."""
    return _first(speakers(entities), "manufacturer", _like_a_maker)


def speakers(entities: Sequence[PhysicalEntity]) -> list[PhysicalEntity]:
    """Chassis first, stack members in their order, then what contains everything, then modules; parts are left out."""
    devices = [row for row in entities[:ROWS] if row.class_ not in _NEVER_THE_DEVICE and not _is_part(row)]
    chassis = [row for row in devices if row.class_ == CHASSIS]
    roots = {row.index for row in entities if row.contained_in == 0 or row.class_ == STACK}
    outer = [row for row in chassis if row.contained_in in roots or row.contained_in == 0]
    tops = [row for row in devices if row.contained_in == 0 and row.class_ != CHASSIS]
    modules = [row for row in devices if row.class_ == MODULE and row.contained_in != 0]
    unsaid = [row for row in devices if row.class_ <= UNKNOWN and row.contained_in != 0]
    ordered: dict[int, PhysicalEntity] = {}
    for group in (outer, chassis, tops, modules, unsaid):
        for row in group:
            ordered.setdefault(row.index, row)
    return list(ordered.values())[:64]


def _is_part(row: PhysicalEntity) -> bool:
    if row.class_ in (CHASSIS, STACK):
        return False
    return any(compiled(_PART).search(text[:255]) for text in (row.descr, row.name))


def _first(rows: Iterable[PhysicalEntity], field: str, fits: Callable[[str], bool]) -> Finding | None:
    for row in rows:
        text = plain(getattr(row, field))
        if fits(text):
            return Finding(text, f"{ENTITY_OBJECTS[field]}.{row.index}")
    return None


def _no_filler(text: str) -> bool:
    return not is_placeholder(text)


def _like_a_maker(text: str) -> bool:
    """No filler, and neither a PCI vendor id nor a type designation."""
    return not is_placeholder(text) and not text.startswith("0x") and sum(c.isdigit() for c in text) < 3


def _has_digit(text: str) -> bool:
    return not is_placeholder(text) and any(c.isdigit() for c in text)


def _like_a_model(text: str) -> bool:
    return not is_placeholder(text) and not compiled(_NOT_A_MODEL).search(text)


def _named_model(text: str) -> bool:
    return _like_a_model(text) and _has_digit(text) and len(text) <= 80
