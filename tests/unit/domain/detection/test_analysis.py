"""What is said of samples at hand, and of a window of them."""

import math
import random

import pytest

from domain.detection.alarm_rules import Bar
from domain.detection.analysis import analyze, expectations
from domain.detection.packed import Latest
from domain.detection.reading import step_for
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

START = 1_760_000_000.0


def samples(count: int, *, last: float | None = None) -> list[tuple[float, float | None]]:
    dice = random.Random(1)
    found: list[tuple[float, float | None]] = [
        (START + 300.0 * number, 50.0 + dice.gauss(0.0, 1.0)) for number in range(count)
    ]
    if last is not None:
        found.append((START + 300.0 * count, last))
    return found


def test_the_last_sample_is_judged_with_reasons() -> None:
    said = analyze(SeriesState(), samples(400, last=90.0), Bar(0.8))
    assert said.anomalous and said.score >= 0.8 and said.warm and said.samples_seen == 401
    assert said.expected_low is not None and said.expected_high is not None
    assert said.expected_low < 50.0 < said.expected_high < 90.0
    assert "above the expected" in said.reason and said.parts
    assert said.anomalies[-1].value == 90.0 and said.anomalies[-1].at == said.at


def test_what_does_not_matter_is_no_anomaly() -> None:
    given = [(START + 300.0 * number, 40.0) for number in range(400)] + [(START + 120_000.0, 41.0)]
    assert analyze(SeriesState(), given, Bar(0.75)).anomalous
    said = analyze(SeriesState(), given, Bar(0.75, least=3.0))
    assert not said.anomalous and said.score > 0.9 and not said.anomalies


def test_an_ordinary_one_is_not_an_anomaly() -> None:
    said = analyze(SeriesState(), samples(400, last=50.0), Bar(0.8))
    assert not said.anomalous and "within" in said.reason


def test_too_little_says_so() -> None:
    said = analyze(SeriesState(), samples(50), Bar(0.8))
    assert (said.warm, said.score, said.expected_low, said.anomalous) == (False, 0.0, None, False)
    assert "50 samples" in said.reason
    nothing = analyze(SeriesState(), [(START, None), (START + 1.0, math.nan)], Bar(0.8))
    assert (nothing.at, nothing.samples_seen) == (None, 0)


def test_without_a_new_sample_the_last_word_stands() -> None:
    state, detector = SeriesState(), SeriesDetector()
    for at, value in samples(300):
        assert value is not None
        detector.observe(state, at, value)
    said = analyze(state, [], Bar(0.8), Latest(99.0, 0.9, 0.95))
    assert (said.value, said.score, said.anomalous, said.warm) == (99.0, 0.9, True, True)
    assert said.expected_low is not None and said.expected_low < 50.0


def test_expectations_are_those_before_each_sample_and_gaps_stay() -> None:
    given = samples(300)
    given[250] = (given[250][0], None)
    given[260] = (given[260][0], 200.0)
    points = expectations(given, Bar(0.75), since=given[200][0])
    assert len(points) == 100
    assert points[50].value is None and points[50].low is None
    assert [place for place, point in enumerate(points) if point.anomalous] == [60]
    assert points[60].high is not None and points[60].high < 60.0
    assert expectations(given, Bar(0.8), since=START)[10].low is None  # not warm


@pytest.mark.parametrize(
    ("span_s", "interval_s", "step_s"),
    [(86_400, 60, 0), (20_000 * 60, 60, 0), (30 * 86_400, 60, 300), (30 * 86_400, 10, 300), (400 * 86_400, 60, 3_600), (400 * 86_400, 86_400, 0)],
)  # fmt: skip
def test_what_is_read_stays_in_bounds(span_s: float, interval_s: float, step_s: int) -> None:
    assert step_for(span_s, interval_s) == step_s
    assert span_s / (step_s or interval_s) <= 20_000
