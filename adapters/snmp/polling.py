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
from domain.counters import Reading
from domain.interface_rates import named
from domain.metering import gauges, sought
from domain.ports import SnmpError
from domain.snmp_polling import (
    MOST_INTERFACES,
    Column,
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
_Whole = tuple[Column, str, Sequence[int]]
"""A column, its OID, and the ifIndex of every row."""
_Single = tuple[Column, int, str]
"""A column, an ifIndex, and their OID."""


class _Asked(NamedTuple):
    """What is asked of an agent by a plan."""

    plan: PollPlan
    get_size: int
    columns: Sequence[Column]
    whole: Sequence[_Whole]
    single: Sequence[_Single]
    names: Sequence[str]
    """The OIDs of these."""


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
        async with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
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
        loop = asyncio.get_running_loop()
        async with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
            told = [oid for oid, known in zip(_TABLES, plan.tables, strict=True) if known is not None]
            asked = self._asked(agent, plan)
            begun = time.perf_counter()
            first, ahead = await agent.meet([SYS_UP_TIME, *told], asked.names)
            response_ms = (time.perf_counter() - begun) * 1000
            read_s = loop.time()
            columns: dict[Column, dict[int, Reading]] = {column: {} for column in asked.columns}
            _keep(asked.single[:ahead], first, read_s, columns)
            missing = list(asked.single[ahead:])
            for column, oid, indexes in asked.whole:
                into = columns[column]
                await agent.column(oid, len(indexes), into)
                missing += [(column, index, f"{oid}.{index}") for index in indexes if index not in into]
            await _single(agent, missing, first, columns)
            return InterfacesRead(
                read_s=read_s,
                response_ms=response_ms,
                uptime_s=_uptime_s(first),
                tables=_tables(first),
                columns=columns,
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
        async with self._agents.agent(address, access, timeout_s=timeout_s) as agent:
            begun = time.perf_counter()
            found, ahead = await agent.meet([SYS_UP_TIME], oids)
            response_ms = (time.perf_counter() - begun) * 1000
            uptime_s = _uptime_s(found)
            await agent.get(oids[ahead:], found)
            return ValuesRead(response_ms=response_ms, uptime_s=uptime_s, values=found)

    async def alive(self, address: str, access: SnmpAccess, *, timeout_s: float) -> float:
        async with self._probes.agent(address, access, timeout_s=timeout_s) as agent:
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
    """Columns with more rows than an agent tells in one GET are read in order, the others by name, many in a message: no
    order of an agent's confuses that. `get_size` is 0 for an agent that knows no GETBULK."""
    every = [each.if_index for each in plan.interfaces]
    wide = [each.if_index for each in plan.interfaces if each.wide]
    narrow = [each.if_index for each in plan.interfaces if not each.wide]
    whole: list[_Whole] = []
    single: list[_Single] = []
    for wanted, indexes, alone in ((_ALWAYS, every, True), (_WIDE, wide, True), (_NARROW, narrow, not wide)):
        if alone and get_size and len(indexes) > get_size:
            whole += [(column, oid, indexes) for column, oid in wanted]
        else:
            single += [(column, index, f"{oid}.{index}") for column, oid in wanted for index in indexes]
    columns = tuple(dict.fromkeys([*(each[0] for each in whole), *(each[0] for each in single)]))
    return _Asked(plan, get_size, columns, whole, single, [oid for _, _, oid in single])


async def _single(
    agent: KnownAgent, missing: Sequence[_Single], known: Variables, columns: dict[Column, dict[int, Reading]]
) -> None:
    """Reads one by one, many in a message."""
    loop = asyncio.get_running_loop()
    witness = {SYS_UP_TIME: known[SYS_UP_TIME]} if SYS_UP_TIME in known else {}
    start = 0
    while start < len(missing):
        some = missing[start : start + agent.get_size]
        found: Variables = dict(witness)
        await agent.get([oid for _, _, oid in some], found)
        _keep(some, found, loop.time(), columns)
        start += len(some)


def _keep(
    asked: Sequence[_Single], found: Variables, at_s: float, columns: dict[Column, dict[int, Reading]]
) -> None:
    for column, index, oid in asked:
        value = found.get(oid)
        if isinstance(value, int):
            columns[column][index] = Reading(value, at_s)


def _uptime_s(variables: Variables) -> float | None:
    ticks = number(variables.get(SYS_UP_TIME))
    return None if ticks is None else ticks / 100


def _tables(variables: Variables) -> tuple[int | None, int | None]:
    return number(variables.get(interfaces.IF_NUMBER)), number(variables.get(_TABLE_LAST_CHANGE))
