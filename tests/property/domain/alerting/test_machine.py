"""What holds for every series, whatever its values and in whatever order they come."""

import math
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.alerting.machine import LATE_S, Outcome, Series, advance, deadline, tick
from domain.alerting.rule import Condition, check
from domain.alerting.rule import Rule as AlertRule
from domain.alerting.spec import compiled
from domain.errors import Invalid
from tests.property.domain.alerting_commands import CONDITIONS

few = settings(max_examples=150, deadline=None)
VALUES = st.one_of(
    st.sampled_from([0.0, 1.0, -11.0, 100.0, math.nan, math.inf, -math.inf, None]), st.floats(-12, 22)
)
STEPS = st.lists(st.tuples(st.integers(1, 200), VALUES), max_size=60)


def _valid(condition: Condition) -> bool:
    try:
        check(AlertRule(name="x", condition=condition))
    except Invalid:
        return False
    return True


RULES = CONDITIONS.filter(_valid)
Told = list[tuple[Outcome, float]]


def run(condition: Condition, samples: list[tuple[float, float | None]]) -> tuple[Series | None, Told]:
    spec = compiled(condition)
    series: Series | None = None
    told: Told = []
    for at, value in samples:
        series, outcome = advance(series, spec, at, value, 300.0)
        if outcome is not None:
            told.append((outcome, at))
    return series, told


def timeline(steps: list[tuple[int, float | None]]) -> list[tuple[float, float | None]]:
    at, samples = 1_000_000.0, []
    for gap, value in steps:
        at += gap
        samples.append((at, value))
    return samples


@few
@given(RULES, STEPS)
def test_firing_and_clearing_take_turns(condition: Condition, steps: Any) -> None:
    series, told = run(condition, timeline(steps))
    kinds = [outcome for outcome, _ in told]
    if compiled(condition).absent:
        assert kinds == []
        return
    assert kinds == [("fired", "cleared")[n % 2] for n in range(len(kinds))]
    assert (series is not None and series.on) == (len(kinds) % 2 == 1)


@few
@given(RULES, STEPS, st.data())
def test_duplicates_and_late_samples_change_nothing(condition: Condition, steps: Any, data: Any) -> None:
    samples = timeline(steps)
    disturbed: list[tuple[float, float | None]] = []
    for n, sample in enumerate(samples):
        disturbed.append(sample)
        for back in data.draw(st.lists(st.integers(0, 4), max_size=2)):
            late = samples[max(0, n - back)]
            # What was no number then may not become one by coming late: only what had counted comes again.
            if sample[0] - late[0] < LATE_S and all(
                value is not None and math.isfinite(value) for _, value in samples[max(0, n - back) : n + 1]
            ):
                disturbed.append(late)
    assert run(condition, disturbed) == run(condition, samples)


@few
@given(RULES, STEPS)
def test_what_is_no_number_changes_nothing(condition: Condition, steps: Any) -> None:
    samples = timeline(steps)
    numbers = [(at, value) for at, value in samples if value is not None and math.isfinite(value)]
    assert run(condition, samples) == run(condition, numbers)


@few
@given(RULES, STEPS, st.integers(0, 60))
def test_a_restart_in_between_changes_nothing(condition: Condition, steps: Any, cut: int) -> None:
    samples = timeline(steps)
    spec = compiled(condition)
    series, told = run(condition, samples[:cut])
    series = msgspec.msgpack.decode(msgspec.msgpack.encode(series), type=Series | None)
    for at, value in samples[cut:]:
        series, outcome = advance(series, spec, at, value, 300.0)
        if outcome is not None:
            told.append((outcome, at))
    assert (series, told) == run(condition, samples)


@few
@given(RULES, STEPS, st.integers(1, 5_000))
def test_time_alone_fires_no_earlier_than_it_is_due(condition: Condition, steps: Any, later: int) -> None:
    series, _ = run(condition, timeline(steps))
    if series is None:
        return
    spec = compiled(condition)
    due = deadline(series, spec)
    now = series.at + later
    after, outcome = tick(series, spec, now)
    assert (outcome is not None) == (due is not None and due <= now)
    if outcome is not None and due is not None:
        assert tick(series, spec, due)[1] == outcome
        assert after.on == (outcome == "fired")
        for early in (due - 1.0,):
            if early >= series.at:
                assert tick(series, spec, early) == (series, None)


@few
@given(RULES, STEPS)
def test_what_is_kept_of_a_series_is_bounded(condition: Condition, steps: Any) -> None:
    series, _ = run(condition, timeline(steps * 5))
    assert series is None or len(msgspec.msgpack.encode(series)) < 500
