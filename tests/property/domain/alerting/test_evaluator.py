"""The same samples give the same signals: whatever is stored and restored in between, and whatever comes twice."""

import math
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.alerting.evaluator import ON_SAMPLES, Evaluator, Kept
from domain.alerting.rule import InterfaceDown, Rule, RuleVersion, Threshold
from domain.alerting.scope import Scope, Traits
from domain.alerting.signal import Signal
from domain.telemetry import Poll, Sample

RULES = [
    RuleVersion(id=str(n), version=1, rule=rule)
    for n, rule in enumerate(
        [
            Rule(
                name="hot", condition=Threshold(metric="temperature_celsius", op=">", value=70.0, clear=60.0)
            ),
            Rule(
                name="slow",
                condition=Threshold(
                    metric="temperature_celsius", op=">=", value=50.0, for_s=120.0, clear_for_s=60.0
                ),
                scope=Scope(interfaces=("a*",)),
            ),
            Rule(name="down", condition=InterfaceDown(for_s=0.0), scope=Scope(device_ids=("d0",))),
        ]
    )
]
TRAITS = {f"d{n}": Traits(id=f"d{n}", name=f"device {n}") for n in range(3)}
SAMPLES = st.lists(
    st.builds(
        Sample,
        metric=st.sampled_from(["temperature_celsius", "if_oper_up", "unknown"]),
        value=st.sampled_from([0.0, 1.0, 55.0, 65.0, 75.0, math.nan, None]),
        interface=st.sampled_from(["", "a1", "b1"]),
    ),
    max_size=4,
).map(tuple)
STEPS = st.lists(st.tuples(st.sampled_from(sorted(TRAITS)), st.integers(1, 200), SAMPLES), max_size=40)


def polls(steps: Any) -> list[Poll]:
    at, found = 1.7e9, []
    for device, gap, samples in steps:
        at += gap
        found.append(Poll(device, "sensors", at, 60.0, samples))
    return found


def fresh(stored: dict[str, bytes] | None = None) -> Evaluator:
    evaluator = Evaluator(ON_SAMPLES)
    for device, raw in (stored or {}).items():
        evaluator.restore(device, msgspec.msgpack.decode(raw, type=list[Kept]), 0.0)
    evaluator.learn(RULES, TRAITS)
    return evaluator


def told(evaluator: Evaluator, some: list[Poll]) -> list[Signal]:
    return [signal for poll in some for signal in evaluator.poll(poll)]


@settings(max_examples=150, deadline=None)
@given(STEPS, st.integers(0, 40))
def test_storing_and_restoring_changes_nothing(steps: Any, cut: int) -> None:
    everything = polls(steps)
    whole = fresh()
    expected = told(whole, everything)
    first = fresh()
    before = told(first, everything[:cut])
    stored = {device: msgspec.msgpack.encode(first.stored(device)) for device in TRAITS}
    second = fresh(stored)
    assert before + told(second, everything[cut:]) == expected
    assert {d: second.stored(d) for d in TRAITS} == {d: whole.stored(d) for d in TRAITS}


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_what_is_not_marked_dirty_need_not_be_stored(steps: Any) -> None:
    """Only the last values of quiet series may differ from what was stored."""
    evaluator = fresh()
    stored: dict[str, list[Kept]] = {}
    for poll in polls(steps):
        evaluator.poll(poll)
        for device in evaluator.dirty:
            stored[device] = evaluator.stored(device)
        evaluator.dirty.clear()
    for device in TRAITS:
        now = {(kept.rule_id, kept.subject): kept.series for kept in evaluator.stored(device)}
        then = {(kept.rule_id, kept.subject): kept.series for kept in stored.get(device, [])}
        assert now.keys() == then.keys()
        for key, series in now.items():
            assert (series.phase, series.was_ok, series.fired) == (
                then[key].phase,
                then[key].was_ok,
                then[key].fired,
            )


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_polls_that_come_twice_change_nothing(steps: Any) -> None:
    once = polls(steps)
    twice = [poll for each in once for poll in (each, each)]
    first, second = fresh(), fresh()
    assert told(first, once) == told(second, twice)
