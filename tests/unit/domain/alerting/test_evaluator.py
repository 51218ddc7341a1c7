"""Rules over devices, by example: durations, hysteresis, flapping, absence, scope, new rules, facts."""

import msgspec
import pytest

from domain.alerting.evaluator import ON_FACTS, ON_SAMPLES, Evaluator
from domain.alerting.finding import Finding, LogFilter
from domain.alerting.machine import FLAP_HOLD_S
from domain.alerting.rule import (
    Absence,
    Condition,
    DeviceDown,
    InterfaceDown,
    LogMatch,
    Rule,
    RuleVersion,
    Threshold,
)
from domain.alerting.scope import Scope, Traits
from domain.alerting.signal import Signal
from domain.detection.moment import written
from domain.telemetry import Poll, Sample

CORE = Traits(id="d1", name="core-1", site="north", vendor="MikroTik", labels=("core",))
START = 1_700_000_000.0
BUSY = Threshold(metric="cpu_percent", op=">", value=90.0, clear=80.0, for_s=120.0)


def rule(condition: Condition, **more: object) -> RuleVersion:
    text = Rule(name="Rule", condition=condition)
    return RuleVersion(id="r1", version=1, rule=msgspec.structs.replace(text, **more))


def watching(*rules: RuleVersion, kinds: frozenset[str] = ON_SAMPLES) -> Evaluator:
    evaluator = Evaluator(kinds)
    evaluator.learn(rules, {"d1": CORE})
    return evaluator


def poll(at: float, *values: float | None, metric: str = "cpu_percent", interface: str = "") -> Poll:
    samples = tuple(Sample(metric, value, interface) for value in values)
    return Poll("d1", "resources", START + at, 60.0, samples)


def told(
    evaluator: Evaluator, series: list[tuple[float, float | None]], **more: str
) -> list[tuple[str, float]]:
    found: list[Signal] = []
    for at, value in series:
        found += evaluator.poll(poll(at, value, **more))
    return [(signal.kind, signal.at - START) for signal in found]


def test_it_must_last_and_it_must_come_back_far_enough() -> None:
    values = [(0, 95), (60, 96), (120, 97), (180, 85), (240, 99), (300, 79)]
    assert told(watching(rule(BUSY)), values) == [("fired", 120), ("cleared", 300)]


def test_a_dip_begins_the_duration_anew() -> None:
    assert told(watching(rule(BUSY)), [(0, 95), (60, 50), (120, 95), (180, 95)]) == []


def test_a_duration_does_not_reach_over_a_gap() -> None:
    assert told(watching(rule(BUSY)), [(0, 95), (600, 95), (660, 95)]) == []


def test_a_clock_that_was_set_back_does_not_blind_us() -> None:
    values = [(90_000, 10), (0, 95), (60, 95), (120, 95)]
    assert told(watching(rule(BUSY)), values) == [("fired", 120)]


def test_a_flapping_series_is_told_once_and_stays() -> None:
    always = rule(Threshold(metric="cpu_percent", op=">", value=90.0))
    evaluator = watching(always)
    values: list[tuple[float, float | None]] = []
    for n in range(20):
        values += [(n * 120.0, 95.0), (n * 120.0 + 60, 10.0)]
    signals = told(evaluator, values)
    assert [kind for kind, _ in signals] == ["fired", "cleared"] * 3 + ["fired"]
    quiet = [(2400.0 + n * 60, 10.0) for n in range(12)]
    (cleared,) = told(evaluator, quiet)
    assert cleared[0] == "cleared"
    assert cleared[1] >= 20 * 120 - 60 + FLAP_HOLD_S


def test_what_a_signal_says() -> None:
    evaluator = watching(rule(BUSY, severity="high", group_by="device"))
    (signal,) = [each for at in (0, 60, 120) for each in evaluator.poll(poll(at, 97.5))]
    assert signal.title == "Rule: core-1: cpu_percent 97.5 is > 90"
    assert (signal.severity, signal.device_id, signal.rule_version) == ("high", "d1", 1)
    assert signal.detail == {"value": 97.5, "since": written(START), "op": ">", "threshold": 90.0}
    assert signal.group == "r1/device/d1"


def test_only_a_port_that_was_up_is_missed() -> None:
    down = rule(InterfaceDown(for_s=0.0), scope=Scope(not_interfaces=("lo*",)))
    evaluator = watching(down)
    for interface, values, expected in (
        ("ether9", [(0, 0), (60, 0)], []),
        ("ether1", [(0, 1), (60, 0), (120, 1)], [("fired", 60), ("cleared", 120)]),
        ("lo0", [(0, 1), (60, 0)], []),
    ):
        assert told(evaluator, values, metric="if_oper_up", interface=interface) == expected


