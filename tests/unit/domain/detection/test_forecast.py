"""Forecasts follow season and trend, their bands hold what they promise, and thresholds are foreseen."""

import math
import random
from collections.abc import Callable

import pytest

from domain.detection.forecast import Crossing, ForecastError, ForecastPoint, forecast, time_to_threshold
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

START = 1_700_000_000.0
STEP = 600.0
DAY = 144


def learned(shape: Callable[[float], float], days: int, noise: float, seed: int = 1) -> SeriesState:
    dice = random.Random(seed)
    detector, state = SeriesDetector(), SeriesState()
    for number in range(days * DAY):
        at = START + number * STEP
        detector.observe(state, at, shape(at) + dice.gauss(0.0, noise))
    return state


def season(at: float) -> float:
    return 100.0 + 20.0 * math.sin(2.0 * math.pi * at / 86_400.0)


def test_a_day_ahead_follows_the_daily_season() -> None:
    state = learned(season, 14, 1.0)
    points = forecast(state, 86_400.0, 3600.0)
    assert len(points) == 24
    assert max(abs(point.mean - season(point.at_s)) for point in points) < 5.0
    assert all(point.lower < point.mean < point.upper for point in points)


def test_the_bands_hold_about_nine_samples_in_ten() -> None:
    dice = random.Random(4)
    detector, state = SeriesDetector(), SeriesState()
    inside = made = 0
    pending: list[ForecastPoint] = []
    for number in range(30 * DAY):
        at = START + number * STEP
        value = season(at) + dice.gauss(0.0, 4.0)
        detector.observe(state, at, value)
        due = [point for point in pending if point.at_s <= at]
        pending = [point for point in pending if point.at_s > at]
        inside += sum(point.lower <= value <= point.upper for point in due)
        made += len(due)
        if number > 15 * DAY and number % 7 == 0:
            pending += [forecast(state, ahead, ahead)[0] for ahead in (3600.0, 21_600.0)]
    assert made > 500
    assert inside / made == pytest.approx(0.9, abs=0.05)


def test_the_future_is_less_certain_further_away() -> None:
    dice = random.Random(2)
    walk = [0.0]
    for _ in range(20 * DAY):
        walk.append(walk[-1] + dice.gauss(0.0, 1.0))
    state = learned(lambda at: walk[int((at - START) / STEP)], 20, 0.0)
    points = forecast(state, 86_400.0, 3600.0)
    assert points[-1].upper - points[-1].lower > 2.0 * (points[0].upper - points[0].lower)


def test_a_disk_that_fills_is_foreseen() -> None:
    state = learned(lambda at: 20.0 + 4.0 * (at - START) / 86_400.0, 15, 0.2)
    crossing = time_to_threshold(forecast(state, 5 * 86_400.0, 3600.0), 90.0)
    assert crossing.expected_s is not None
    assert crossing.earliest_s is not None
    full_at = START + (90.0 - 20.0) / 4.0 * 86_400.0
    assert crossing.expected_s == pytest.approx(full_at, abs=0.5 * 86_400.0)
    assert crossing.earliest_s <= crossing.expected_s


def test_a_threshold_is_reached_between_two_points() -> None:
    rising, falling = (
        [ForecastPoint(0.0, a, a - 2.0, a + 2.0), ForecastPoint(100.0, b, b - 2.0, b + 2.0)]
        for a, b in ((70.0, 80.0), (80.0, 70.0))
    )
    assert time_to_threshold(rising, 77.0) == Crossing(50.0, 70.0)
    assert time_to_threshold(falling, 73.0, rising=False) == Crossing(50.0, 70.0)


def test_a_threshold_out_of_reach_is_not_reached() -> None:
    points = [ForecastPoint(float(n), 10.0, 5.0, 15.0) for n in range(5)]
    assert time_to_threshold(points, 100.0) == Crossing(None, None)
    assert time_to_threshold(points, 12.0) == Crossing(0.0, None)
    assert time_to_threshold(points, 6.0, rising=False) == Crossing(0.0, None)
    assert time_to_threshold(points, 10.0, rising=False) == Crossing(0.0, 0.0)


@pytest.mark.parametrize(
    "horizon_s, step_s", [(0.0, 1.0), (10.0, 20.0), (math.nan, 1.0), (1e9, 1.0), (10.0, 0.0)]
)
def test_impossible_requests_are_refused(horizon_s: float, step_s: float) -> None:
    with pytest.raises(ForecastError):
        forecast(learned(season, 2, 1.0), horizon_s, step_s)


def test_nothing_is_foretold_of_an_unknown_series() -> None:
    with pytest.raises(ForecastError, match="too little"):
        forecast(SeriesState(), 3600.0, 600.0)


def test_a_clock_set_back_does_not_silence_the_forecasts() -> None:
    detector, state = SeriesDetector(), SeriesState()
    for number in range(3 * DAY):
        detector.observe(state, START + 3e8 + number * STEP, 5.0)
    for number in range(3 * DAY):
        detector.observe(state, START + number * STEP, 50.0 + number % 2)
    point = forecast(state, 3600.0, 3600.0)[0]
    assert point.at_s == START + (3 * DAY - 1) * STEP + 3600.0
    assert point.mean == pytest.approx(50.5, abs=2.0)
