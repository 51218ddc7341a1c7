"""Rates from counters: right where two readings tell them, unknown where they do not, never false."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.counters import (
    GAP_INTERVALS,
    MOST_PER_S,
    SHORTEST_S,
    Reading,
    bounds,
    rate_per_s,
    rates_per_s,
    restarted,
)

BITS = st.sampled_from((32, 64))
INTERVAL_S = 60.0
elapsed = st.floats(SHORTEST_S, INTERVAL_S * GAP_INTERVALS)


def rate(before: int, now: int, elapsed_s: float, bits: int, fastest_per_s: float | None) -> float | None:
    return rate_per_s(
        Reading(before, 1_000.0),
        Reading(now, 1_000.0 + elapsed_s),
        bits=bits,
        interval_s=INTERVAL_S,
        fastest_per_s=fastest_per_s,
    )


@given(BITS, elapsed, st.floats(0, 1.25e11), st.floats(0, 1), st.data())
def test_a_counter_that_wraps_once_tells_the_same_rate(
    bits: int, elapsed_s: float, fastest_per_s: float, share: float, data: st.DataObject
) -> None:
    whole = 1 << bits
    assume(fastest_per_s * (elapsed_s + 0.001) < whole)
    grown = int(share * fastest_per_s * elapsed_s)
    before = data.draw(st.integers(0, whole - 1))

    found = rate(before, (before + grown) % whole, elapsed_s, bits, fastest_per_s)

    assert found is not None
    assert math.isclose(found, grown / elapsed_s, rel_tol=1e-6, abs_tol=1e-6)


@given(BITS, elapsed, st.one_of(st.none(), st.floats(0, 1e12)), st.data())
def test_a_rate_is_never_negative_nor_faster_than_possible(
    bits: int, elapsed_s: float, fastest_per_s: float | None, data: st.DataObject
) -> None:
    values = st.integers(-10, (1 << bits) + 10)
    found = rate(data.draw(values), data.draw(values), elapsed_s, bits, fastest_per_s)

    assert found is None or 0 <= found <= MOST_PER_S * 1.001
    if found is not None and fastest_per_s is not None:
        assert found <= 1.5 * fastest_per_s * 1.001 + 1


@given(elapsed, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_reset_of_a_large_counter_is_no_wrap(elapsed_s: float, left: int, now: int) -> None:
    before = 10**15 + left
    assert rate(before, now, elapsed_s, 64, None) is None
    assert rate(before, now, elapsed_s, 64, 1.25e8) is None


@given(st.integers(0, 2**64), st.integers(0, 2**64), st.floats(-1e9, 0.49) | st.floats(181, 1e9))
def test_readings_out_of_order_too_close_or_too_far_apart_tell_nothing(
    before: int, now: int, elapsed_s: float
) -> None:
    assert rate(before, now, elapsed_s, 64, None) is None


def test_a_counter_that_may_have_wrapped_twice_tells_nothing() -> None:
    ten_gigabit = 1.25e9
    assert rate(0, 1_000, 30.0, 32, ten_gigabit) is None
    assert rate(0, 1_000, 30.0, 64, ten_gigabit) == 1_000 / 30.0


@given(st.floats(0, 600 * 86_400), elapsed, st.floats(-5, 5))
def test_an_agent_that_runs_on_has_not_restarted_also_when_its_time_ticks_wrap(
    uptime_s: float, elapsed_s: float, drift_s: float
) -> None:
    wraps_s = 2**32 / 100
    before = uptime_s % wraps_s
    now = (before + max(0.0, elapsed_s + drift_s)) % wraps_s
    assert not restarted(before, now, elapsed_s)


@given(st.floats(600, 400 * 86_400), elapsed, st.floats(0, 1))
def test_an_agent_that_started_in_between_is_told(uptime_s: float, elapsed_s: float, share: float) -> None:
    assert restarted(uptime_s, elapsed_s * share, elapsed_s)
    assert not restarted(None, 5.0, elapsed_s)


@given(st.data())
def test_many_counters_at_once_tell_the_same_rates_as_each_alone(data: st.DataObject) -> None:
    bits = data.draw(st.lists(BITS, max_size=8))
    speeds = st.one_of(st.none(), st.just(0.0), st.floats(1, 1e12))
    fastest = [data.draw(speeds) for _ in bits]
    before = [data.draw(st.one_of(st.none(), st.integers(-1, (1 << each) + 1))) for each in bits]
    grown = st.integers(-(10**12), 10**13)
    now = [None if each is None else each + data.draw(grown) for each in before]
    moments = st.floats(0, 400)
    before_s, now_s = [data.draw(moments) for _ in bits], [data.draw(moments) for _ in bits]

    found = rates_per_s(before, before_s, now, now_s, bounds=bounds(bits, fastest), interval_s=INTERVAL_S)

    assert found == [
        None
        if old is None or new is None
        else rate_per_s(
            Reading(old, old_s), Reading(new, new_s), bits=width, interval_s=INTERVAL_S, fastest_per_s=fast
        )
        for old, old_s, new, new_s, width, fast in zip(
            before, before_s, now, now_s, bits, fastest, strict=True
        )
    ]
