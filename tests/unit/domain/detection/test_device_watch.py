"""A device under watch: one alert an event, in spite of bad days of its clock, its agent and the stream."""

import math
import random
from collections.abc import Iterable, Iterator

import msgspec
import pytest

from domain.detection.alarm_rules import JOINT, AlarmRules, DetectionSettings, alert_key
from domain.detection.device_watch import FORGET_S, SILENT_S, DeviceWatch
from domain.detection.finding import Finding
from domain.detection.series import WARM_UP
from domain.detection.state import SEEN
from domain.telemetry import Poll, Sample

DEVICE = "0d6f6a0e-0000-4000-8000-000000000001"
START = 1_760_000_000.0
STEP = 300.0
RULES = AlarmRules(DetectionSettings(least_change={"if_in_bps": 0.0}))
"""The series of these tests are of small numbers."""


def poll(number: float, value: float | None, *, interface: str = "ether1", group: str = "interfaces") -> Poll:
    return Poll(DEVICE, group, START + number * STEP, STEP, (Sample("if_in_bps", value, interface),))  # type: ignore[arg-type]  # one of the groups


def ordinary(count: int, seed: int = 3) -> list[float]:
    dice = random.Random(seed)
    return [100.0 + dice.gauss(0.0, 2.0) for _ in range(count)]


def run(polls: Iterable[Poll], rules: AlarmRules = RULES, watch: DeviceWatch | None = None) -> list[Finding]:
    watch = watch or DeviceWatch(DEVICE)
    return [finding for each in polls for finding in watch.observe(each, rules, lambda: True).findings]


