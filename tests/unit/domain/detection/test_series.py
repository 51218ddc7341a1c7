"""The detector of one series finds what is strange, gets used to what lasts, and says what broke."""

import math
import random
from collections.abc import Callable, Iterable

import pytest

from domain.detection import state as layout
from domain.detection.series import PARTS, SeriesDetector, Verdict
from domain.detection.state import SeriesState

START = 1_700_000_000.0
STEP = 300.0
ALARM = 0.5

Shape = Callable[[int, random.Random], float]


def run(values: Iterable[float], step: float = STEP) -> tuple[list[Verdict], SeriesState]:
    detector, state = SeriesDetector(), SeriesState()
    verdicts = [detector.observe(state, START + step * number, value) for number, value in enumerate(values)]
    return verdicts, state


def series(shape: Shape, length: int, seed: int = 1) -> list[float]:
    dice = random.Random(seed)
    return [shape(number, dice) for number in range(length)]


def noise(_: int, dice: random.Random) -> float:
    return dice.gauss(100.0, 5.0)


def daily(number: int, dice: random.Random) -> float:
    return 100.0 + 40.0 * math.sin(2.0 * math.pi * number * STEP / 86_400.0) + dice.gauss(0.0, 3.0)


def alarms(verdicts: list[Verdict]) -> list[int]:
    return [number for number, verdict in enumerate(verdicts) if verdict.score >= ALARM]


def test_a_spike_is_found_at_once() -> None:
    values = series(noise, 2000)
    values[1500] = 220.0
    verdicts, _ = run(values)
    assert 1500 in alarms(verdicts)


def test_a_level_shift_is_told_once_and_then_is_the_new_normal() -> None:
    values = [value + (60.0 if number >= 1500 else 0.0) for number, value in enumerate(series(noise, 4000))]
    verdicts, _ = run(values)
    found = [number for number in alarms(verdicts) if number >= 1500]
    assert found[0] <= 1503
    assert len([number for number in found if number >= 1600]) <= 2
    assert max(verdict.strength for verdict in verdicts[3500:]) < 0.6


def test_a_series_that_goes_flat_is_found() -> None:
    values = series(noise, 3000)
    values[2000:2200] = [100.0] * 200
    verdicts, _ = run(values)
    flat = PARTS.index("flat or restless")
    assert max(verdict.surprises[flat] for verdict in verdicts[2000:2200]) > 3.0


def test_a_missing_daily_peak_is_found_though_its_values_are_all_usual() -> None:
    values = series(daily, 288 * 14)
    quiet = range(288 * 12 + 30, 288 * 12 + 120)
    for number in quiet:
        values[number] = 75.0 + (values[number] - 100.0) / 40.0
    verdicts, _ = run(values)
    season = PARTS.index("daily season")
    usual = sorted(verdict.surprises[season] for verdict in verdicts[288 * 8 : 288 * 12])
    assert max(verdicts[number].surprises[season] for number in quiet) > usual[-1]
    assert max(verdicts[number].strength for number in quiet) > 0.5


@pytest.mark.parametrize("shape", [noise, daily])
def test_ordinary_days_raise_few_alarms(shape: Shape) -> None:
    verdicts, _ = run(series(shape, 288 * 20))
    later = [verdict.score for verdict in verdicts[288:]]
    assert sum(score >= ALARM for score in later) <= 10
    assert sum(score >= 0.8 for score in later) <= 1


def test_a_constant_series_is_never_strange_until_it_moves() -> None:
    verdicts, _ = run([45.0] * 3000 + [46.0])
    assert max(verdict.score for verdict in verdicts[:-1]) < 0.3
    assert verdicts[-1].score >= ALARM


def test_no_score_before_the_warm_up_is_over() -> None:
    detector, state = SeriesDetector(), SeriesState()
    values = [100.0] * 20 + [1e9] + [100.0] * 28
    assert [detector.observe(state, START + i, value).score for i, value in enumerate(values)] == [0.0] * 49
    assert not detector.observe(state, START + 49.0, 1e12).warm


def test_scores_do_not_depend_on_the_unit() -> None:
    values = series(daily, 1500)
    one, _ = run(values)
    other, _ = run([value * 1024.0 for value in values])
    assert [verdict.score for verdict in one] == pytest.approx([verdict.score for verdict in other], abs=1e-3)


def test_same_stream_same_scores() -> None:
    values = series(daily, 1000)
    assert run(values)[0] == run(values)[0]


def test_what_is_no_number_teaches_nothing() -> None:
    clean = series(noise, 600)
    detector, state = SeriesDetector(), SeriesState()
    scores = []
    for number, value in enumerate(clean):
        for hole in (math.nan, math.inf, -math.inf):
            assert detector.observe(state, START + STEP * number, hole).score == 0.0
        scores.append(detector.observe(state, START + STEP * number, value))
    assert scores == run(clean)[0]


def test_a_very_long_series_keeps_scoring_finitely() -> None:
    detector, state = SeriesDetector(), SeriesState()
    dice = random.Random(3)
    for number in range(500):
        detector.observe(state, START + number, dice.random())
    long_run = SeriesState.restore(state.snapshot())
    scale_weights(long_run, 2e12)
    values = [dice.random() for _ in range(200)]
    expected = [detector.observe(state, START + 500 + i, value).strength for i, value in enumerate(values)]
    strengths = [
        detector.observe(long_run, START + 500 + i, value).strength for i, value in enumerate(values)
    ]
    assert strengths == pytest.approx(expected, abs=0.02)
    assert long_run.scalars[layout.PARTS_UNIT] < 2.0


def scale_weights(state: SeriesState, factor: float) -> None:
    """As if so many samples had come that recent ones weigh `factor` times the first: the next one rescales."""
    for place in (
        layout.PARTS_TOTAL,
        layout.PARTS_UNIT,
        layout.RANKS_TOTAL,
        layout.PAIRS_TOTAL,
        layout.JOINT_TOTAL,
        layout.JOINT_UNIT,
    ):
        state.scalars[place] *= factor
    for place in range(layout.DAY):
        state.tables[place] *= factor
