"""When devices are polled: each at its own moments, evenly spread, the same after a restart."""

import math
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from domain.polling import IntervalOverride, interval_s, next_due_s, phase

intervals = st.floats(1, 86_400)
times = st.floats(0, 4e9)
phases = st.floats(0, 1, exclude_max=True)


@given(times, intervals, phases)
def test_the_next_poll_is_ahead_and_at_most_one_interval_away(
    now_s: float, every_s: float, device_phase: float
) -> None:
    due = next_due_s(now_s, every_s, device_phase)
    assert now_s < due <= now_s + every_s * 1.000001 + 1e-6


@given(times, st.floats(1, 3_600), phases, st.floats(0.01, 0.99))
def test_a_poller_that_starts_in_between_polls_at_the_same_moments(
    now_s: float, every_s: float, device_phase: float, share: float
) -> None:
    due = next_due_s(now_s, every_s, device_phase)
    later = next_due_s(now_s + (due - now_s) * share, every_s, device_phase)
    assert math.isclose(later, due, abs_tol=1e-3)


def test_devices_are_spread_over_the_interval() -> None:
    seconds = [0] * 60
    for number in range(6_000):
        device = str(uuid5(UUID(int=1), str(number)))
        seconds[int(phase(device, "interfaces") * 60)] += 1
    assert max(seconds) < 150
    assert min(seconds) > 60


def test_an_override_of_the_device_wins_over_its_labels_and_those_over_the_default() -> None:
    overrides = [
        IntervalOverride(label="core", interfaces=10),
        IntervalOverride(label="lab", interfaces=0),
        IntervalOverride(label="edge", interfaces=30),
        IntervalOverride(device_id="d", interfaces=5),
    ]

    def chosen(device_id: str, *labels: str) -> float:
        return interval_s("interfaces", 60, overrides, device_id=device_id, labels=labels)

    assert chosen("e") == 60
    assert chosen("e", "core", "edge") == 10
    assert chosen("e", "core", "lab") == 10
    assert chosen("e", "lab") == 0
    assert chosen("d", "lab") == 5
    assert interval_s("sensors", 300, overrides, device_id="d", labels=["core"]) == 300
    assert interval_s("sensors", 0.1, [], device_id="d", labels=[]) == 1.0
