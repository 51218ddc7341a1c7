"""What interfaces pass: samples from two readings of their counters."""

from collections.abc import Mapping

from domain.counters import Reading, rate_per_s, restarted
from domain.snmp_polling import Column, InterfacesRead, PolledInterface, PollPlan
from domain.telemetry import Sample

_UP = 1
_NONE: Mapping[int, Reading] = {}
_MINIMUM_FRAME_BITS = (
    672  # 64 octets, preamble and gap of Ethernet: no interface passes more packets than its speed of these
)
_COUNTED: tuple[tuple[Column, str], ...] = (
    ("in_packets", "if_in_packets_per_s"),
    ("out_packets", "if_out_packets_per_s"),
    ("in_errors", "if_in_errors_per_s"),
    ("out_errors", "if_out_errors_per_s"),
    ("in_discards", "if_in_discards_per_s"),
    ("out_discards", "if_out_discards_per_s"),
)
_WIDE_COLUMNS = ("in_packets", "out_packets")


class InterfaceRates:
    """Of one device. It remembers the last reading, and starts over where the agent has restarted."""

    def __init__(self) -> None:
        self._before: InterfacesRead | None = None

    def samples(self, plan: PollPlan, read: InterfacesRead, interval_s: float) -> tuple[list[Sample], bool]:
        """The samples, and whether the agent restarted, so that its plan has to be made anew.

        Rates are left out where two readings do not tell them, and of interfaces that are down and pass nothing.
        """
        before, self._before = self._before, read
        anew = False
        if before is not None:
            elapsed_s = read.read_s - before.read_s
            anew = restarted(before.uptime_s, read.uptime_s, elapsed_s)
        samples: list[Sample] = []
        add = samples.append
        admin = read.columns.get("admin_status", _NONE)
        oper = read.columns.get("oper_status", _NONE)
        then = None if anew or before is None else before.columns
        octets = _pairs(then, read, "in_octets", "out_octets")
        counted = [
            (metric, column in _WIDE_COLUMNS, *_pairs(then, read, column)[0]) for column, metric in _COUNTED
        ]
        for interface in plan.interfaces:
            index, name = interface.if_index, interface.name
            state = oper.get(index)
            is_up = state is None or state.value == _UP
            if state is not None:
                add(Sample("if_oper_up", 1.0 if is_up else 0.0, name))
            wanted = admin.get(index)
            if wanted is not None:
                add(Sample("if_admin_up", 1.0 if wanted.value == _UP else 0.0, name))
            if then is None:
                continue
            speed = interface.speed_bps
            bits = 64 if interface.wide else 32
            moving = False
            for metric, share, (old, new) in zip(
                ("if_in_bps", "if_out_bps"),
                ("if_in_utilization_percent", "if_out_utilization_percent"),
                octets,
                strict=True,
            ):
                rate = _rate(old.get(index), new.get(index), bits, interval_s, speed / 8 if speed else None)
                if rate is not None and (is_up or rate):
                    moving = True
                    add(Sample(metric, rate * 8, name))
                    if speed:
                        add(Sample(share, 800.0 * rate / speed, name))
            if not moving:
                continue
            fastest = speed / _MINIMUM_FRAME_BITS if speed else None
            for metric, wide, old, new in counted:
                rate = _rate(old.get(index), new.get(index), bits if wide else 32, interval_s, fastest)
                if rate is not None:
                    add(Sample(metric, rate, name))
        return samples, anew


def _pairs(
    then: Mapping[Column, Mapping[int, Reading]] | None, read: InterfacesRead, *columns: Column
) -> list[tuple[Mapping[int, Reading], Mapping[int, Reading]]]:
    return [((then or {}).get(column, _NONE), read.columns.get(column, _NONE)) for column in columns]


def _rate(
    old: Reading | None, new: Reading | None, bits: int, interval_s: float, fastest_per_s: float | None
) -> float | None:
    if old is None or new is None:
        return None
    return rate_per_s(old, new, bits=bits, interval_s=interval_s, fastest_per_s=fastest_per_s)


def named(interfaces: list[PolledInterface]) -> tuple[PolledInterface, ...]:
    """Each under a name of its own: those that share one carry their ifIndex as well."""
    count: dict[str, int] = {}
    for each in interfaces:
        count[each.name] = count.get(each.name, 0) + 1
    return tuple(
        each
        if each.name and count[each.name] == 1
        else PolledInterface(each.if_index, f"{each.name}#{each.if_index}", each.wide, each.speed_bps)
        for each in interfaces
    )
