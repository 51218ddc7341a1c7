"""Moving values: counters never fall, both ends of a link count alike, up-time wraps as sysUpTime does."""

from itertools import pairwise

from lab import ber
from lab.devices.interfaces import Octets
from lab.devices.objects import Breathing
from lab.snmp_live import Device, Flow, swing, swung, time_ticks


def number(encoded):
    return ber.decode(encoded[0], encoded[2:])


def test_a_counter_never_falls_and_keeps_its_mean_over_a_day():
    counted = [swung(float(second), 0.3) for second in range(0, 86_401, 60)]
    assert all(later > earlier for earlier, later in pairwise(counted))
    assert abs(counted[-1] - 86_400) < 100
    assert all(0.1 < swing(float(second), 1.0) < 1.9 for second in range(0, 86_400, 600))


def test_both_ends_of_a_link_count_the_same():
    near = Device(booted_at=500.0, flows={7: Flow(in_bps=8e6, out_bps=2e6, phase=0.2)})
    far = Device(booted_at=900.0, flows={3: Flow(in_bps=2e6, out_bps=8e6, phase=0.2)})
    received, sent = Octets(7, False, ber.COUNTER64), Octets(3, True, ber.COUNTER64)
    grown = [
        number(end(device, 2_000.0)) - number(end(device, 1_000.0))
        for end, device in ((received, near), (sent, far))
    ]
    assert abs(grown[0] - grown[1]) <= 1
    assert grown[0] > 100_000_000


def test_short_counters_are_the_low_half_of_long_ones():
    device = Device(flows={1: Flow(in_bps=9e9, out_bps=0.0)})
    short, long = (number(Octets(1, False, tag)(device, 90_000.0)) for tag in (ber.COUNTER32, ber.COUNTER64))
    assert long > 1 << 32
    assert short == long & 0xFFFF_FFFF


def test_uptime_counts_hundredths_and_wraps():
    device = Device(booted_at=100.0)
    assert number(time_ticks(device, 101.5)) == 150
    assert number(time_ticks(device, 100.0 + (1 << 32) / 100 + 1)) == 100


def test_gauges_stay_within_their_bounds():
    gauge = Breathing(20, 60, salt=3)
    values = [number(gauge(Device(seed=5), float(second))) for second in range(0, 86_400, 300)]
    assert min(values) >= 20
    assert max(values) <= 60
    assert len(set(values)) > 10
