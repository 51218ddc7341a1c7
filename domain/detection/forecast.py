"""Forecasts of a series with prediction bands, and when it will reach a threshold, from what its detector has learned."""

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from domain.detection.outlook import (
    BLEND_ERROR,
    CHECKS,
    ERRORS,
    LOWER,
    UPPER,
    blended,
    predictions,
)
from domain.detection.state import (
    HORIZONS_S,
    LAST_AT,
    OUTLOOK,
    OUTLOOK_WIDTH,
    PREDICTORS,
    SCALE,
    SeriesState,
)

MOST_POINTS = 10_000
_NEEDED_CHECKS = 3


class ForecastError(ValueError):
    """The forecast that was asked for cannot be made; the message says why."""


class ForecastPoint(msgspec.Struct, frozen=True):
    """`lower` to `upper` is to hold 90 % of the samples at `at_s` (s since the epoch)."""

    at_s: float
    mean: float
    lower: float
    upper: float


class _Errors(msgspec.Struct, frozen=True):
    each: tuple[float, ...]
    above: float
    below: float


def forecast(state: SeriesState, horizon_s: float, step_s: float) -> list[ForecastPoint]:
    """One point every `step_s` after the last sample, up to `horizon_s`. Raises ForecastError."""
    if not (math.isfinite(horizon_s) and math.isfinite(step_s) and 0.0 < step_s <= horizon_s):
        raise ForecastError("the step must be above 0 and at most the horizon; both in seconds")
    if horizon_s / step_s > MOST_POINTS:
        raise ForecastError(f"more than {MOST_POINTS} points: ask for a longer step")
    known = _known_errors(state)
    if not known:
        raise ForecastError("too little was seen of this series: its first forecasts have not come due yet")
    last_at_s = state.scalars[LAST_AT]
    points = []
    for number in range(1, int(horizon_s / step_s + 1e-9) + 1):
        ahead_s = number * step_s
        errors = _errors_at(known, ahead_s)
        mean = blended(predictions(state, last_at_s, ahead_s), errors.each)
        points.append(ForecastPoint(last_at_s + ahead_s, mean, mean - errors.below, mean + errors.above))
    return points


class Crossing(msgspec.Struct, frozen=True):
    """When a threshold is reached, in s since the epoch: at the earliest (the band touches it), and as expected (the mean)."""

    earliest_s: float | None
    expected_s: float | None


def time_to_threshold(points: Sequence[ForecastPoint], threshold: float, *, rising: bool = True) -> Crossing:
    """When the threshold is reached, straight lines drawn between the points; None where the forecast does not reach it."""
    edges = [(point.at_s, point.upper if rising else point.lower) for point in points]
    means = [(point.at_s, point.mean) for point in points]
    return Crossing(_reached(edges, threshold, rising), _reached(means, threshold, rising))


def _reached(line: Sequence[tuple[float, float]], threshold: float, rising: bool) -> float | None:
    sign = 1.0 if rising else -1.0
    for number, (at_s, value) in enumerate(line):
        beyond = sign * (value - threshold)
        if beyond < 0.0:
            continue
        if not number:
            return at_s
        before_s, before = line[number - 1]
        return at_s - (at_s - before_s) * beyond / (beyond + sign * (threshold - before))
    return None


def _known_errors(state: SeriesState) -> list[tuple[float, _Errors]]:
    """The horizons whose forecasts were checked often enough, with what came of it."""
    known = []
    least = 1e-3 * state.scalars[SCALE]
    for number, ahead_s in enumerate(HORIZONS_S):
        row = OUTLOOK + number * OUTLOOK_WIDTH
        cells = state.tables[row : row + OUTLOOK_WIDTH]
        if cells[CHECKS] >= _NEEDED_CHECKS:
            usual = max(cells[BLEND_ERROR], least)
            each = tuple(cells[ERRORS : ERRORS + PREDICTORS])
            known.append((ahead_s, _Errors(each, cells[UPPER] * usual, cells[LOWER] * usual)))
    return known


def _errors_at(known: list[tuple[float, _Errors]], ahead_s: float) -> _Errors:
    """Interpolated on a logarithmic time scale; beyond the last known horizon the bands grow with the root of time."""
    if ahead_s <= known[0][0]:
        return known[0][1]
    for (near_s, near), (far_s, far) in pairwise(known):
        if ahead_s <= far_s:
            part = math.log(ahead_s / near_s) / math.log(far_s / near_s)
            each = tuple(a + part * (b - a) for a, b in zip(near.each, far.each, strict=True))
            return _Errors(
                each,
                near.above + part * (far.above - near.above),
                near.below + part * (far.below - near.below),
            )
    last_s, last = known[-1]
    growth = math.sqrt(ahead_s / last_s)
    return _Errors(last.each, last.above * growth, last.below * growth)
