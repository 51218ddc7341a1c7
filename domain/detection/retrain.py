"""Learning a series anew from stored telemetry: the candidates, and whether one of them is better than the present state."""

from collections.abc import Sequence
from math import isfinite
from statistics import fmean, median
from typing import Annotated, Final, Literal

import msgspec

from domain.detection.drift import adwin
from domain.detection.outlook import BLEND_ERROR, CHECKS
from domain.detection.series import WARM_UP, SeriesDetector
from domain.detection.state import (
    DAY_ERROR,
    HORIZONS_S,
    OUTLOOK,
    OUTLOOK_WIDTH,
    SEEN,
    SPREAD,
    WEEK_ERROR,
    SeriesState,
)
from domain.event import Command

RETRAIN: Final = "retrain"
"""The kind of operation."""
_BETTER: Final = 0.95
"""A candidate has to err less than this share of the present state's error."""
_CHECKED: Final = 5
"""A forecast's error counts once so many forecasts came due."""
_HOUR_S: Final = 3600.0
_HOURS: Final = 24

Samples = Sequence[tuple[float, float | None]]
Why = Literal["better", "not better", "too little stored", "unknown"]


class RetrainModels(Command, frozen=True):
    """Which devices; without any: all that are watched."""

    device_ids: Annotated[list[str], msgspec.Meta(max_length=500)] = []
    days: Annotated[float, msgspec.Meta(gt=0, le=400)] = 14.0
    """How far back what is stored is read."""


class Retrained(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one series. `error_ratio`: the best candidate's error for each unit of the present state's."""

    why: Why
    state: SeriesState | None = None
    """To be put in place; None leaves the present one."""
    error_ratio: float | None = None
    drift_at: float | None = None
    """When the series last changed for good, in s since the epoch; None where it did not."""
    samples: int = 0


def retrain(samples: Samples, present: SeriesState) -> Retrained:
    """Learns all of it, and what came since the last drift, and compares errors on forecasts made before each value came."""
    known = [(at, value) for at, value in samples if value is not None and isfinite(value)]
    if len(known) <= 2 * WARM_UP:
        return Retrained(why="too little stored", samples=len(known))
    drift_at = last_drift(known)
    candidates = [_learned(known)]
    if drift_at is not None:
        since = [sample for sample in known if sample[0] >= drift_at]
        if len(since) > 2 * WARM_UP:
            candidates.append(_learned(since))
    ratios = [error_ratio(candidate, present) for candidate in candidates]
    best = min(range(len(ratios)), key=ratios.__getitem__)
    swap = ratios[best] < _BETTER
    return Retrained(
        why="better" if swap else "not better",
        state=candidates[best] if swap else None,
        error_ratio=round(ratios[best], 4) if isfinite(ratios[best]) else None,
        drift_at=drift_at,
        samples=len(known),
    )


def error_ratio(candidate: SeriesState, present: SeriesState) -> float:
    """The mean over all that both predict: the next sample, and the standing forecasts. Below 1 the candidate is better.

    Both states keep these errors while they learn, each measured before the value was known.
    """
    if present.scalars[SEEN] <= WARM_UP:
        return 0.0 if candidate.scalars[SEEN] > WARM_UP else 1.0
    ours, theirs = _errors(candidate), _errors(present)
    ratios = [
        mine / other if other > 0.0 else (1.0 if mine <= 0.0 else 2.0)
        for mine, other in zip(ours, theirs, strict=True)
        if mine is not None and other is not None
    ]
    return fmean(ratios)


def _errors(state: SeriesState) -> list[float | None]:
    scalars = state.scalars
    seasons = [error for error in (scalars[DAY_ERROR], scalars[WEEK_ERROR]) if error > 0.0]
    errors: list[float | None] = [min([scalars[SPREAD], *seasons])]
    for number in range(len(HORIZONS_S)):
        row = OUTLOOK + number * OUTLOOK_WIDTH
        errors.append(state.tables[row + BLEND_ERROR] if state.tables[row + CHECKS] >= _CHECKED else None)
    return errors


def _learned(samples: Sequence[tuple[float, float]]) -> SeriesState:
    detector, state = SeriesDetector(), SeriesState()
    for at, value in samples:
        detector.observe(state, at, value)
    return state


def last_drift(samples: Sequence[tuple[float, float]]) -> float | None:
    """When the hourly means, less what is usual at that hour of the day, were last found changed for good, by ADWIN."""
    hours: dict[int, list[float]] = {}
    for at, value in samples:
        hours.setdefault(int(at // _HOUR_S), []).append(value)
    means = [(hour, fmean(values)) for hour, values in sorted(hours.items())]
    usual = {
        slot: median(mean for hour, mean in means if hour % _HOURS == slot)
        for slot in {hour % _HOURS for hour, _ in means}
    }
    window = adwin()
    found = None
    for hour, mean in means:
        if window.update(mean - usual[hour % _HOURS]):
            found = hour * _HOUR_S
            window = adwin()
    return found
