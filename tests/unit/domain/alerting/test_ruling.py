"""Rules decide on what detectors, compliance checks, discovery and the comparison of customers raise, by example."""

import msgspec

from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert, RuleAlert, SilenceAlert
from domain.alert_events import AlertRaised, AlertRuled
from domain.alerting.gate import Gate, Verdict
from domain.alerting.muting import World
from domain.alerting.rule import Anomaly, Compliance, Condition, Rule, RuleVersion
from domain.alerting.scope import Scope, Traits
from domain.alerting.templates import TEMPLATES
from domain.event import Actor, Metadata, Recorded

KEY = "anomaly/edge/cpu_percent/"
EDGE = Traits(id="edge", name="edge-1", site="north")
ODD = RaiseAlert(
    key=KEY,
    severity="medium",
    title="cpu_percent: 99",
    device_id="edge",
    source="detector",
    metric="cpu_percent",
    detail={"score": 0.9},
)


def rule(condition: Condition, number: str = "r", **more: object) -> RuleVersion:
    made = Rule(name=f"Rule {number}", condition=condition)
    return RuleVersion(id=number, version=3, rule=msgspec.structs.replace(made, **more))


def world(*rules: RuleVersion, **more: object) -> World:
    return msgspec.structs.replace(World(traits={"edge": EDGE}, rules=rules), **more)


def heard(gate: Gate, command: RaiseAlert = ODD) -> None:
    """What the ledger has of this."""
    (event,) = ALERT.decide(ALERT.initial, command)
    meta = Metadata(occurred_at=None, actor=Actor("worker", "", ""), correlation_id="", causation_id="")  # type: ignore[arg-type]  # no time is looked at
    recorded = Recorded(
        originator_id=alert_id(command.key), originator_version=1, event=event, meta=meta, position=1
    )
    assert gate.recorded(recorded)


def names(verdict: Verdict) -> list[str]:
    return [type(command).__name__ for act in verdict.acts for command in act.commands]


def test_a_rule_that_holds_tells_and_its_step_is_kept() -> None:
    gate = Gate({}, {})
    heard(gate)
    verdict = gate.reconsider(world(rule(Anomaly(score=0.8), severity="high", group_by="device")), 5.0)
    ((command,),) = [act.commands for act in verdict.acts]
    assert command == RuleAlert(
        rule_id="r", rule_version=3, severity="high", group="r/device/edge", reason="rule version 3"
    )
    (step,) = verdict.steps
    assert (step.kind, step.body["rule_id"], step.body["rule_version"], step.body["value"]) == (
        "ruled", "r", 3, 0.9,
    )  # fmt: skip
    assert (
        gate.reconsider(world(rule(Anomaly(score=0.8), severity="high", group_by="device")), 6.0).acts == []
    )


def test_what_was_found_keeps_the_graver_severity() -> None:
    gate = Gate({}, {})
    heard(gate)
    ((command,),) = [
        act.commands for act in gate.reconsider(world(rule(Anomaly(), severity="info")), 5.0).acts
    ]
    assert isinstance(command, RuleAlert)
    assert command.severity == "medium"


def test_nobody_is_told_of_what_no_rule_tells_of() -> None:
    for rules, why in (
        ((), "no alert rule of the kind anomaly tells of it"),
        ((rule(Compliance()),), "no alert rule of the kind anomaly tells of it"),
        ((rule(Anomaly(score=0.95)),), "the score 0.9 is under 0.95"),
        ((rule(Anomaly(metric="if_in_bps")),), "it is about if_in_bps"),
        ((rule(Anomaly(), scope=Scope(sites=("south",))),), "the device's site is north, not south"),
    ):
        gate = Gate({}, {})
        heard(gate)
        ((command,),) = [act.commands for act in gate.reconsider(world(*rules), 5.0).acts]
        assert isinstance(command, SilenceAlert)
        assert command.by.kind == "rule"
        assert why in command.by.why


def test_a_rule_that_is_changed_decides_anew() -> None:
    gate = Gate({}, {})
    heard(gate)
    assert names(gate.reconsider(world(rule(Anomaly(score=0.95))), 5.0)) == ["SilenceAlert"]
    assert names(gate.reconsider(world(rule(Anomaly(score=0.7))), 6.0)) == ["RuleAlert", "UnsilenceAlert"]
    assert names(gate.reconsider(world(), 7.0)) == ["SilenceAlert"]


def test_the_outage_of_the_device_explains_what_was_measured_but_not_its_configuration() -> None:
    gate = Gate({}, {})
    heard(gate)
    policy = RaiseAlert(
        key="compliance/edge", severity="high", title="telnet", device_id="edge", source="compliance"
    )
    heard(gate, policy)
    present = world(rule(Anomaly()), rule(Compliance(min_severity="high"), "p"), down=frozenset({"edge"}))
    by_alert = {
        act.alert_id: [type(each) for each in act.commands] for act in gate.reconsider(present, 5.0).acts
    }
    assert by_alert[alert_id(KEY)] == [RuleAlert, SilenceAlert]
    assert by_alert[alert_id("compliance/edge")] == [RuleAlert]


def test_what_engineers_raise_needs_no_rule() -> None:
    gate = Gate({}, {})
    heard(gate, RaiseAlert(key="mine", severity="low", title="look at this", device_id="edge"))
    assert gate.reconsider(world(), 5.0).acts == []


def test_the_shipped_rules_tell_of_all_that_is_found() -> None:
    shipped = [RuleVersion(id=each.id, version=1, rule=each.rule) for each in TEMPLATES if each.active]
    for source in ("detector", "discovery", "sync", "compliance"):
        gate = Gate({}, {})
        heard(gate, msgspec.structs.replace(ODD, source=source, severity="info", detail={"score": 0.0}))
        assert names(gate.reconsider(world(*shipped), 5.0)) == ["RuleAlert"], source


def test_the_aggregate_is_ruled_once_and_anew_with_each_occurrence() -> None:
    state = ALERT.initial
    told = RuleAlert(rule_id="r", rule_version=3, severity="high", group="g")
    for expected in (1, 2):
        for command in (ODD, told):
            state = ALERT.fold(ALERT.decide(state, command), state)
        assert (state.occurrence, state.rule_id, state.severity) == (expected, "r", "high")
        assert ALERT.decide(state, told) == []
        state = ALERT.fold(ALERT.decide(state, ResolveAlert()), state)
    assert ALERT.decide(state, told) == []
    events = ALERT.decide(
        ALERT.fold([AlertRaised(key="k", severity="low", title="t", occurrence=1)], ALERT.initial), told
    )
    assert [type(event) for event in events] == [AlertRuled]
