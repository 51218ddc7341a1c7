"""What interfaces pass: samples from two readings of their counters."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.counters import Bounds, bounds, rates_per_s, restarted
from domain.snmp_polling import Column, ColumnRead, InterfacesRead, PolledInterface, PollPlan
from domain.telemetry import Sample

_UP = 1
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


class _Can(NamedTuple):
    """What the counters of a plan's interfaces can be; errors and discards are always 32-bit counters of packets."""

    octets: Bounds
    packets: Bounds
    events: Bounds


class InterfaceRates:
    """Of one device. It remembers the last reading, and starts over where the agent has restarted."""

    def __init__(self) -> None:
        self._interfaces: tuple[PolledInterface, ...] = ()
        self._can = _can(())
        self._before: InterfacesRead | None = None

    def samples(self, plan: PollPlan, read: InterfacesRead, interval_s: float) -> tuple[list[Sample], bool]:
        """The samples, and whether the agent restarted, so that its plan has to be made anew.

        Rates are left out where two readings do not tell them, and of interfaces that are down and pass nothing.
        """
        self._follow(plan.interfaces)
        before, self._before = self._before, read
        anew = False
        if before is not None:
            anew = restarted(before.uptime_s, read.uptime_s, read.read_s - before.read_s)
        then = None if anew else before
        unknown = [None] * len(plan.interfaces)
        admin = read.columns["admin_status"].values if "admin_status" in read.columns else unknown
        oper = read.columns["oper_status"].values if "oper_status" in read.columns else unknown
        every = range(len(plan.interfaces))
        arriving = self._rates(then, read, "in_octets", self._can.octets, interval_s, every)
        leaving = self._rates(then, read, "out_octets", self._can.octets, interval_s, every)
        samples: list[Sample] = []
        add = samples.append
        moving: list[int] = []
        for place, interface in enumerate(plan.interfaces):
            name, state, wanted = interface.name, oper[place], admin[place]
            is_up = state is None or state == _UP
            if state is not None:
                add(Sample("if_oper_up", 1.0 if is_up else 0.0, name))
            if wanted is not None:
                add(Sample("if_admin_up", 1.0 if wanted == _UP else 0.0, name))
            received, sent = arriving[place], leaving[place]
            moves = False
            if received is not None and (is_up or received):
                moves = True
                add(Sample("if_in_bps", received * 8, name))
                if interface.speed_bps:
                    add(Sample("if_in_utilization_percent", 800.0 * received / interface.speed_bps, name))
            if sent is not None and (is_up or sent):
                moves = True
                add(Sample("if_out_bps", sent * 8, name))
                if interface.speed_bps:
                    add(Sample("if_out_utilization_percent", 800.0 * sent / interface.speed_bps, name))
            if moves:
                moving.append(place)
        names = [plan.interfaces[place].name for place in moving]
        for column, metric in _COUNTED:
            can = self._can.packets if column in _WIDE_COLUMNS else self._can.events
            rates = self._rates(then, read, column, can, interval_s, moving)
            samples += [
                Sample(metric, rate, name)
                for rate, name in zip(rates, names, strict=True)
                if rate is not None
            ]
        return samples, anew

    def _follow(self, interfaces: tuple[PolledInterface, ...]) -> None:
        """Where the plan is another one, what was read before is put in its order."""
        if interfaces is self._interfaces:
            return
        if self._before is not None and interfaces != self._interfaces:
            self._before = _in_order_of(interfaces, self._interfaces, self._before)
        self._interfaces, self._can = interfaces, _can(interfaces)

    def _rates(
        self,
        then: InterfacesRead | None,
        read: InterfacesRead,
        column: Column,
        can: Bounds,
        interval_s: float,
        places: Sequence[int],
    ) -> Sequence[float | None]:
        """Of the interfaces at these places."""
        now = read.columns.get(column)
        before = None if then is None else then.columns.get(column)
        if now is None or before is None:
            return [None] * len(places)
        if len(places) < len(now.values):
            before, now, can = before.at(places), now.at(places), can.at(places)
        return rates_per_s(
            before.values, before.at_s, now.values, now.at_s, bounds=can, interval_s=interval_s
        )


def _can(interfaces: Sequence[PolledInterface]) -> _Can:
    bits = [64 if each.wide else 32 for each in interfaces]
    packets = [each.speed_bps / _MINIMUM_FRAME_BITS if each.speed_bps else None for each in interfaces]
    return _Can(
        bounds(bits, [each.speed_bps / 8 if each.speed_bps else None for each in interfaces]),
        bounds(bits, packets),
        bounds([32] * len(bits), packets),
    )


def _in_order_of(
    interfaces: Sequence[PolledInterface], before: Sequence[PolledInterface], read: InterfacesRead
) -> InterfacesRead:
    places = {(each.if_index, each.wide): place for place, each in enumerate(before)}
    order = [places.get((each.if_index, each.wide)) for each in interfaces]
    columns = {
        column: ColumnRead(
            [None if place is None else each.values[place] for place in order],
            [read.read_s if place is None else each.at_s[place] for place in order],
        )
        for column, each in read.columns.items()
    }
    return InterfacesRead(
        read_s=read.read_s,
        response_ms=read.response_ms,
        uptime_s=read.uptime_s,
        tables=read.tables,
        columns=columns,
    )


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