def kinds(findings: Iterable[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def spiky(count: int = 400, at: int = 250, length: int = 3) -> Iterator[Poll]:
    for number, value in enumerate(ordinary(count)):
        yield poll(number, 400.0 if at <= number < at + length else value)


def test_an_event_is_raised_once_with_its_reasons_and_resolved_by_itself() -> None:
    raised, resolved = run(spiky())
    assert (raised.kind, resolved.kind) == ("raised", "resolved")
    assert raised.at == START + 250 * STEP
    assert raised.key == resolved.key == f"anomaly/{DEVICE}/if_in_bps/ether1"
    detail = raised.detail
    assert detail["value"] == 400.0 and detail["expected_low"] < 100.0 < detail["expected_high"] < 400.0
    assert detail["parts"] and detail["samples_seen"] > WARM_UP
    assert "out of range" in raised.title
    assert msgspec.json.decode(msgspec.json.encode(raised.command()))["source"] == "detector"


def test_nothing_is_said_before_enough_was_seen() -> None:
    assert run(spiky(count=WARM_UP, at=60)) == []


def test_what_comes_soon_after_is_the_same_event() -> None:
    values = ordinary(500)
    for number in (250, 251, 262, 263, 275):
        values[number] = 400.0
    patient = AlarmRules(DetectionSettings(refractory_s=86_400, least_change={"if_in_bps": 0.0}))
    assert kinds(run((poll(n, v) for n, v in enumerate(values)), patient)) == ["raised", "resolved"]


def test_switched_off_it_learns_and_keeps_silent() -> None:
    watch = DeviceWatch(DEVICE)
    assert run(spiky(), AlarmRules(DetectionSettings(enabled=False)), watch) == []
    assert watch.states[0].scalars[SEEN] == 400


def test_the_first_small_step_of_a_series_that_never_moved_is_no_alert() -> None:
    def constant(step: float, metric: str) -> list[Poll]:
        return [
            Poll(
                DEVICE,
                "sensors",
                START + n * STEP,
                STEP,
                (Sample(metric, 40.0 + (step if n >= 300 else 0.0), "cpu"),),
            )
            for n in range(320)
        ]

    plain = AlarmRules()
    assert run(constant(1.0, "temperature_celsius"), plain) == []
    assert "raised" in kinds(run(constant(25.0, "temperature_celsius"), plain))
    assert run(constant(0.05, "if_in_errors_per_s"), plain) == []
    strict = AlarmRules(DetectionSettings(least_change={"temperature_celsius": 0.5}))
    assert "raised" in kinds(run(constant(1.0, "temperature_celsius"), strict))
    assert "raised" in kinds(run(constant(1.0, "of_somebody_else"), plain))


def test_skipped_metrics_are_not_learned() -> None:
    watch = DeviceWatch(DEVICE)
    run(spiky(), AlarmRules(DetectionSettings(skipped_metrics=["if_in_bps"])), watch)
    assert not watch.states


def test_sensitivity_and_feedback_move_what_is_needed() -> None:
    key = alert_key(DEVICE, "if_in_bps", "ether1")
    plain = RULES.needed("if_in_bps", key)
    assert plain == pytest.approx(0.75)
    keen = AlarmRules(DetectionSettings(sensitivity={"if_in_bps": 2.0}))
    assert keen.needed("if_in_bps", key) == pytest.approx(3 / 7)  # half the strength
    needed = [AlarmRules(levels={key: level}).needed("if_in_bps", key) for level in range(9)]
    assert needed == sorted(needed) and needed[0] == plain < needed[1]
    assert needed[6] == needed[7] == needed[8] < 1.0  # never deaf
    assert AlarmRules(levels={key: 3}).needed("if_in_bps", "another") == plain


def test_a_series_that_people_find_useless_is_told_less() -> None:
    values = ordinary(400)
    values[250] = 118.0
    polls = [poll(number, value) for number, value in enumerate(values)]
    key = alert_key(DEVICE, "if_in_bps", "ether1")
    score = run(polls)[0].detail["score"]
    level = next(
        level for level in range(7) if AlarmRules(levels={key: level}).needed("if_in_bps", key) > score
    )
    assert run(polls, AlarmRules(RULES.settings, {key: level})) == []
    assert kinds(run(polls, AlarmRules(RULES.settings, {key: 0}))) == ["raised", "resolved"]


def test_duplicates_and_late_polls_change_nothing() -> None:
    clean = list(spiky())
    dice = random.Random(1)
    dirty: list[Poll] = []
    for number, each in enumerate(clean):
        dirty.append(each)
        if dice.random() < 0.3:
            dirty.append(each)
        if number > 3 and dice.random() < 0.2:
            dirty.append(clean[number - dice.randint(1, 3)])
    whole, watch = DeviceWatch(DEVICE), DeviceWatch(DEVICE)
    assert run(dirty, watch=watch) == run(clean, watch=whole)
    assert [state.snapshot() for state in watch.states] == [state.snapshot() for state in whole.states]


def test_a_value_that_comes_twice_in_a_poll_counts_once() -> None:
    watch = DeviceWatch(DEVICE)
    twice = Sample("if_in_bps", 1.0, "ether1")
    watch.observe(Poll(DEVICE, "interfaces", START, STEP, (twice, twice)), RULES, lambda: True)
    assert watch.states[0].scalars[SEEN] == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
def test_values_that_are_none_teach_and_raise_nothing(bad: float | None) -> None:
    values: list[float | None] = [*ordinary(250)]
    values += [bad] * 20
    values += ordinary(50, seed=4)
    watch = DeviceWatch(DEVICE)
    assert run((poll(n, v) for n, v in enumerate(values)), watch=watch) == []
    assert all(map(math.isfinite, watch.states[0].scalars))


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf])
def test_a_poll_of_no_time_is_dropped(at: float) -> None:
    watch = DeviceWatch(DEVICE)
    seen = watch.observe(
        Poll(DEVICE, "interfaces", at, STEP, (Sample("if_in_bps", 1.0),)), RULES, lambda: True
    )
    assert seen.late and not watch.states


@pytest.mark.parametrize("jump_s", [-7_200.0, -3 * 86_400.0, 7_200.0, 3 * 86_400.0])
def test_a_clock_that_jumps_costs_a_few_polls_and_no_alert(jump_s: float) -> None:
    watch = DeviceWatch(DEVICE)
    values = ordinary(500)
    polls = [poll(number, value) for number, value in enumerate(values)]
    jumped = polls[:300] + [msgspec.structs.replace(each, at=each.at + jump_s) for each in polls[300:]]
    assert run(jumped, watch=watch) == []
    assert watch.states[0].scalars[SEEN] >= 490


