"""Polls agents: what they have, found once, and then its values, with as few and as small messages as it takes."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from adapters.snmp.agents import KnownAgent, KnownAgents
from adapters.snmp.session import Variables
from adapters.snmp.tables import interfaces, system
from adapters.snmp.tables.table import Columns as TableColumns
from adapters.snmp.tables.table import Table
from adapters.snmp.values import identifier, number
from adapters.snmp.walk import MibView
from domain.access import SnmpAccess
from domain.interface_rates import named
from domain.metering import gauges, sought
from domain.observation import OidValue
from domain.ports import SnmpError
from domain.snmp_polling import (
    MOST_INTERFACES,
    Column,
    ColumnRead,
    InterfacesRead,
    PolledInterface,
    PollPlan,
    ValuesRead,
)

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_TABLE_LAST_CHANGE = "1.3.6.1.2.1.31.1.5.0"
_TABLES = (interfaces.IF_NUMBER, _TABLE_LAST_CHANGE)
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_WIDE_OCTETS = Table("ifXTable", _IFX, 6, 6)
_ALWAYS: tuple[tuple[Column, str], ...] = (
    ("admin_status", f"{_IF}.7"),
    ("oper_status", f"{_IF}.8"),
    ("in_discards", f"{_IF}.13"),
    ("in_errors", f"{_IF}.14"),
    ("out_discards", f"{_IF}.19"),
    ("out_errors", f"{_IF}.20"),
)
_WIDE: tuple[tuple[Column, str], ...] = (
    ("in_octets", f"{_IFX}.6"),
    ("in_packets", f"{_IFX}.7"),
    ("out_octets", f"{_IFX}.10"),
    ("out_packets", f"{_IFX}.11"),
)
_NARROW: tuple[tuple[Column, str], ...] = (
    ("in_octets", f"{_IF}.10"),
    ("in_packets", f"{_IF}.11"),
    ("out_octets", f"{_IF}.16"),
    ("out_packets", f"{_IF}.17"),
)
_PHYSICAL = frozenset(
    {6, 62, 69, 117, 161}
)  # ifTypes whose ifSpeed is what they pass: Ethernet and its aggregates
_FEW_ROWS = 3
_FILLED = 0.8
"""Of the rows that fit in a message: from there on a message a column is as good as the same columns by name, and shorter to ask."""
_NUMBERS = frozenset((int, type(None)))


class _Part(NamedTuple):
    """A column, or what of it is asked by this OID: `where` it stands in all that is asked. `places` are those of its rows
    among the plan's interfaces; None where it is all of them, in order."""

    column: Column
    oid: str
    where: slice
    places: Sequence[int] | None


class _Asked(NamedTuple):
    """What is asked of an agent by a plan: `names` is the OID of every instance, first those to be asked by name up to
    `single`, row by row, then columns to be read in order."""

    plan: PollPlan
    get_size: int
    names: Sequence[str]
    single: int
    parts: Sequence[_Part]


