"""The pace is kept at every rate, whatever happens in between."""

from hypothesis import given
from hypothesis import strategies as st

from domain.pace import Pace

rates = st.floats(0.5, 1e6)


@given(rates, st.lists(st.floats(0.0, 0.5) | st.just(0.0), min_size=1, max_size=200))
def test_never_faster_than_the_rate(rate_per_s: float, pauses: list[float]) -> None:
    now = 0.0
    pace = Pace(rate_per_s, now)
    for done, pause in enumerate(pauses):
        now += pause + pace.take(now + pause)
        assert done <= now * rate_per_s * (1 + 1e-9) + 1.5 * max(1.0, rate_per_s * 0.02)


@given(rates, st.integers(1, 500))
def test_not_slower_than_the_rate_either(rate_per_s: float, wanted: int) -> None:
    now = 0.0
    pace = Pace(rate_per_s, now)
    for _ in range(wanted):
        now += pace.take(now)
    assert now <= wanted / rate_per_s * (1 + 1e-9)


def test_a_pause_does_not_end_in_a_flood() -> None:
    pace = Pace(1000.0, 0.0)
    at_once = sum(pace.take(60.0) == 0.0 for _ in range(60_000))
    assert at_once == 30
