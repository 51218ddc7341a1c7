"""Says in one sentence why an alert was told, or was not."""

from collections.abc import Sequence

import msgspec

from domain.alert_commands import SilencedBy
from domain.alerting.evaluator import Kept
from domain.alerting.machine import clear_for
from domain.alerting.rule import Absence, Condition, ConfigDrift, DeviceDown, LogMatch, Rule
from domain.alerting.spec import compiled
from domain.detection.moment import written
from projections.alert_evaluation import DeliveryRow
from projections.alerts import AlertRow


class PhaseMark(msgspec.Struct, frozen=True, kw_only=True):
    """A phase that began, and the value that made it."""

    at: str
    phase: str
    value: float | None


class SeriesState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a series stands: `progress` (0 to 1) of the duration that the present phase needs. `at` and `value` are the
    last that counted, `since` is when the phase began, `began` when what breaks the rule was first seen."""

    subject: str
    phase: str
    since: str
    at: str
    value: float | None
    began: str | None
    needed_s: float
    elapsed_s: float
    progress: float
    flapping: bool
    trail: list[PhaseMark]
    """The last steps of its phases."""


def series_state(kept: Kept, rule: Rule) -> SeriesState:
    """`at` is the last value that counted; the duration is counted up to it."""
    series, spec = kept.series, compiled(rule.condition)
    needed = {"pending": spec.for_s, "clearing": clear_for(series, spec)}.get(series.phase, 0.0)
    elapsed = max(0.0, series.at - series.since) if needed else 0.0
    return SeriesState(
        subject=kept.subject,
        phase=series.phase,
        since=written(series.since),
        at=written(series.at),
        value=series.value,
        began=written(series.began) if series.began else None,
        needed_s=needed,
        elapsed_s=elapsed,
        progress=min(1.0, elapsed / needed) if needed else 1.0,
        flapping=series.flapping,
        trail=[PhaseMark(at=written(mark.at), phase=mark.phase, value=mark.value) for mark in series.trail],
    )


def series_explained(state: SeriesState, condition: Condition) -> str:
    """What the state machine says of it."""
    value = "no value" if state.value is None else f"{state.value:.6g}"
    breaks, clear, holds_not = (
        f"{value} breaks the rule",
        f"{value} is clear again",
        f"the last value, {value}, does not break the rule",
    )
    match condition:
        case Absence():
            breaks = f"no value came after {state.at}, when it was {value}"
            holds_not = (
                f"the last value, {value}, came at {state.at}; the rule breaks {condition.for_s:g} s later"
            )
        case DeviceDown() | ConfigDrift() | LogMatch():  # 1 where it is so, 0 where it is over
            breaks, clear, holds_not = "what the rule tells of is so", "it is over", "it is not so"
        case _:
            pass
    match state.phase:
        case "pending":
            return f"{breaks}, for {state.elapsed_s:g} of the {state.needed_s:g} s that it must last"
        case "firing":
            again = (
                ", and it flaps: it ends only after having been clear for a while" if state.flapping else ""
            )
            return f"{breaks}{again}"
        case "clearing":
            return f"{clear}, for {state.elapsed_s:g} of the {state.needed_s:g} s that it must last"
        case _:
            return holds_not


def alert_explained(
    row: AlertRow | None,
    held_by: SilencedBy | None,
    rule: Rule | None,
    series: SeriesState | None,
    deliveries: Sequence[DeliveryRow],
) -> str:
    """From what decided last."""
    if held_by is not None:
        return f"held back: {held_by.why}, and the alert about that tells the cause"
    if rule is not None and not rule.enabled and (row is None or row.state == "resolved"):
        return "the rule is disabled"
    if row is None or row.state == "resolved":
        said = f"resolved: {row.reason}" if row is not None else "not raised"
        if series is None or rule is None:
            return said
        return f"{said}; {series_explained(series, rule.condition)}"
    if row.silenced_by is not None and row.state == "silenced":
        return f"raised, but nobody is told: {row.silenced_by.why}"
    if row.state == "acknowledged":
        return f"raised, and acknowledged by {row.acknowledged_by}"
    delivered = sum(each.state == "delivered" for each in deliveries)
    failed = sum(each.state == "failed" for each in deliveries)
    if failed:
        return f"raised and told {delivered} times; {failed} deliveries failed"
    return f"raised and told {delivered} times" if deliveries else "raised; no channel wants it"
