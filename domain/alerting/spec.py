"""A rule's condition as the state machine runs it: when a value breaks it, when it is clear again, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.alert_commands import Severity
from domain.alerting.rule import (
    Absence,
    Anomaly,
    Compliance,
    Condition,
    ConfigDrift,
    CustomerDrift,
    DeviceDown,
    InterfaceDown,
    LogMatch,
    Threshold,
)

Test = Callable[[float], bool]
RANKS: dict[Severity, int] = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}
"""The graver, the lower."""


@dataclass(frozen=True, slots=True)
class Spec:
    """`source` names the metric that feeds it, or the kind of finding."""

    source: str
    breaks: Test
    clears: Test
    for_s: float = 0.0
    clear_for_s: float = 0.0
    sticky: bool = False
    """A value holds until the next one, so that time alone can make it last long enough."""
    hold_s: float | None = None
    """Without another value that breaks it, it is over after so long."""
    absent: bool = False
    """It is broken by having no value for `for_s`."""
    after_ok: bool = False
    """Only what was once all right can break it."""


def compiled(condition: Condition) -> Spec:
    """Pure; whatever `check` accepts gives a spec."""
    match condition:
        case Threshold():
            breaks, clears = _tests(condition)
            return Spec(
                condition.metric, breaks, clears, for_s=condition.for_s, clear_for_s=condition.clear_for_s
            )
        case Absence():
            return Spec(condition.metric, _never, _always, for_s=condition.for_s, absent=True)
        case InterfaceDown():
            return Spec(
                "if_oper_up",
                lambda value: value < 1,
                lambda value: value >= 1,
                for_s=condition.for_s,
                clear_for_s=condition.clear_for_s,
                after_ok=True,
            )
        case DeviceDown():
            return Spec("device_down", _present, _gone, for_s=condition.for_s, sticky=True)
        case ConfigDrift():
            return Spec("config_drift", _present, _gone, sticky=True)
        case Anomaly() | Compliance() | CustomerDrift():  # has no series: rules decide on what is found
            return Spec("", _never, _always)
        case LogMatch():
            return Spec("log", _present, _gone, sticky=True, hold_s=condition.hold_s)


def _tests(condition: Threshold) -> tuple[Test, Test]:
    value = condition.value
    back = value if condition.clear is None else condition.clear
    match condition.op:
        case ">":
            return (lambda v: v > value), (lambda v: v <= back)
        case ">=" if condition.clear is None:
            return (lambda v: v >= value), (lambda v: v < value)
        case ">=":
            return (lambda v: v >= value), (lambda v: v <= back and v < value)
        case "<":
            return (lambda v: v < value), (lambda v: v >= back)
        case "<=" if condition.clear is None:
            return (lambda v: v <= value), (lambda v: v > value)
        case "<=":
            return (lambda v: v <= value), (lambda v: v >= back and v > value)
        case "outside":
            upper = value if condition.upper is None else condition.upper
            back_upper = upper if condition.clear_upper is None else condition.clear_upper
            return (lambda v: v < value or v > upper), (lambda v: back <= v <= back_upper)


def _present(value: float) -> bool:
    return value > 0


def _gone(value: float) -> bool:
    return value <= 0


def _never(value: float) -> bool:
    return False


def _always(value: float) -> bool:
    return True
