"""What a detector says of samples at hand: how strange the last one is, and what was to be expected all along."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isfinite

import msgspec

from domain.detection.alarm_rules import Bar
from domain.detection.explanation import BrokenPart, expected_range, explain
from domain.detection.moment import moment
from domain.detection.packed import Latest
from domain.detection.seasons import expected_now
from domain.detection.series import WARM_UP, SeriesDetector, Verdict
from domain.detection.state import LAST_AT, SEEN, SeriesState

Samples = Iterable[tuple[float, float | None]]
"""Time in s since the epoch, and value; None for a gap."""
MOST_ANOMALIES = 200


class StrangeSample(msgspec.Struct, frozen=True):
    """One sample above the threshold."""

    at: datetime
    value: float
    score: float
    expected_low: float
    expected_high: float
    text: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """The last sample. Without `warm` too little was seen to say anything, and the range is null."""

    at: datetime | None
    value: float | None
    score: float
    """[0, 1], held back soon after an alarm; `strength` is not."""
    strength: float
    threshold: float
    anomalous: bool
    warm: bool
    samples_seen: int
    expected: float | None
    expected_low: float | None
    expected_high: float | None
    reason: str
    parts: Sequence[BrokenPart] = ()
    anomalies: Sequence[StrangeSample] = ()
    """Among the samples at hand, the latest of them."""


class Expected(msgspec.Struct, frozen=True, gc=False):
    """A sample beside what was expected of it before it came; null while too little was seen."""

    at: datetime
    value: float | None
    low: float | None
    high: float | None
    score: float | None
    anomalous: bool


def analyze(state: SeriesState, samples: Samples, bar: Bar, latest: Latest | None = None) -> Analysis:
    """Feeds the samples to the state, and judges the last of them; where there is none, says what was said of `latest`."""
    detector = SeriesDetector()
    last: tuple[float, float, Verdict] | None = None
    anomalies: list[StrangeSample] = []
    for at, value in samples:
        if value is None or not isfinite(value):
            continue
        verdict = detector.observe(state, at, value)
        last = (at, value, verdict)
        if _strange(bar, value, verdict):
            anomalies.append(_anomaly(at, value, verdict))
            del anomalies[:-MOST_ANOMALIES]
    seen = int(state.scalars[SEEN])
    if last is None or not last[2].warm:
        return _unsaid(state, latest, bar.score, seen, last[1] if last is not None else None)
    at, value, verdict = last
    explanation = explain(verdict, value)
    assert explanation is not None  # the verdict is warm
    return Analysis(
        at=moment(at),
        value=value,
        score=verdict.score,
        strength=verdict.strength,
        threshold=bar.score,
        anomalous=_strange(bar, value, verdict),
        warm=True,
        samples_seen=seen,
        expected=verdict.expected,
        expected_low=explanation.expected_low,
        expected_high=explanation.expected_high,
        reason=explanation.text,
        parts=explanation.parts,
        anomalies=anomalies,
    )


def _unsaid(
    state: SeriesState, latest: Latest | None, threshold: float, seen: int, given: float | None
) -> Analysis:
    """No new sample, or too few in all: a warm state still knows what to expect."""
    warm = seen > WARM_UP
    at = state.scalars[LAST_AT]
    expected, error = expected_now(state, at) if warm else (None, 0.0)
    low, high = expected_range(expected, error) if expected is not None else (None, None)
    said = latest if warm and latest is not None else Latest(0.0, 0.0, 0.0)
    return Analysis(
        at=moment(at) if seen else None,
        value=given if given is not None or latest is None else latest.value,
        score=said.score,
        strength=said.strength,
        threshold=threshold,
        anomalous=said.score >= threshold,
        warm=warm,
        samples_seen=seen,
        expected=expected,
        expected_low=low,
        expected_high=high,
        reason=_range_told(latest, low, high)
        if warm and latest is not None
        else f"{seen} samples seen; it takes more than {WARM_UP} to say something",
    )


def _range_told(latest: Latest, low: float | None, high: float | None) -> str:
    return f"{latest.value:.6g}, scored when it came; now {low:.6g} to {high:.6g} is expected"


def _strange(bar: Bar, value: float, verdict: Verdict) -> bool:
    return (
        verdict.warm
        and verdict.score >= bar.score
        and bar.matters(value, verdict.expected, verdict.usual_error)
    )


def _anomaly(at: float, value: float, verdict: Verdict) -> StrangeSample:
    explanation = explain(verdict, value)
    assert explanation is not None  # only a warm verdict scores
    return StrangeSample(
        moment(at),
        value,
        round(verdict.score, 4),
        explanation.expected_low,
        explanation.expected_high,
        explanation.text,
    )


def expectations(samples: Samples, bar: Bar, since: float) -> list[Expected]:
    """Learns all samples from nothing, and tells those from `since` on; gaps stay gaps."""
    detector, state = SeriesDetector(), SeriesState()
    found: list[Expected] = []
    for at, value in samples:
        if value is None or not isfinite(value):
            if at >= since:
                found.append(Expected(moment(at), None, None, None, None, False))
            continue
        verdict = detector.observe(state, at, value)
        if at < since:
            continue
        if verdict.warm:
            low, high = expected_range(verdict.expected, verdict.usual_error)
            score = round(verdict.score, 4)
            found.append(Expected(moment(at), value, low, high, score, _strange(bar, value, verdict)))
        else:
            found.append(Expected(moment(at), value, None, None, None, False))
    return found
