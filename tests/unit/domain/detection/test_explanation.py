"""Explanations give the range that was expected and the parts that broke."""

import random

from domain.detection.explanation import explain
from domain.detection.series import UNKNOWN, SeriesDetector
from domain.detection.state import SeriesState


def test_a_spike_is_explained() -> None:
    dice = random.Random(1)
    detector, state = SeriesDetector(), SeriesState()
    for number in range(2000):
        detector.observe(state, 1.7e9 + 300.0 * number, dice.gauss(100.0, 2.0))
    reasons = explain(detector.observe(state, 1.7e9 + 300.0 * 2000, 180.0), 180.0)
    assert reasons is not None
    assert 85.0 < reasons.expected_low < 99.0
    assert 101.0 < reasons.expected_high < 115.0
    assert reasons.parts[0].name == "out of range"
    assert reasons.text.startswith("180 is above the expected 9")
    assert "out of range" in reasons.text


def test_an_ordinary_sample_breaks_no_part() -> None:
    detector, state = SeriesDetector(), SeriesState()
    for number in range(300):
        verdict = detector.observe(state, 1.7e9 + 300.0 * number, 50.0 + number % 3)
    reasons = explain(verdict, 51.0)
    assert reasons is not None
    assert reasons.parts == ()
    assert "within" in reasons.text


def test_nothing_is_explained_before_it_is_known() -> None:
    assert explain(UNKNOWN, 1.0) is None
