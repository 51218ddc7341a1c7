"""Time limits follow what the agent shows of itself."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.snmp.patience import Patience


def test_an_unknown_agent_gets_the_full_time_and_twice_that_at_the_second_try() -> None:
    assert (Patience(2.0).limit_s(0), Patience(2.0).limit_s(1)) == (2.0, 4.0)


def test_a_fast_agent_is_asked_again_soon() -> None:
    patience = Patience(2.0)
    for _ in range(5):
        patience.learn(0.002)
    assert (patience.limit_s(0), patience.limit_s(1)) == (0.5, 4.0)


def test_an_agent_that_gets_slow_is_given_its_time_at_once() -> None:
    patience = Patience(2.0)
    patience.learn(0.002)
    patience.learn(1.5)
    assert patience.limit_s(0) > 1.5


@given(st.floats(0.01, 60.0), st.lists(st.floats(0.0, 300.0), max_size=30))
def test_limits_stay_within_bounds(full_s: float, samples: list[float]) -> None:
    patience = Patience(full_s)
    for sample in samples:
        patience.learn(sample)
        assert min(0.5, full_s) <= patience.limit_s(0) <= 2 * full_s == patience.limit_s(1)
