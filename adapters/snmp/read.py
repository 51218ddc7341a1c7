"""One visit to one agent: everything discovery wants to know, and whatever came of it when the agent broke off."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from adapters.snmp.probes import probe_for
from adapters.snmp.scalars import read_scalars
from adapters.snmp.session import AgentSession, Variables
from adapters.snmp.sweep import sweep, unheard
from adapters.snmp.tables import addresses, cdp, entities, interfaces, lldp, system
from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.users import Users
from adapters.snmp.values import mac, number
from adapters.snmp.walk import MibView
from domain.access import SnmpAccess
from domain.observation import Interface, Neighbour, SnmpFacts, SystemGroup
from domain.ports import SnmpError

STANDARD_PORT = 161

_SCALARS = (*system.SYSTEM, interfaces.IF_NUMBER, system.ENGINE_ID, system.BRIDGE_ADDRESS, *lldp.CHASSIS)
_FEWER_SCALARS = (system.SYS_DESCR, system.SYS_OBJECT_ID)
_FEW_ROWS = 3  # expected of a table that many agents do not have: enough for most, and no great loss where it is not there
_SILENCES = 2  # tables that time out one after the other before the rest of a visit is given up


class WantedObjects(Protocol):
    """What identification asks for beyond the standard tables: instances to GET, subtrees to walk."""

    @property
    def gets(self) -> Sequence[str]: ...

    @property
    def walks(self) -> Sequence[str]: ...


class GufoSnmpReader:
    """The port `SnmpReader` on gufo-snmp, for all versions and all protocols of `domain.access`.

    `wanted` names further objects once the system group is known. `request_timeout_s` is how long an agent may take
    for a request at first; a second try waits twice as long, and an agent that needed it is given as much from then on.
    """

    def __init__(
        self, wanted: Callable[[SystemGroup], WantedObjects], *, request_timeout_s: float = 2.0
    ) -> None:
        self._wanted = wanted
        self._request_timeout_s = request_timeout_s
        self._users = Users()

    def sweep(
        self,
        addresses: Sequence[str],
        access: SnmpAccess,
        *,
        rate_per_s: int,
        timeout_s: float,
        asked: Callable[[float], None] = unheard,
    ) -> AsyncIterator[str]:
        """Agents that answer to this access; with SNMPv3, all that speak it: `read` shows whether they accept the user.

        `timeout_s` is waited for each of the two requests an address gets.
        """
        port = access.port or STANDARD_PORT
        return sweep(
            addresses, probe_for(access), port=port, rate_per_s=rate_per_s, timeout_s=timeout_s, asked=asked
        )

    async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
        """All facts that the agent tells within `timeout_s`, which is for the whole visit.

        Tables that broke off are named in `incomplete`, with the rows before. Raises SnmpError only when the agent
        answers nothing: "timeout", "unreachable", "auth" (at once), or "truncated" and "garbage" where it sent such.
        """
        session = AgentSession(
            address, access, self._users, timeout_s=timeout_s, patience_s=self._request_timeout_s
        )
        try:
            return await _Visit(session, self._wanted).facts()
        finally:
            session.close()


class _Visit:
    def __init__(self, session: AgentSession, wanted: Callable[[SystemGroup], WantedObjects]) -> None:
        self._session = session
        self._wanted = wanted
        self._view = MibView(session)
        self._incomplete: dict[str, None] = {}
        self._silences = 0
        self._scalars: Variables = {}

    async def facts(self) -> SnmpFacts:
        scalars = await self._read_scalars()
        system_group = system.system_group(scalars)
        values = await self._wanted_values(system_group)
        physical = entities.entities(await self._table(entities.ENTITIES, rows=1))
        ports = await self._interfaces(number(scalars.get(interfaces.IF_NUMBER)))
        neighbours = (*await self._lldp_neighbours(ports), *await self._cdp_neighbours(ports))
        engine_id = scalars.get(system.ENGINE_ID)
        return SnmpFacts(
            system=system_group,
            engine_id=(engine_id if isinstance(engine_id, bytes) else self._session.engine_id).hex(),
            values=values,
            entities=physical,
            interfaces=ports,
            neighbours=neighbours,
            chassis_id=lldp.local_chassis_id(scalars),
            bridge_address=mac(scalars.get(system.BRIDGE_ADDRESS)),
            incomplete=tuple(self._incomplete),
        )

    async def _read_scalars(self) -> Variables:
        self._scalars = await self._session.greet(_SCALARS, _FEWER_SCALARS)
        if len(self._scalars) <= len(_FEWER_SCALARS):
            self._scalars |= await self._objects(
                "system", [oid for oid in _SCALARS if oid not in self._scalars]
            )
        return self._scalars

    async def _wanted_values(self, group: SystemGroup) -> Variables:
        wanted = self._wanted(group)
        values = await self._objects("identification", wanted.gets)
        for subtree in wanted.walks:
            await self._walk("identification", subtree, subtree, values, rows=_FEW_ROWS)
        return values

    async def _interfaces(self, count: int | None) -> tuple[Interface, ...]:
        rows = await self._table(interfaces.INTERFACES, rows=count if count and 0 < count <= 10_000 else 0)
        count = interfaces.row_count(rows)
        names = await self._table(interfaces.NAMES, rows=count)
        high_speeds: Columns = {}
        if interfaces.speeds_missing(rows, names):
            high_speeds = await self._table(interfaces.HIGH_SPEEDS, rows=count)
        aliases = await self._table(interfaces.ALIASES, rows=count)
        v4_addresses = await self._table(addresses.IPV4_ADDRESSES, rows=_FEW_ROWS)
        all_addresses = await self._table(addresses.IP_ADDRESSES, rows=_FEW_ROWS)
        return interfaces.interfaces(
            rows | names | high_speeds | aliases, addresses.addresses(all_addresses, v4_addresses)
        )

    async def _lldp_neighbours(self, ports: Sequence[Interface]) -> tuple[Neighbour, ...]:
        remotes = await self._table(lldp.REMOTES, rows=2)
        if not any(remotes.values()):
            return ()
        remote_addresses = await self._table(lldp.REMOTE_ADDRESSES, rows=_FEW_ROWS)
        local_ports = await self._objects(lldp.LOCAL_PORTS.name, lldp.local_port_objects(remotes))
        return lldp.neighbours(remotes, remote_addresses, lldp.LOCAL_PORTS.columns(local_ports), ports)

    async def _cdp_neighbours(self, ports: Sequence[Interface]) -> tuple[Neighbour, ...]:
        return cdp.neighbours(await self._table(cdp.CDP_CACHE, rows=1), ports)

    async def _objects(self, name: str, oids: Sequence[str]) -> Variables:
        found = dict(self._scalars)  # so that an object which the agent has is at hand, see `read_scalars`
        await self._attempt(name, lambda: read_scalars(self._session, oids, found))
        return {oid: found[oid] for oid in oids if oid in found}

    async def _table(self, table: Table, *, rows: int) -> Columns:
        found: Variables = {}
        await self._walk(table.name, table.oid(table.first), table.oid(table.last), found, rows=rows)
        return table.columns(found)

    async def _walk(self, name: str, first: str, last: str, found: Variables, *, rows: int) -> None:
        await self._attempt(name, lambda: self._view.walk(first, last, found, rows=rows))

    async def _attempt(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keeps a failure to the part that it befell, but does not go on asking an agent that has gone."""
        if self._silences >= _SILENCES:
            self._incomplete[name] = None
            return
        before = self._session.answers
        try:
            await work()
        except SnmpError as error:
            self._incomplete[name] = None
            if error.kind == "timeout":
                self._silences += 1
            elif error.kind in ("auth", "unreachable"):
                self._silences = _SILENCES
        else:
            # What was known already does not show that the agent lives.
            if self._session.answers > before:
                self._silences = 0