class GufoSnmpPolling:
    """Satisfies SnmpPolling. `most_sessions` agents are kept in touch with, a file descriptor each."""

    def __init__(self, *, request_timeout_s: float = 2.0, most_sessions: int = 400) -> None:
        self._request_timeout_s = request_timeout_s
        self._agents = KnownAgents(most=most_sessions, patience_s=request_timeout_s)
        self._probes = KnownAgents(most=0, patience_s=request_timeout_s)
        self._names: WeakKeyDictionary[KnownAgent, _Asked] = WeakKeyDictionary()

    def close(self) -> None:
        self._agents.close()

    async def look(self, address: str, access: SnmpAccess, *, timeout_s: float) -> PollPlan:
        with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
            scalars = await agent.greet((*system.SYSTEM, *_TABLES), (system.SYS_DESCR, system.SYS_OBJECT_ID))
            object_id = identifier(scalars.get(system.SYS_OBJECT_ID))
            view = MibView(agent.session)
            return PollPlan(
                access_id=access.id,
                address=address,
                sys_object_id=object_id,
                tables=_tables(scalars),
                interfaces=await _interfaces(view, number(scalars.get(interfaces.IF_NUMBER))),
                gauges=gauges(object_id, await self._sought(agent, view, object_id, scalars)),
            )

    async def _sought(
        self, agent: KnownAgent, view: MibView, object_id: str, scalars: Variables
    ) -> Variables:
        """What the agent has of what gauges are made of; a part that breaks off leaves the others."""
        wanted = sought(object_id)
        found = dict(scalars)
        await agent.get(wanted.gets, found)
        for subtree in wanted.walks:
            try:
                await view.walk(subtree, subtree, found, rows=_FEW_ROWS)
            except SnmpError as error:
                if error.kind in ("auth", "unreachable", "timeout"):
                    raise
        return found

    async def interfaces(
        self, address: str, access: SnmpAccess, plan: PollPlan, *, timeout_s: float
    ) -> InterfacesRead:
        with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
            told = [oid for oid, known in zip(_TABLES, plan.tables, strict=True) if known is not None]
            asked = self._asked(agent, plan)
            begun = time.perf_counter()
            first, ahead = await agent.meet([SYS_UP_TIME, *told], asked.names[: asked.single])
            response_ms = (time.perf_counter() - begun) * 1000
            reading = _Reading(agent, asked, first)
            await reading.go_on(ahead)
            return InterfacesRead(
                read_s=reading.begun_s,
                response_ms=response_ms,
                uptime_s=_uptime_s(first),
                tables=_tables(first),
                columns=reading.columns(),
            )

    def _asked(self, agent: KnownAgent, plan: PollPlan) -> "_Asked":
        """The same as before, where the plan and the agent are."""
        size = agent.get_size if agent.session.bulk else 0
        asked = self._names.get(agent)
        if asked is None or asked.plan is not plan or asked.get_size != size:
            asked = self._names[agent] = _asked(plan, size)
        return asked

    async def values(
        self, address: str, access: SnmpAccess, oids: Sequence[str], *, timeout_s: float
    ) -> ValuesRead:
        with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
            begun = time.perf_counter()
            found, ahead = await agent.meet([SYS_UP_TIME], oids)
            response_ms = (time.perf_counter() - begun) * 1000
            uptime_s = _uptime_s(found)
            await agent.get(oids[ahead:], found)
            return ValuesRead(response_ms=response_ms, uptime_s=uptime_s, values=found)

    async def alive(self, address: str, access: SnmpAccess, *, timeout_s: float) -> float:
        with self._probes.agent(address, access, timeout_s=timeout_s) as agent:
            begun = time.perf_counter()
            await agent.greet((SYS_UP_TIME,), (SYS_UP_TIME,))
            return (time.perf_counter() - begun) * 1000


async def _interfaces(view: MibView, count: int | None) -> tuple[PolledInterface, ...]:
    rows = await _table(view, interfaces.INTERFACES, rows=count if count and 0 < count <= 10_000 else 0)
    count = interfaces.row_count(rows)
    names = await _table(view, interfaces.NAMES, rows=count)
    speeds = await _table(view, interfaces.HIGH_SPEEDS, rows=count)
    wide = (await _table(view, _WIDE_OCTETS, rows=count))[6]
    none: TableColumns = {18: {}}
    found = interfaces.interfaces(rows | names | speeds | none, {})[:MOST_INTERFACES]
    return named(
        [
            PolledInterface(
                each.if_index,
                each.name,
                str(each.if_index) in wide,
                (each.speed_bps or None) if each.type in _PHYSICAL else None,
            )
            for each in found
        ]
    )


async def _table(view: MibView, table: Table, *, rows: int) -> TableColumns:
    found: Variables = {}
    await view.walk(table.oid(table.first), table.oid(table.last), found, rows=rows)
    return table.columns(found)


def _asked(plan: PollPlan, get_size: int) -> "_Asked":
    """Columns that fill messages are read in order, the others by name, many in a message: no order of an agent's confuses
    that. By name they are asked row by row, so that long values and short ones share a message, and what is told of an
    interface is of one moment. `get_size` is 0 for an agent that knows no GETBULK."""
    found = plan.interfaces
    every = sorted(range(len(found)), key=lambda place: found[place].if_index)
    wide = [place for place in every if found[place].wide]
    narrow = [place for place in every if not found[place].wide]
    groups: list[tuple[Sequence[tuple[Column, str]], list[int]]]
    if wide and narrow:
        groups = [(_ALWAYS, every), (_WIDE, wide), (_NARROW, narrow)]
    else:
        groups = [((*_ALWAYS, *(_WIDE if wide else _NARROW)), every)]
    as_they_are = list(range(len(found)))
    names: list[str] = []
    parts: list[_Part] = []
    in_order: list[tuple[Column, str, list[int]]] = []
    for columns, places in groups:
        # An agent asked for the next rows of narrow counters would tell those of the wide ones as well.
        alone = columns is not _NARROW
        if alone and get_size and len(places) >= _FILLED * get_size:
            in_order += [(column, oid, places) for column, oid in columns]
            continue
        begin, width = len(names), len(columns)
        names += [f"{oid}.{found[place].if_index}" for place in places for _, oid in columns]
        rows = None if places == as_they_are else places
        parts += [
            _Part(column, oid, slice(begin + offset, len(names), width), rows)
            for offset, (column, oid) in enumerate(columns)
        ]
    single = len(names)
    for column, oid, places in in_order:
        begin = len(names)
        names += [f"{oid}.{found[place].if_index}" for place in places]
        parts.append(_Part(column, oid, slice(begin, len(names)), None if places == as_they_are else places))
    return _Asked(plan, get_size, names, single, parts)


