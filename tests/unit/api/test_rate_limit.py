"""The counting of requests, with a clock that is moved."""

from api.rate_limit import _CALLERS, Counts, _neighbourhood


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_window_begins_anew() -> None:
    clock = Clock()
    counts = Counts(3, clock=clock)
    assert [counts.take("a", anonymous=False)[1] for _ in range(5)] == [2, 1, 0, -1, -2]
    assert counts.take("b", anonymous=False)[1] == 2
    clock.now += 59
    limit, left, reset_s = counts.take("a", anonymous=False)
    assert (limit, left < 0, reset_s) == (3, True, 1)
    clock.now += 1
    assert counts.take("a", anonymous=False) == (3, 2, 60)


def test_strangers_get_a_tenth() -> None:
    counts = Counts(100, clock=Clock())
    assert counts.take("x", anonymous=True)[0] == 10
    assert Counts(5, clock=Clock()).take("x", anonymous=True)[0] == 1


def test_memory_is_bounded_and_the_bound_refuses_no_known_caller() -> None:
    counts = Counts(10, clock=Clock())
    for number in range(_CALLERS):
        counts.take(f"{number}", anonymous=True)
    shared = [counts.take(f"new {number}", anonymous=False)[1] for number in range(12)]
    assert shared == list(range(9, -3, -1))
    assert counts.take("5", anonymous=False)[1] == 8


def test_an_ipv6_network_is_one_neighbourhood() -> None:
    assert _neighbourhood("2001:db8::1") == _neighbourhood("2001:db8::ffff:1")
    assert _neighbourhood("2001:db8::1") != _neighbourhood("2001:db8:0:1::1")
    assert _neighbourhood("192.0.2.1") != _neighbourhood("192.0.2.2")
    assert _neighbourhood("fe80::1%eth0") == _neighbourhood("fe80::2")
    assert _neighbourhood("no address") == "no address"
