"""The state machine of one series under one rule: ok, pending, firing, clearing. No clock: times come with the values."""

from math import isfinite
from typing import Literal

import msgspec

from domain.alerting.spec import Spec

Phase = Literal["ok", "pending", "firing", "clearing"]
Outcome = Literal["fired", "cleared"]
LATE_S = 900.0
"""A value that is older than the last one by less is late, or came twice, and is passed over. One that is older by more
was measured by a clock that was set back, and is believed."""
FLAPS = 4
"""A series that fires so often ..."""
FLAP_WINDOW_S = 3_600.0
"""... within so long flaps, and then fires on ..."""
FLAP_HOLD_S = 600.0
"""... until it has been clear for so long, so that it is told once and not every time."""
_TRAIL = 8


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One step on the way: the phase that began, when, and the value that made it."""

    at: float
    phase: Phase
    value: float | None


class Series(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where one series stands. `at` and `value` are the last that counted; `since` is when the phase began."""

    at: float
    value: float | None
    phase: Phase = "ok"
    since: float = 0.0
    began: float = 0.0
    """When what is pending or firing now was first seen."""
    was_ok: bool = False
    fired: tuple[float, ...] = ()
    """When it fired lately."""
    trail: tuple[Mark, ...] = ()

    @property
    def flapping(self) -> bool:
        return len(self.fired) >= FLAPS

    @property
    def on(self) -> bool:
        """Whether its alert stands."""
        return self.phase in ("firing", "clearing")


def advance(
    series: Series | None, spec: Spec, at: float, value: float | None, gap_s: float
) -> tuple[Series | None, Outcome | None]:
    """The series after one more value. What is no number changes nothing. A duration that would have to reach over a
    gap of more than `gap_s` begins anew."""
    if value is None or not isfinite(value):
        return series, None
    if series is None:
        series = Series(at, None, since=at)
    elif at <= series.at:
        if series.at - at < LATE_S:
            return series, None
        series = Series(at, None, series.phase, at, at, series.was_ok, (), series.trail)
    gap = at - series.at > gap_s
    phase = series.phase
    if spec.absent:
        if phase == "firing":
            return _entered(series, "ok", at, value), "cleared"
        return Series(at, value, "ok", series.since, 0.0, True, (), series.trail), None
    if phase == "ok":
        if not spec.breaks(value):
            return Series(at, value, "ok", series.since, 0.0, True, series.fired, series.trail), None
        if spec.after_ok and not series.was_ok:
            return Series(at, value, "ok", series.since, 0.0, False, series.fired, series.trail), None
        if spec.for_s > 0:
            return _entered(series, "pending", at, value), None
        return _fired(series, at, value), "fired"
    if phase == "pending":
        if not spec.breaks(value):
            return _entered(series, "ok", at, value), None
        if gap and not spec.sticky:
            return _entered(series, "pending", at, value), None
        if at - series.since >= spec.for_s:
            return _fired(series, at, value), "fired"
        return _kept(series, at, value), None
    if not spec.clears(value):
        return (
            _kept(series, at, value) if phase == "firing" else _entered(series, "firing", at, value)
        ), None
    needed_s = clear_for(series, spec)
    if phase == "firing" or (gap and not spec.sticky):
        if needed_s > 0:
            return _entered(series, "clearing", at, value), None
        return _entered(series, "ok", at, value), "cleared"
    if at - series.since >= needed_s:
        return _entered(series, "ok", at, value), "cleared"
    return _kept(series, at, value), None


def tick(series: Series, spec: Spec, now: float) -> tuple[Series, Outcome | None]:
    """The series after time has gone by without a value."""
    due = deadline(series, spec)
    if due is None or now < due:
        return series, None
    if series.phase in ("ok", "pending"):
        return _fired(series, max(due, series.at), series.value, at_kept=spec.absent), "fired"
    return _entered(series, "ok", max(due, series.at), series.value), "cleared"


def deadline(series: Series, spec: Spec) -> float | None:
    """When time alone will change the phase; None where only a value can."""
    if spec.absent:
        return series.at + spec.for_s if series.phase == "ok" else None
    if not spec.sticky:
        return None
    match series.phase:
        case "pending":
            return series.since + spec.for_s
        case "clearing":
            return series.since + clear_for(series, spec)
        case "firing" if spec.hold_s is not None:
            return series.at + spec.hold_s
        case _:
            return None


def clear_for(series: Series, spec: Spec) -> float:
    """How long it must be clear before it is over; longer where it flaps."""
    return max(spec.clear_for_s, FLAP_HOLD_S) if series.flapping else spec.clear_for_s


def _kept(series: Series, at: float, value: float | None) -> Series:
    return Series(
        at, value, series.phase, series.since, series.began, series.was_ok, series.fired, series.trail
    )


def _entered(series: Series, phase: Phase, at: float, value: float | None) -> Series:
    began = at if phase == "pending" else series.began if phase != "ok" else 0.0
    trail = (*series.trail[1 - _TRAIL :], Mark(at, phase, value))
    return Series(at, value, phase, at, began, series.was_ok or phase == "ok", series.fired, trail)


def _fired(series: Series, at: float, value: float | None, *, at_kept: bool = False) -> Series:
    began = series.began if series.phase == "pending" else (series.at if at_kept else at)
    recent = tuple(each for each in series.fired if 0 <= at - each <= FLAP_WINDOW_S)
    trail = (*series.trail[1 - _TRAIL :], Mark(at, "firing", value))
    last = series.at if at_kept else at
    return Series(last, value, "firing", at, began, series.was_ok, (*recent[1 - FLAPS :], at), trail)
