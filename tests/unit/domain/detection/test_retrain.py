"""A series is learned anew where that errs less, and only there."""

import math
import random

from domain.detection.retrain import error_ratio, last_drift, retrain
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

START = 1_760_054_400.0
DAY = 288


def daily(days: int, *, shift: float = 0.0, shifted_at: int = 0, seed: int = 3) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    return [
        (
            START + 300.0 * number,
            100.0
            + 20.0 * math.sin(2.0 * math.pi * number / DAY)
            + dice.gauss(0.0, 2.0)
            + (shift if shift and number >= shifted_at * DAY else 0.0),
        )
        for number in range(days * DAY)
    ]


def learned(samples: list[tuple[float, float]]) -> SeriesState:
    state, detector = SeriesState(), SeriesDetector()
    for at, value in samples:
        detector.observe(state, at, value)
    return state


def test_a_state_that_knows_no_season_yet_gives_way_to_one_that_does() -> None:
    stored = daily(10)
    found = retrain(stored, learned(stored[-150:]))
    assert found.why == "better" and found.state is not None
    assert found.error_ratio is not None and found.error_ratio < 0.95


def test_what_is_no_better_stays() -> None:
    stored = daily(10)
    found = retrain(stored, learned(stored))
    assert (found.why, found.state, found.error_ratio) == ("not better", None, 1.0)


def test_too_little_is_no_reason() -> None:
    found = retrain([*daily(1)[:150], (START + 1e6, None)], SeriesState())
    assert (found.why, found.samples) == ("too little stored", 150)


def test_after_a_change_for_good_the_time_since_then_counts() -> None:
    stored = daily(14, shift=60.0, shifted_at=10)
    at = last_drift(stored)
    assert at is not None and 0.0 <= at - (START + 10 * 86_400.0) <= 6 * 3_600.0
    found = retrain(stored, learned(stored))
    assert found.drift_at == at and found.why == "better"
    assert last_drift(daily(14)) is None


def test_a_cold_state_always_gives_way_and_never_wins() -> None:
    warm, cold = learned(daily(3)), learned(daily(1)[:40])
    assert error_ratio(warm, cold) < 0.95 <= error_ratio(cold, SeriesState())
