"""The detector of one series: parts that each know one kind of strangeness, averaged, calibrated, and held after an alarm."""

import math
from typing import Final

import msgspec

from domain.detection.extent import observe_extent, observe_restlessness
from domain.detection.hold import hold, share
from domain.detection.outlook import observe_outlook
from domain.detection.ranks import observe_ranks
from domain.detection.seasons import expected_now, observe_seasons
from domain.detection.state import (
    DAY,
    HELD,
    HIGHEST,
    INTERVAL,
    JOINT,
    JOINT_TOTAL,
    JOINT_UNIT,
    LAST_AT,
    LEVEL,
    LOWEST,
    MEAN_12,
    MEAN_40,
    PAIRS_TOTAL,
    PARTS_TOTAL,
    PARTS_UNIT,
    RANK,
    RANKS_TOTAL,
    REFERENCE,
    SCALE,
    SEEN,
    SPREAD,
    SeriesState,
)
from domain.detection.tail import BUCKETS, position, surprise

PARTS: Final = (
    "level shift",
    "volatility",
    "daily season",
    "weekly season",
    "one-sided",
    "unseen combination",
    "unusual at this hour",
    "out of range",
    "flat or restless",
)
"""What can break, in the order of `Verdict.surprises`."""

WEIGHTS: Final = (1.45, 1.35, 1.3, 1.25, 0.85, 1.85, 1.0, 4.0, 0.4)
"""How much each part counts; found on labelled series, see docs/detection.md."""


WARM_UP: Final = 100
"""Samples before anything is said of a series."""


class DetectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of the detector. Counts are samples; all defaults were measured together."""

    warm_up: int = WARM_UP
    """No score above 0 before this many samples."""
    level_memory: int = 150
    parts_memory: int = 27_000
    joint_memory: int = 100_000
    range_memory: int = 3_400
    """After so many samples without extremes the known range has shrunk by two thirds towards the level."""
    clip: float = 150.0
    """A deviation teaches at most this many times the usual one."""
    surprise_cap: float = 4.2
    """-log10 of a probability beyond which a part cannot become more surprised."""
    range_gain: float = 145.0
    exponent: float = 1.9
    """Of the power mean over the parts: 1 is the plain average, infinity the maximum."""
    effect_share: float = 0.4
    """Between 0, how rare the mean is in this series, and 1, the mean itself, the strength is this far along."""
    history_discount: float = 0.54
    """A longer history has to be surprised more, by this share of its decades."""
    hold: int = 110
    hold_share: float = 0.08
    """After an alarm only something stronger counts, fading over `hold` samples or this share of the history."""
    hold_margin: float = 0.28
    alarm_strength: float = 2.79
    """The strength that scores 0.5."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What the detector thinks of one sample."""

    score: float
    """[0, 1]: 0.5 is the usual threshold. Low again soon after an alarm: one event scores high once."""
    strength: float
    """[0, 1]: the same without holding back, so it stays high as long as the event lasts."""
    surprises: tuple[float, ...]
    """-log10 of the probability of what each of PARTS saw; empty while warming up or where no sample came."""
    expected: float
    """What the sample should have been."""
    usual_error: float
    """By how much such expectations are wrong on average, in either direction."""

    @property
    def warm(self) -> bool:
        return bool(self.surprises)


UNKNOWN: Final = Verdict(0.0, 0.0, (), 0.0, 0.0)
"""The verdict on a sample that is none: not a number, or infinite."""

_LARGEST: Final = 1e30
_LATEST: Final = 1e12
_RESCALE_AT: Final = 1e12
_USUAL_EXCESS: Final = 3.0
"""Buckets by which the largest samples of a statistic usually lie above their 95 % quantile."""


