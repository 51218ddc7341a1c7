"""The daily and the weekly profile of a series, by the hour (UTC), and how far a sample is off them."""

from typing import Final

from domain.detection.state import (
    DAY,
    DAY_ERROR,
    DAY_OFFSET_40,
    DAY_SLOTS,
    MEAN_12,
    REFERENCE,
    SPREAD,
    WEEK,
    WEEK_ERROR,
    WEEK_OFFSET_12,
    WEEK_SLOTS,
    SeriesState,
)

_DAY_RATE: Final = 0.037
_WEEK_RATE: Final = 0.04
_RATE_INTERVAL_S: Final = 300.0
_MOST_VISITS: Final = 255


def day_slot(at_s: float) -> int:
    return int(at_s // 3600.0) % DAY_SLOTS


def week_slot(at_s: float) -> int:
    return int(at_s // 3600.0) % WEEK_SLOTS


def expected_by_day(state: SeriesState, at_s: float) -> float | None:
    """The daily profile at a time, None where that hour was never seen."""
    slot = day_slot(at_s)
    return state.scalars[REFERENCE] + state.tables[DAY + slot] if state.visits[slot] else None


def expected_by_week(state: SeriesState, at_s: float) -> float | None:
    """The weekly profile at a time, None where that hour of the week was never seen."""
    slot = week_slot(at_s)
    if not state.visits[DAY_SLOTS + slot]:
        return None
    return state.scalars[REFERENCE] + state.tables[WEEK + slot]


def expected_now(state: SeriesState, at_s: float) -> tuple[float, float]:
    """What the next sample should be, and by how much such an expectation is usually wrong (mean absolute error).

    The expectation is the recent mean or a profile, whichever has been wrong by less.
    """
    scalars = state.scalars
    expected, error = scalars[MEAN_12], scalars[SPREAD]
    hour = int(at_s // 3600.0)
    slot = hour % DAY_SLOTS
    if scalars[DAY_ERROR] < error and state.visits[slot]:
        expected, error = scalars[REFERENCE] + state.tables[DAY + slot], scalars[DAY_ERROR]
    slot = hour % WEEK_SLOTS
    if scalars[WEEK_ERROR] < error and state.visits[DAY_SLOTS + slot] > 1:
        expected, error = scalars[REFERENCE] + state.tables[WEEK + slot], scalars[WEEK_ERROR]
    return expected, error


def observe_seasons(
    state: SeriesState, at_s: float, value: float, interval_s: float, rate: float, floor: float, clip: float
) -> tuple[float, float]:
    """Residuals in units of the usual one, smoothed for the day and plain for the week; then learns the sample.

    Where samples come faster than every five minutes each of them teaches less, so that a profile does not follow the hour.
    """
    scalars, tables, visits = state.scalars, state.tables, state.visits
    pace = interval_s / _RATE_INTERVAL_S if interval_s < _RATE_INTERVAL_S else 1.0
    relative = value - scalars[REFERENCE]
    day = week = 0.0

    hour = int(at_s // 3600.0)
    slot = hour % DAY_SLOTS
    seen = visits[slot]
    residual = relative - tables[DAY + slot]
    if seen:
        error = scalars[DAY_ERROR]
        usual = error + floor
        size = abs(residual)
        offset = scalars[DAY_OFFSET_40]
        offset += (residual - offset) * 0.025
        scalars[DAY_OFFSET_40] = offset
        day = abs(offset) / usual
        if error > 0.0 and size > clip * usual:
            size = clip * usual
        scalars[DAY_ERROR] = error + rate * (size - error)
    tables[DAY + slot] += residual * max(_DAY_RATE * pace, 1.0 / (seen + 1))
    if seen < _MOST_VISITS:
        visits[slot] = seen + 1

    slot = hour % WEEK_SLOTS
    seen = visits[DAY_SLOTS + slot]
    residual = relative - tables[WEEK + slot]
    if seen:
        error = scalars[WEEK_ERROR]
        usual = error + floor
        size = abs(residual)
        week = size / usual
        offset = scalars[WEEK_OFFSET_12]
        offset += (residual - offset) / 12.0
        scalars[WEEK_OFFSET_12] = offset
        if error > 0.0 and size > clip * usual:
            size = clip * usual
        scalars[WEEK_ERROR] = error + rate * (size - error)
    tables[WEEK + slot] += residual * max(_WEEK_RATE * pace, 1.0 / (seen + 1))
    if seen < _MOST_VISITS:
        visits[DAY_SLOTS + slot] = seen + 1
    return day, week