def test_a_clock_that_jumps_there_and_back_goes_on() -> None:
    watch = DeviceWatch(DEVICE)
    values = ordinary(500)
    polls = [poll(number, value) for number, value in enumerate(values)]
    for number in (300, 301):
        polls[number] = msgspec.structs.replace(polls[number], at=polls[number].at + 10 * 365 * 86_400.0)
    run(polls, watch=watch)
    assert watch.states[0].scalars[SEEN] == 498


def test_an_interface_that_vanishes_does_not_fire_for_ever() -> None:
    polls = [*spiky(count=252, at=250)]
    goes_on = [poll(252 + n, 1.0, interface="ether2") for n in range(int(SILENT_S / STEP) + 3)]
    found = run([*polls, *goes_on])
    assert kinds(found) == ["raised", "resolved"]
    assert found[1].interface == "ether1" and "no more samples" in found[1].title


def test_after_a_month_of_silence_a_series_is_learned_anew() -> None:
    watch = DeviceWatch(DEVICE)
    run(spiky(count=200, at=1000), watch=watch)
    run([poll(200 + FORGET_S / STEP + number, 5.0) for number in range(7)], watch=watch)
    assert watch.states[0].scalars[SEEN] == 3  # the first few might have been a clock gone wrong
    assert watch.forget(before=START + 300 * STEP + FORGET_S) == 1 and not watch.states


def test_where_there_is_no_room_samples_are_counted_and_left_out() -> None:
    watch = DeviceWatch(DEVICE)
    seen = watch.observe(poll(0, 1.0), RULES, lambda: False)
    assert (seen.left_out, seen.samples, watch.states) == (1, 0, [])


def test_names_from_devices_cannot_break_a_key() -> None:
    hostile = ["eth\n0", "eth 0", "x" * 500, "x" * 500 + "y", "\x00", "\ud800"]
    keys = [alert_key(DEVICE, "if_in_bps", name) for name in hostile]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 300 and key.isprintable() for key in keys)


def test_a_busy_cpu_without_traffic_is_found_though_both_are_usual() -> None:
    dice = random.Random(5)
    polls = []
    for number in range(600):
        load = dice.gauss(0.0, 1.0)
        odd = 500 <= number < 503
        cpu, traffic = 50.0 + 10.0 * load, 1e8 + 2e7 * load
        if odd:
            cpu, traffic = 72.0, 5.8e7
        at = START + number * STEP
        polls.append(
            Poll(DEVICE, "resources", at, STEP, (Sample("cpu_percent", cpu + dice.gauss(0.0, 0.5)),))
        )
        polls.append(Poll(DEVICE, "interfaces", at + 1.0, STEP, (Sample("if_in_bps", traffic, "ether1"),)))
    found = run(polls, AlarmRules(DetectionSettings(sensitivity={JOINT: 1.15})))
    assert {finding.metric for finding in found if finding.kind == "raised"} == {JOINT}
    raised = found[0]
    assert raised.at == START + 500 * STEP + 1.0
    assert {view["metric"] for view in raised.detail["views"]} == {"cpu_percent", "if_in_bps"}
    assert "let expect" in raised.detail["text"]


def test_a_device_whose_series_become_unpredictable_drifts() -> None:
    """The models adapt to any level and noise; noise that keeps changing stays beyond them."""
    dice = random.Random(2)
    calm = [100.0 + dice.gauss(0.0, 1.0) for _ in range(3_000)]
    wild = [100.0 + dice.gauss(0.0, 1.0) * (50.0 if number // 12 % 2 else 1.0) for number in range(1_200)]
    watch = DeviceWatch(DEVICE)
    quiet = AlarmRules(DetectionSettings(enabled=False))
    found = run((poll(n, v) for n, v in enumerate(calm + wild)), quiet, watch)
    drifts = [finding.at for finding in found if finding.kind == "drifted"]
    assert drifts and START + 3_000 * STEP <= drifts[0] <= START + 3_600 * STEP
    assert watch.drift is not None and watch.drift.events == len(drifts)
