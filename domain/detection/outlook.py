"""Standing forecasts: at five horizons a series keeps predicting itself, and learns from how wrong it was."""

import math
from typing import Final

from domain.detection.seasons import expected_by_day, expected_by_week
from domain.detection.state import (
    DAY_OFFSET_40,
    HIGHEST,
    HORIZONS_S,
    INTERVAL,
    LOWEST,
    MEAN_12,
    NEXT_DUE,
    OUTLOOK,
    OUTLOOK_DUE,
    OUTLOOK_WIDTH,
    PREDICTORS,
    REFERENCE,
    TREND_AT,
    TREND_AT_AT,
    TREND_AT_VALUE,
    TREND_VALUE,
    TREND_WEIGHT,
    WEEK_OFFSET_12,
    SeriesState,
)

BAND: Final = 0.9
"""The share of samples that the bands are to hold."""

ERRORS: Final = PREDICTORS
BLEND_ERROR: Final = 2 * PREDICTORS
UPPER: Final = 2 * PREDICTORS + 1
LOWER: Final = 2 * PREDICTORS + 2
CHECKS: Final = 2 * PREDICTORS + 3
"""Places within one horizon's row of the outlook table."""

_TREND_MEMORY_S: Final = 2.0 * 86_400.0
_OFFSET_MEMORY_S: Final = 43_200.0
_BAND_START: Final = 2.06
"""The 95 % quantile of normal errors, in mean absolute errors."""
_BAND_STEP: Final = 0.25
_ERROR_RATE: Final = 0.1
_MOST_CHECKS: Final = 1e6
_PAUSES_S: Final = (0.0, 1_500.0, 4_000.0, 6_200.0, 18_000.0)
"""By horizon, how long after a check the next forecast is made. Without pauses horizons that divide the day would be checked
at the same hours for ever, and their bands would hold 90 % at these alone: with them every hour has its turn."""


def predictions(state: SeriesState, at_s: float, ahead_s: float) -> tuple[float, float, float, float]:
    """What will be measured `ahead_s` after `at_s`, by four rules: as now, as at this hour of the day, of the week, on trend."""
    scalars = state.scalars
    recent = scalars[MEAN_12]
    fade = math.exp(-ahead_s / _OFFSET_MEMORY_S)
    day = expected_by_day(state, at_s + ahead_s)
    week = expected_by_week(state, at_s + ahead_s)
    trend = scalars[TREND_VALUE]
    if scalars[TREND_AT_AT] > 0.0:
        trend += scalars[TREND_AT_VALUE] / scalars[TREND_AT_AT] * (at_s + ahead_s - scalars[TREND_AT])
        # A line through samples of a jumping clock may lead anywhere: no further than ten ranges beyond the range.
        beyond = 10.0 * (scalars[HIGHEST] - scalars[LOWEST])
        trend = min(max(trend, scalars[LOWEST] - beyond), scalars[HIGHEST] + beyond)
    return (
        recent,
        recent if day is None else day + scalars[DAY_OFFSET_40] * fade,
        recent if week is None else week + scalars[WEEK_OFFSET_12] * fade,
        trend,
    )


def blended(said: tuple[float, ...], errors: tuple[float, ...]) -> float:
    """The predictions' mean, weighted by the inverse fourth power of the errors that each was known to make."""
    least = min(errors)
    if least <= 0.0:
        exact = [value for value, error in zip(said, errors, strict=True) if error <= 0.0]
        return math.fsum(exact) / len(exact)
    weights = [(least / error) ** 4 for error in errors]
    return math.fsum(w * value for w, value in zip(weights, said, strict=True)) / math.fsum(weights)


def observe_outlook(state: SeriesState, at_s: float, value: float) -> None:
    """Learns the trend, checks the standing forecasts that have come due, and makes new ones in their place."""
    _learn_trend(state, at_s, value)
    scalars = state.scalars
    soonest = scalars[NEXT_DUE]
    # A clock set back would leave the forecasts standing for as long: they are dropped and made anew.
    set_back = soonest - at_s > 2.0 * HORIZONS_S[0] + 2.0 * scalars[INTERVAL]
    if at_s < soonest and not set_back:
        return
    soonest = math.inf
    for number, ahead_s in enumerate(HORIZONS_S):
        due = scalars[OUTLOOK_DUE + number]
        if abs(due) > at_s and not set_back:
            soonest = min(soonest, abs(due))
            continue
        row = OUTLOOK + number * OUTLOOK_WIDTH
        if 0.0 < due <= at_s:
            if at_s - due <= max(0.1 * ahead_s, 2.0 * scalars[INTERVAL]):
                _check(state, row, value - scalars[REFERENCE])
            due = -(at_s + _PAUSES_S[number])
        if -due <= at_s or set_back:
            for place, said in enumerate(predictions(state, at_s, ahead_s)):
                state.tables[row + place] = said - scalars[REFERENCE]
            due = at_s + ahead_s
        scalars[OUTLOOK_DUE + number] = due
        soonest = min(soonest, abs(due))
    scalars[NEXT_DUE] = soonest


def _check(state: SeriesState, row: int, value: float) -> None:
    """Updates one horizon's errors and its band, which widens when missed and narrows otherwise until it holds BAND.

    The rule is adaptive conformal inference: I. Gibbs, E. Candes, NeurIPS 2021.
    """
    tables = state.tables
    checks = tables[row + CHECKS]
    said = tuple(tables[row : row + PREDICTORS])
    errors = tuple(tables[row + ERRORS : row + ERRORS + PREDICTORS])
    error = value - (blended(said, errors) if checks else said[0])
    rate = max(_ERROR_RATE, 1.0 / (checks + 1.0))
    for place, each in enumerate(said):
        cell = row + ERRORS + place
        tables[cell] += rate * (abs(value - each) - tables[cell])
    usual = tables[row + BLEND_ERROR]
    if not checks:
        tables[row + UPPER] = tables[row + LOWER] = _BAND_START
    elif usual > 0.0:
        share = (1.0 - BAND) / 2.0
        for cell, signed in ((row + UPPER, error), (row + LOWER, -error)):
            missed = 1.0 if signed > tables[cell] * usual else 0.0
            tables[cell] = max(0.0, tables[cell] + _BAND_STEP * (missed - share))
    tables[row + BLEND_ERROR] = usual + rate * (abs(error) - usual)
    tables[row + CHECKS] = min(checks + 1.0, _MOST_CHECKS)


def _learn_trend(state: SeriesState, at_s: float, value: float) -> None:
    """Exponentially weighted least squares of value on time, over about two days; samples out of order do not count."""
    scalars = state.scalars
    weight = scalars[TREND_WEIGHT]
    elapsed = at_s - scalars[TREND_AT]
    if not weight:
        scalars[TREND_WEIGHT], scalars[TREND_AT], scalars[TREND_VALUE] = 1.0, at_s, value
        return
    interval_s = scalars[INTERVAL]
    keep = math.exp(-interval_s / _TREND_MEMORY_S)
    weight = weight * keep + 1.0
    change = value - scalars[TREND_VALUE]
    mean_at = scalars[TREND_AT] + elapsed / weight
    mean_value = scalars[TREND_VALUE] + change / weight
    scalars[TREND_AT_AT] = keep * scalars[TREND_AT_AT] + elapsed * (at_s - mean_at)
    scalars[TREND_AT_VALUE] = keep * scalars[TREND_AT_VALUE] + elapsed * (value - mean_value)
    scalars[TREND_WEIGHT], scalars[TREND_AT], scalars[TREND_VALUE] = weight, mean_at, mean_value
