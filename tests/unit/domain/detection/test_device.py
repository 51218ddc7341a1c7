"""The detector of a device finds combinations that no metric betrays alone, and names the metric that is off."""

import math
import random

import pytest

from domain.detection.device import DeviceDetector, DeviceVerdict

METRICS = ("cpu", "memory", "traffic", "errors")


def polls(count: int, seed: int = 1) -> list[list[float | None]]:
    """CPU follows traffic; memory and errors live on their own."""
    dice = random.Random(seed)
    made: list[list[float | None]] = []
    for number in range(count):
        load = math.sin(number / 40.0) + dice.gauss(0.0, 0.3)
        cpu = 50.0 + 15.0 * load + dice.gauss(0.0, 1.5)
        made.append([cpu, 40.0 + dice.gauss(0.0, 1.0), 1e6 * (5.0 + 2.0 * load), abs(dice.gauss(0.0, 1.0))])
    return made


def run(values: list[list[float | None]]) -> list[DeviceVerdict]:
    detector = DeviceDetector(METRICS)
    state = detector.new_state()
    return [detector.observe(state, poll) for poll in values]


def test_a_busy_cpu_without_traffic_is_found_and_named() -> None:
    values = polls(3000)
    usual_cpus = [poll[0] or 0.0 for poll in values]
    strange = min(range(2500, 2900), key=lambda number: usual_cpus[number])
    values[strange][0] = 68.0
    assert max(usual_cpus) > 68.0
    verdicts = run(values)
    verdict = verdicts[strange]
    assert verdict.score >= 0.5
    assert verdict.views[0].metric in ("cpu", "traffic")
    cpu = next(view for view in verdict.views if view.metric == "cpu")
    assert cpu.expected == pytest.approx(usual_cpus[strange], abs=12.0)
    assert abs(cpu.deviations) > 4.0


def test_ordinary_polls_raise_hardly_an_alarm() -> None:
    assert sum(verdict.score >= 0.5 for verdict in run(polls(4000))) <= 4


def test_what_did_not_come_is_neither_strange_nor_shown() -> None:
    values = polls(1000)
    for poll in values[500:]:
        poll[1] = None
        poll[3] = math.nan
    verdicts = run(values)
    assert {view.metric for view in verdicts[-1].views} == {"cpu", "traffic"}
    assert max(verdict.score for verdict in verdicts[500:]) < 0.6


def test_metrics_that_move_as_one_do_not_break_it() -> None:
    dice = random.Random(9)
    detector = DeviceDetector(("one", "two", "three"))
    state = detector.new_state()
    for _ in range(600):
        value = dice.gauss(0.0, 1.0)
        verdict = detector.observe(state, [value, value, 7.0])
    assert math.isfinite(verdict.score)
    assert all(math.isfinite(view.deviations) for view in verdict.views)


def test_the_number_of_metrics_is_held_to() -> None:
    detector = DeviceDetector(METRICS)
    with pytest.raises(ValueError, match="3 values"):
        detector.observe(detector.new_state(), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="2 to 16"):
        DeviceDetector(("alone",)).new_state()