class _Reading:
    """One reading of what is asked of an agent, each value with its time."""

    def __init__(self, agent: KnownAgent, asked: _Asked, first: Variables) -> None:
        self._agent = agent
        self._asked = asked
        self._first = first
        self._loop = asyncio.get_running_loop()
        self.begun_s = self._loop.time()
        self._values: list[OidValue | None] = [None] * len(asked.names)
        self._read_s = [self.begun_s] * len(asked.names)

    async def go_on(self, ahead: int) -> None:
        """`ahead` were asked for in the first message already."""
        names, single = self._asked.names, self._asked.single
        self._keep(0, list(map(self._first.get, names[:ahead])), self.begun_s)
        while ahead < single:
            some = names[ahead : min(ahead + self._agent.get_size, single)]
            self._keep(ahead, await self._get(some), self._loop.time())
            ahead += len(some)
        for part in self._asked.parts:
            begin: int = part.where.start
            if begin >= single:
                values, read_s = await self._agent.column(part.oid, names[part.where])
                self._values[begin : begin + len(values)] = values
                self._read_s[begin : begin + len(values)] = read_s
        if None in self._values[single:]:
            await self._complete(
                [place for place in range(single, len(names)) if self._values[place] is None]
            )

    async def _complete(self, places: Sequence[int]) -> None:
        """Asks by name for what no column brought."""
        while places:
            some, places = places[: self._agent.get_size], places[self._agent.get_size :]
            values = await self._get([self._asked.names[place] for place in some])
            for place, value in zip(some, values, strict=True):
                self._keep(place, [value], self._loop.time())

    async def _get(self, names: Sequence[str]) -> list[OidValue | None]:
        """The agent's uptime stands beside them, as it tells one that has none of them from one that cannot answer."""
        uptime = self._first.get(SYS_UP_TIME)
        found: Variables = {} if uptime is None else {SYS_UP_TIME: uptime}
        await self._agent.get(names, found)
        return list(map(found.get, names))

    def _keep(self, begin: int, values: Sequence[OidValue | None], at_s: float) -> None:
        self._values[begin : begin + len(values)] = values
        self._read_s[begin : begin + len(values)] = [at_s] * len(values)

    def columns(self) -> dict[Column, ColumnRead]:
        columns: dict[Column, tuple[list[int | None], list[float]]] = {}
        count = len(self._asked.plan.interfaces)
        numbers = _numbers(self._values)
        for column, _, where, places in self._asked.parts:
            values, read_s = numbers[where], self._read_s[where]
            if places is None:
                columns[column] = values, read_s
                continue
            all_values, all_read_s = columns.setdefault(column, ([None] * count, [self.begun_s] * count))
            for place, value, at_s in zip(places, values, read_s, strict=True):
                all_values[place], all_read_s[place] = value, at_s
        return {column: ColumnRead(*each) for column, each in columns.items()}


def _numbers(values: list[OidValue | None]) -> list[int | None]:
    """Without what an agent tells that is no number."""
    if _NUMBERS.issuperset(map(type, values)):
        return values  # type: ignore[return-value]  # none of another type is among them
    return [value if isinstance(value, int) else None for value in values]


def _uptime_s(variables: Variables) -> float | None:
    ticks = number(variables.get(SYS_UP_TIME))
    return None if ticks is None else ticks / 100


def _tables(variables: Variables) -> tuple[int | None, int | None]:
    return number(variables.get(interfaces.IF_NUMBER)), number(variables.get(_TABLE_LAST_CHANGE))