class SeriesDetector:
    """Scores samples of any number of series: everything learned is in the state that the caller passes in."""

    def __init__(self, settings: DetectorSettings | None = None) -> None:
        self._settings = settings or DetectorSettings()
        self._weights = tuple(weight / sum(WEIGHTS) for weight in WEIGHTS)

    def observe(self, state: SeriesState, at_s: float, value: float) -> Verdict:
        """Scores one sample against what came before it, then learns it.

        `at_s` is in s since the epoch; it may stand still, jump or run backwards: it only selects the season's slot.
        NaN and infinities are no samples: they score 0 and teach nothing.
        """
        scalars = state.scalars
        if not -_LARGEST <= value <= _LARGEST:
            if not math.isfinite(value):
                return UNKNOWN
            value = math.copysign(_LARGEST, value)
        if not -_LATEST <= at_s <= _LATEST:
            at_s = math.copysign(_LATEST, at_s) if math.isfinite(at_s) else scalars[LAST_AT]
        if not scalars[SEEN]:
            _begin(state, at_s, value)
            return UNKNOWN
        interval_s = at_s - scalars[LAST_AT]
        scalars[LAST_AT] = at_s
        if interval_s > 0.0:
            smoothed = scalars[INTERVAL]
            # A gap is not a slower poll: it counts as at most twice the usual interval.
            step = min(interval_s, 2.0 * smoothed) - smoothed if smoothed else interval_s
            scalars[INTERVAL] = smoothed + (0.1 * step if smoothed else step)
        expected, usual_error = expected_now(state, at_s)
        statistics, outside, restless = self._measure(state, at_s, value)
        surprises = self._surprises(state, statistics, outside, restless)
        observe_outlook(state, at_s, value)
        strength = self._strength(state, surprises)
        scalars[SEEN] += 1.0
        if scalars[SEEN] <= self._settings.warm_up:
            return UNKNOWN
        left = self._left(state, strength)
        half = self._settings.alarm_strength
        return Verdict(share(left, half), share(strength, half), surprises, expected, usual_error)

    def _measure(
        self, state: SeriesState, at_s: float, value: float
    ) -> tuple[tuple[float, ...], float, float]:
        """The statistics of one sample in the order of PARTS, and what lies outside of the ranges so far."""
        scalars, settings = state.scalars, self._settings
        young = 1.0 / (scalars[SEEN] + 1.0)
        rate = max(1.0 / settings.level_memory, young)
        level, scale = scalars[LEVEL], scalars[SCALE]
        floor = 1e-9 * abs(level) + 1e-12
        usual = scale + floor
        deviation = value - level
        size = abs(deviation)

        mean_12 = scalars[MEAN_12]
        mean_12 += max(1.0 / 12.0, young) * (value - mean_12)
        mean_40 = scalars[MEAN_40]
        mean_40 += max(0.025, young) * (value - mean_40)
        spread = scalars[SPREAD]
        spread += max(0.08, young) * (abs(value - mean_12) - spread)
        scalars[MEAN_12], scalars[MEAN_40], scalars[SPREAD] = mean_12, mean_40, spread

        fade = 1.0 / settings.range_memory
        ranks = observe_ranks(state, at_s, deviation / usual, scalars[PARTS_UNIT])
        width = scalars[HIGHEST] - scalars[LOWEST]
        outside = observe_extent(state, value, level, fade)
        restless = observe_restlessness(state, spread, width, fade)
        seasons = observe_seasons(state, at_s, value, scalars[INTERVAL], rate, floor, settings.clip)

        taught = size
        if scale > 0.0 and size > settings.clip * usual:
            taught = settings.clip * usual
            deviation = math.copysign(taught, deviation)
        scalars[LEVEL] = level + rate * deviation
        scalars[SCALE] = scale + rate * (taught - scale)
        statistics = (abs(mean_40 - level) / usual, spread / usual, *seasons, *ranks)
        return statistics, outside, restless

    def _surprises(
        self, state: SeriesState, statistics: tuple[float, ...], outside: float, restless: float
    ) -> tuple[float, ...]:
        """Each part's -log10 of the probability of what it saw; the parts' histograms then learn it."""
        scalars, tables, cap = state.scalars, state.tables, self._settings.surprise_cap
        total, unit = scalars[PARTS_TOTAL], scalars[PARTS_UNIT]
        found = []
        start = 0
        for statistic in statistics:
            at = position(statistic)
            part = surprise(tables, start, total, unit, at, _USUAL_EXCESS)
            found.append(part if part < cap else cap)
            tables[start + int(at)] += unit
            start += BUCKETS
        gain = self._settings.range_gain
        found.append(min(2.0 * math.log10(1.0 + gain * outside), cap))
        found.append(min(2.0 * math.log10(1.0 + gain * restless), cap))
        total += unit
        unit *= 1.0 + 1.0 / self._settings.parts_memory
        if unit > _RESCALE_AT:
            for place in (*range(JOINT), *range(RANK, DAY)):
                tables[place] /= unit
            scalars[RANKS_TOTAL] /= unit
            scalars[PAIRS_TOTAL] /= unit
            total /= unit
            unit = 1.0
        scalars[PARTS_TOTAL], scalars[PARTS_UNIT] = total, unit
        return tuple(found)

    def _strength(self, state: SeriesState, surprises: tuple[float, ...]) -> float:
        """The parts' power mean, and how rare such a mean is in this series: their geometric mean, less for long histories."""
        settings = self._settings
        exponent = settings.exponent
        mean = 0.0
        for weight, part in zip(self._weights, surprises, strict=True):
            mean += weight * part**exponent
        mean **= 1.0 / exponent
        scalars, tables = state.scalars, state.tables
        if scalars[SEEN] < settings.warm_up:
            return 0.0
        total, unit = scalars[JOINT_TOTAL], scalars[JOINT_UNIT]
        at = position(mean)
        strength = 0.0
        if total > 0.0:
            rare = surprise(tables, JOINT, total, unit, at, _USUAL_EXCESS)
            rare -= settings.history_discount * (math.log10(total / unit) - 3.0)
            if rare > 0.0:
                strength = rare ** (1.0 - settings.effect_share) * (2.0 * mean) ** settings.effect_share
        tables[JOINT + int(at)] += unit
        total += unit
        unit *= 1.0 + 1.0 / settings.joint_memory
        if unit > _RESCALE_AT:
            for place in range(JOINT, RANK):
                tables[place] /= unit
            total /= unit
            unit = 1.0
        scalars[JOINT_TOTAL], scalars[JOINT_UNIT] = total, unit
        return strength

    def _left(self, state: SeriesState, strength: float) -> float:
        scalars, settings = state.scalars, self._settings
        memory = max(settings.hold, settings.hold_share * scalars[SEEN])
        left, scalars[HELD] = hold(scalars[HELD], strength, memory, settings.hold_margin)
        return left


def _begin(state: SeriesState, at_s: float, value: float) -> None:
    scalars = state.scalars
    for place in (LEVEL, LOWEST, HIGHEST, MEAN_12, MEAN_40, REFERENCE):
        scalars[place] = value
    scalars[PARTS_UNIT] = scalars[JOINT_UNIT] = 1.0
    scalars[LAST_AT] = at_s
    scalars[SEEN] = 1.0
