"""What becomes of signals, by example: raised, held, released, silenced, resolved; and what is out of reach."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert, RuleAlert, SilenceAlert, UnsilenceAlert
from domain.alerting.gate import Gate
from domain.alerting.muting import SilenceInForce, World
from domain.alerting.reach import behind, behind_centres, centres
from domain.alerting.rule import Rule, RuleVersion, Threshold
from domain.alerting.scope import Matchers, Scope, Traits
from domain.alerting.signal import Signal
from domain.event import Command

T = datetime(2026, 1, 1, tzinfo=UTC)
TRAITS = {"core": Traits(id="core", name="core-1", site="north"), "edge": Traits(id="edge", name="edge-1")}
FIRED = Signal(
    kind="fired",
    key="k",
    rule_id="r",
    rule_version=2,
    rule_kind="threshold",
    device_id="edge",
    at=1.0,
    interface="e1",
    title="hot",
)
CLEARED = msgspec.structs.replace(FIRED, kind="cleared", at=2.0)
QUIET = SilenceInForce(
    id="s",
    matchers=Matchers(scope=Scope(device_ids=("edge",), interfaces=("e*",))),
    starts_at=T,
    ends_at=T,
    why="work",
)


def world(**more: object) -> World:
    return msgspec.structs.replace(World(traits=TRAITS), **more)


def commands(gate: Gate, sequence: int, signal: Signal, present: World) -> list[type[Command]]:
    verdict = gate.signals([(sequence, signal)], present)
    return [type(command) for act in verdict.acts for command in act.commands]


def test_raised_and_resolved() -> None:
    gate = Gate({}, {})
    assert commands(gate, 1, FIRED, world()) == [RaiseAlert]
    assert list(gate.standing) == [str(alert_id("k"))]
    assert commands(gate, 2, CLEARED, world()) == [ResolveAlert]
    assert commands(gate, 3, CLEARED, world()) == []


def test_a_signal_that_comes_again_after_a_crash_does_nothing() -> None:
    state = ALERT.initial
    signals = [(1, FIRED), (2, CLEARED), (3, FIRED), (4, CLEARED)]
    for _ in range(2):
        gate = Gate({}, {})
        for act in gate.signals(signals, world()).acts:
            for command in act.commands:
                state = ALERT.fold(ALERT.decide(state, command), state)
    assert (state.occurrence, state.state, state.signal) == (2, "resolved", 4)


def test_the_outage_of_the_device_explains_all_of_its_alerts_but_the_one_that_tells_it() -> None:
    gate = Gate({}, {})
    present = world(down=frozenset({"edge"}))
    assert commands(gate, 1, FIRED, present) == []
    assert gate.held["k"].by.why == "edge-1 is down"
    itself = msgspec.structs.replace(FIRED, key="d", rule_kind="device_down")
    assert commands(gate, 2, itself, present) == [RaiseAlert]
    assert gate.reconsider(present, 5.0).acts == []
    (act,) = gate.reconsider(world(), 6.0).acts
    assert isinstance(act.commands[0], RaiseAlert)
    assert act.commands[0].signal == 1
    assert gate.held == {}


def test_what_ends_while_it_is_held_is_never_told() -> None:
    gate = Gate({}, {})
    present = world(behind={"edge": "core"})
    assert commands(gate, 1, FIRED, present) == []
    verdict = gate.signals([(2, CLEARED)], present)
    assert (verdict.acts, [step.kind for step in verdict.steps]) == ([], ["cleared", "dropped"])


def test_silences_come_and_go() -> None:
    gate = Gate({}, {})
    assert commands(gate, 1, FIRED, world(silences=[QUIET])) == [RaiseAlert, SilenceAlert]
    (act,) = gate.reconsider(world(), 5.0).acts
    assert [type(command) for command in act.commands] == [UnsilenceAlert]
    (act,) = gate.reconsider(world(behind={"edge": "core"}, silences=[QUIET]), 6.0).acts
    (silence,) = act.commands
    assert isinstance(silence, SilenceAlert)
    assert (silence.by.kind, silence.by.id) == ("parent", "core")
    (act,) = gate.reconsider(world(silences=[QUIET]), 7.0).acts
    assert [type(command) for command in act.commands] == [UnsilenceAlert, SilenceAlert]


def test_an_alert_that_stands_is_as_grave_as_its_rule_is_now() -> None:
    gate = Gate({}, {})
    commands(gate, 1, FIRED, world())
    rule = Rule(name="hot", condition=Threshold(metric="cpu_percent", op=">", value=90), severity="critical")
    changed = world(rules=[RuleVersion(id="r", version=3, rule=rule)])
    (act,) = gate.reconsider(changed, 5.0).acts
    (ruled,) = act.commands
    assert isinstance(ruled, RuleAlert)
    assert (ruled.rule_id, ruled.rule_version, ruled.severity) == ("r", 3, "critical")
    assert gate.reconsider(changed, 6.0).acts == []


@pytest.mark.parametrize(
    ("matchers", "meant"),
    [
        (Matchers(), True),
        (Matchers(severities=("critical",)), False),
        (Matchers(rule_ids=("r", "x")), True),
        (Matchers(scope=Scope(sites=("north",))), False),
        (Matchers(scope=Scope(interfaces=("ge-*",))), False),
    ],
)
def test_whom_a_silence_means(matchers: Matchers, meant: bool) -> None:
    silence = msgspec.structs.replace(QUIET, matchers=matchers)
    assert (SilenceAlert in commands(Gate({}, {}), 1, FIRED, world(silences=[silence]))) is meant


def _links(*cables: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, other in cables:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


@pytest.mark.parametrize(
    ("cables", "depends_on", "down", "expected"),
    [
        (("RA", "AB", "BC"), {}, "A", {"B": "A", "C": "A"}),
        (("RA", "AB", "BC"), {}, "AB", {"B": "A", "C": "A"}),
        (("RA", "RB", "AC", "BC"), {}, "A", {}),
        (("RA", "RB", "AC", "BC"), {}, "AB", {"C": "A"}),
        (("RA", "AB"), {}, "R", {"A": "R", "B": "R"}),
        (("XY",), {}, "X", {}),
        (("RA",), {"Z": ("A",)}, "A", {"Z": "A"}),
        (("RA",), {"Z": ("A", "R")}, "A", {}),
        (("RA", "AB"), {"B": ("R",)}, "A", {}),
        ((), {"Z": ("Y",), "Y": ("X",)}, "X", {"Y": "X", "Z": "X"}),
        ((), {"Z": ("Y",), "Y": ("Z",)}, "", {}),
    ],
)
def test_what_is_behind(
    cables: tuple[str, ...], depends_on: dict[str, tuple[str, ...]], down: str, expected: dict[str, str]
) -> None:
    assert behind(_links(*cables), depends_on, {"R"}, set(down)) == expected


@pytest.mark.parametrize(
    ("cables", "roots", "expected"),
    [
        (("CD", "CE", "DA", "DB", "EF", "EG"), "", "C"),  # core, distribution, access
        (("CD", "CE", "DA", "DB", "EF", "EG"), "B", ""),  # somebody knows better
        (("CX", "CY", "XY", "XA", "YA", "XB", "YB"), "", "X"),  # each access switch has two uplinks
        (("AB",), "", ""),  # neither is in the middle
        (("AB", "BC", "XY", "YZ", "YW"), "C", "Y"),  # of each network by itself
        (("Cp", "Cq", "CD", "CE"), "", "C"),  # neighbours that are no devices of ours
    ],
)
def test_the_middle_of_a_network(cables: tuple[str, ...], roots: str, expected: str) -> None:
    links = _links(*cables)
    devices = {each for each in links if each.isupper()}
    assert centres(links, set(roots), devices) == set(expected)


def test_what_is_behind_the_middle_counts_only_where_it_does_not_answer() -> None:
    links = _links("CD", "CE", "DA", "DB", "EF")
    assert behind_centres(links, {}, {"C"}, set("DA")) == {"A": "D"}
    assert behind_centres(links, {}, {"C"}, set("CDAB")) == {"D": "C", "A": "C", "B": "C"}
    assert behind_centres(links, {"A": ("E",)}, {"C"}, set("DA")) == {}


def test_a_storm_is_held_and_let_go_in_time() -> None:
    """10,000 devices behind one: nothing is raised for any of them, and all are let go at once."""
    gate = Gate({}, {})
    hidden = world(behind={f"d{n}": "core" for n in range(10_000)})
    storm = [
        (n, msgspec.structs.replace(FIRED, key=f"k{n}", device_id=f"d{n}", rule_kind="device_down"))
        for n in range(10_000)
    ]
    assert gate.signals(storm, hidden).acts == []
    assert gate.reconsider(hidden, 1.0).acts == []
    acts = gate.reconsider(world(), 2.0).acts
    assert len({act.alert_id for act in acts}) == 10_000
    assert isinstance(acts[0].alert_id, UUID)