def test_absence_needs_no_sample_to_be_told() -> None:
    evaluator = watching(rule(Absence(metric="uptime_s", for_s=300.0)))
    assert told(evaluator, [(0, 5)], metric="uptime_s") == []
    assert evaluator.tick(START + 299) == []
    (fired,) = evaluator.tick(START + 1_000)
    assert (fired.kind, fired.title) == ("fired", "Rule: core-1: no uptime_s for 300 s")
    assert evaluator.tick(START + 2_000) == []
    assert told(evaluator, [(2_100, 5)], metric="uptime_s") == [("cleared", 2_100)]


def test_a_restart_does_not_tell_of_absence_too_early() -> None:
    absent = rule(Absence(metric="uptime_s", for_s=300.0))
    before = watching(absent)
    told(before, [(0, 5)], metric="uptime_s")
    after = Evaluator(ON_SAMPLES)
    after.restore("d1", before.stored("d1"), START + 400)
    after.learn([absent], {"d1": CORE})
    assert after.tick(START + 699) == []
    assert [each.kind for each in after.tick(START + 700)] == ["fired"]


def test_rules_that_hold_no_longer_end_their_alerts() -> None:
    evaluator = watching(rule(Threshold(metric="cpu_percent", op=">", value=90.0)))
    assert told(evaluator, [(0, 95)]) == [("fired", 0)]
    (ended,) = evaluator.learn([], {"d1": CORE})
    assert (ended.kind, ended.why) == ("cleared", "the rule holds here no longer")
    assert evaluator.learn([], {"d1": CORE}) == []


def test_a_changed_rule_goes_on_from_where_it_was() -> None:
    evaluator = watching(rule(BUSY))
    told(evaluator, [(0, 95), (60, 95)])
    changed = RuleVersion(
        id="r1", version=2, rule=Rule(name="Rule", condition=msgspec.structs.replace(BUSY, for_s=60.0))
    )
    assert evaluator.learn([changed], {"d1": CORE}) == []
    assert told(evaluator, [(90, 95)]) == [("fired", 90)]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(sites=("NORTH",)), 1),
        (Scope(sites=("south",)), 0),
        (Scope(labels=("core", "edge")), 1),
        (Scope(vendors=("mikrotik",), labels=("edge",)), 0),
        (Scope(device_ids=("d2",)), 0),
        (Scope(interfaces=("ether*",)), 0),
    ],
)
def test_scope(scope: Scope, expected: int) -> None:
    evaluator = watching(rule(Threshold(metric="cpu_percent", op=">", value=90.0), scope=scope))
    assert len(evaluator.poll(poll(0, 95))) == expected


def test_a_removed_interface_does_not_fire_for_ever() -> None:
    evaluator = watching(rule(Threshold(metric="cpu_percent", op=">", value=90.0)))
    assert told(evaluator, [(0, 95)], interface="core 3") == [("fired", 0)]
    for n in range(70):
        evaluator.poll(poll(n * 60.0, 10, interface="core 1"))
    (ended,) = evaluator.forget_stale(START + 4_200)
    assert (ended.kind, ended.interface) == ("cleared", "core 3")
    assert evaluator.series() == 1


def test_a_device_down_is_told_when_it_lasted() -> None:
    evaluator = watching(rule(DeviceDown(for_s=30.0)), kinds=ON_FACTS)
    assert evaluator.device_down("d1", START, down=True, cause="no answer") == []
    (fired,) = evaluator.tick(START + 40)
    assert (fired.kind, fired.at) == ("fired", START + 30)
    (cleared,) = evaluator.device_down("d1", START + 60, down=False)
    assert cleared.kind == "cleared"
    evaluator.device_down("d1", START + 100, down=True)
    evaluator.device_down("d1", START + 110, down=False)
    assert evaluator.tick(START + 200) == []


def test_messages_that_rules_look_for() -> None:
    condition = LogMatch(source="syslog", contains=("bgp", "down"), clear_contains=("BGP", "up"), max_level=5)
    lost = rule(condition)
    message = Finding(
        id="1", kind="log", device_id="d1", at=START, source="syslog", level=3, text="%BGP-5: neighbor Down"
    )
    wanted = LogFilter([lost])
    assert wanted.wants(message)
    assert not wanted.wants(msgspec.structs.replace(message, level=6))
    assert not wanted.wants(msgspec.structs.replace(message, source="trap"))
    evaluator = watching(lost, kinds=ON_FACTS)
    assert [each.kind for each in evaluator.finding(message)] == ["fired"]
    back = msgspec.structs.replace(message, at=START + 60, text="BGP neighbor Up")
    assert [each.kind for each in evaluator.finding(back)] == ["cleared"]
    trap = rule(LogMatch(trap_oid="1.3.6.1.6.3.1.1.5.5"))
    sent = Finding(
        id="2", kind="log", device_id="d1", at=START, source="trap", trap_oid="1.3.6.1.6.3.1.1.5.5"
    )
    assert LogFilter([trap]).wants(sent)
    assert not LogFilter([trap]).wants(msgspec.structs.replace(sent, trap_oid="1.3.6.1.6.3.1.1.5.55"))
