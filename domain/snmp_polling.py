"""Polling over SNMP: the plan of what an agent has, what a reading of it gives, and the port that reads."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from domain.access import SnmpAccess
from domain.metering import Gauge
from domain.observation import OidValue

MOST_INTERFACES = 10_000
"""Of one device."""
SHORTEST_NARROW_S = 10.0

Column = Literal[
    "admin_status",
    "oper_status",
    "in_octets",
    "out_octets",
    "in_packets",
    "out_packets",
    "in_errors",
    "out_errors",
    "in_discards",
    "out_discards",
]


class ColumnRead(NamedTuple):
    """A column of the interface tables, in the order of the plan's interfaces: what was read, None where the agent told
    nothing, and when it was read, by a clock that never jumps."""

    values: Sequence[int | None]
    at_s: Sequence[float]

    @property
    def whole(self) -> bool:
        return None not in self.values

    def at(self, places: Sequence[int]) -> "ColumnRead":
        """Of these interfaces alone."""
        return ColumnRead([self.values[place] for place in places], [self.at_s[place] for place in places])


Columns = Mapping[Column, ColumnRead]


class PolledInterface(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`wide`: it has the 64-bit counters of ifXTable. `speed_bps` is None where the agent's word is not to be trusted."""

    if_index: int
    name: str
    wide: bool = True
    speed_bps: int | None = None


class PollPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a device has. `tables` tells when its interfaces have changed: ifNumber and ifTableLastChange."""

    access_id: str
    address: str
    sys_object_id: str = ""
    tables: tuple[int | None, int | None] = (None, None)
    interfaces: tuple[PolledInterface, ...] = ()
    gauges: tuple[Gauge, ...] = ()

    def longest_s(self) -> float | None:
        """How far apart polls may be so that no 32-bit counter of known speed wraps twice; None where none is."""
        speeds = [each.speed_bps for each in self.interfaces if not each.wide and each.speed_bps]
        wraps_s = [2**32 * 8 * 0.9 / speed for speed in speeds]
        return min((each for each in wraps_s if each >= SHORTEST_NARROW_S), default=None)


class InterfacesRead(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the interface tables. `read_s` is by a clock that never jumps."""

    read_s: float
    response_ms: float
    uptime_s: float | None
    tables: tuple[int | None, int | None]
    columns: Columns


class ValuesRead(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of single objects."""

    response_ms: float
    uptime_s: float | None
    values: Mapping[str, OidValue]


class SnmpPolling(Protocol):
    """Reads agents again and again; all raise SnmpError. One reading an agent at a time."""

    async def look(self, address: str, access: SnmpAccess, *, timeout_s: float) -> PollPlan:
        """Finds out what the agent has."""
        ...

    async def interfaces(
        self, address: str, access: SnmpAccess, plan: PollPlan, *, timeout_s: float
    ) -> InterfacesRead: ...

    async def values(
        self, address: str, access: SnmpAccess, oids: Sequence[str], *, timeout_s: float
    ) -> ValuesRead: ...

    async def alive(self, address: str, access: SnmpAccess, *, timeout_s: float) -> float:
        """How many ms the agent takes to answer; asked at any time, beside a reading."""
        ...


class PollPlans(Protocol):
    """Keeps plans beyond the life of a worker."""

    async def load(self, device_ids: Sequence[str]) -> dict[str, PollPlan]: ...

    async def save(self, device_id: str, plan: PollPlan) -> None: ...
