"""Other settings over stored telemetry, beside what people said of the alerts that were raised."""

import random

from domain.detection.alarm_rules import JOINT, AlarmRules, DetectionSettings, alert_key
from domain.detection.backtest import Fired, KnownAlarm, TriedSettings, alarms, compare, polls_of
from domain.detection.moment import moment

DEVICE = "0d6f6a0e-0000-4000-8000-000000000001"
START = 1_760_000_000.0


def series(wrong: dict[int, float]) -> list[tuple[float, float | None]]:
    dice = random.Random(1)
    return [(START + 300.0 * n, wrong.get(n, 100.0 + dice.gauss(0.0, 2.0))) for n in range(500)]


def tried(threshold: float, since: float = START) -> list[Fired]:
    stored = {("cpu_percent", ""): series({300: 108.0, 400: 300.0})}
    rules = AlarmRules(
        TriedSettings(threshold=threshold, least_change={"cpu_percent": 0.0}).over(
            DetectionSettings(enabled=False)
        )
    )
    return alarms(DEVICE, polls_of(DEVICE, stored, 300.0), rules, "series", since)


def known(number: int, useful: bool | None) -> KnownAlarm:
    return KnownAlarm(
        key=alert_key(DEVICE, "cpu_percent", ""),
        device_id=DEVICE,
        metric="cpu_percent",
        interface="",
        at=moment(START + 300.0 * number),
        useful=useful,
    )


def test_a_lower_threshold_raises_more() -> None:
    assert [each.at for each in tried(0.95)] == []
    strict, eager = tried(0.76), tried(0.5)
    assert [each.at for each in strict] == [moment(START + 400 * 300.0)]
    assert {each.at for each in strict} < {each.at for each in eager}
    assert all(each.until is not None and each.until > each.at for each in eager[:1])


def test_what_came_before_is_learned_and_not_told() -> None:
    assert [each.at for each in tried(0.5, since=START + 350 * 300.0)] == [moment(START + 400 * 300.0)]


def test_known_alerts_are_matched_missed_spared_and_late() -> None:
    verdicts = compare(tried(0.76), [known(398, True), known(300, True), known(300, False), known(100, None)])
    assert (verdicts.fired, verdicts.matched, verdicts.spared, verdicts.repeated, verdicts.new) == (
        1,
        1,
        1,
        0,
        0,
    )
    assert [alarm.useful for alarm in verdicts.missed] == [True]
    assert verdicts.delay_s == 600.0
    assert verdicts.alerts[0].useful is True

    again = compare(tried(0.76), [known(400, False)])
    assert (again.repeated, again.matched, again.new) == (1, 1, 0)
    assert compare(tried(0.76), []).new == 1


def test_stored_series_become_the_polls_that_they_were() -> None:
    stored = {("cpu_percent", ""): series({}), ("if_in_bps", "e1"): [(START, 1.0), (START + 1.0, None)]}
    polls = list(polls_of(DEVICE, stored, 300.0))
    assert [poll.at for poll in polls] == sorted(poll.at for poll in polls)
    assert {poll.group for poll in polls} == {"resources", "interfaces"}
    assert sum(len(poll.samples) for poll in polls) == 501


def test_a_detector_tells_its_own_alerts_alone() -> None:
    stored = {("cpu_percent", ""): series({400: 300.0}), ("memory_percent", ""): series({})}
    rules = AlarmRules(DetectionSettings(threshold=0.5))
    polls = list(polls_of(DEVICE, stored, 300.0))
    assert all(each.metric == JOINT for each in alarms(DEVICE, polls, rules, "device", START))
    assert all(each.metric != JOINT for each in alarms(DEVICE, polls, rules, "series", START))
