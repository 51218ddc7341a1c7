"""One visit to one agent: everything discovery wants to know, and whatever came of it when the agent broke off."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from adapters.snmp.probes import probe_for
from adapters.snmp.scalars import read_scalars
from adapters.snmp.session import AgentSession, Variables
from adapters.snmp.sweep import sweep
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
_MAYBE = 9  # rows expected of a table that many agents do not have
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
        self, addresses: Sequence[str], access: SnmpAccess, *, rate_per_s: int, timeout_s: float
    ) -> AsyncIterator[str]:
        """Agents that answer to this access; with SNMPv3, all that speak it: `read` shows whether they accept the user.

        `timeout_s` is waited for each of the two requests an address gets.
        """
        port = access.port or STANDARD_PORT
        return sweep(addresses, probe_for(access), port=port, rate_per_s=rate_per_s, timeout_s=timeout_s)

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

    async def facts(self) -> SnmpFacts:
        scalars = await self._scalars()
        system_group = system.system_group(scalars)
        values = await self._wanted_values(system_group, scalars)
        physical = entities.entities(await self._table(entities.ENTITIES, expect=_MAYBE))
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

    async def _scalars(self) -> Variables:
        found = await self._session.greet(_SCALARS, _FEWER_SCALARS)
        if len(found) <= len(_FEWER_SCALARS):
            missing = [oid for oid in _SCALARS if oid not in found]
            await self._attempt("system", lambda: read_scalars(self._session, missing, found))
        return found

    async def _wanted_values(self, group: SystemGroup, scalars: Variables) -> Variables:
        wanted = self._wanted(group)
        found = dict(scalars)  # to have an answered object at hand, see `read_scalars`
        await self._attempt("identification", lambda: read_scalars(self._session, wanted.gets, found))
        values = {oid: found[oid] for oid in wanted.gets if oid in found}
        for subtree in wanted.walks:
            below: Variables = {}
            await self._walk("identification", subtree, subtree, below, expect=_MAYBE)
            values |= below
        return values

    async def _interfaces(self, count: int | None) -> tuple[Interface, ...]:
        expect = count if count and 0 < count <= 10_000 else 0
        rows = await self._table(interfaces.INTERFACES, expect=expect * interfaces.INTERFACES.width)
        expect = interfaces.row_count(rows) or expect
        names = await self._table(interfaces.NAMES, expect=expect)
        high_speeds: Columns = {}
        if interfaces.speeds_missing(rows, names):
            high_speeds = await self._table(interfaces.HIGH_SPEEDS, expect=expect)
        aliases = await self._table(interfaces.ALIASES, expect=expect)
        v4_addresses = await self._table(addresses.IPV4_ADDRESSES, expect=_MAYBE)
        all_addresses = await self._table(addresses.IP_ADDRESSES, expect=_MAYBE)
        return interfaces.interfaces(
            rows | names | high_speeds | aliases, addresses.addresses(all_addresses, v4_addresses)
        )

    async def _lldp_neighbours(self, ports: Sequence[Interface]) -> tuple[Neighbour, ...]:
        remotes = await self._table(lldp.REMOTES, expect=_MAYBE)
        if not any(remotes.values()):
            return ()
        remote_addresses = await self._table(lldp.REMOTE_ADDRESSES, expect=_MAYBE)
        local_ports = await self._table(lldp.LOCAL_PORTS)
        return lldp.neighbours(remotes, remote_addresses, local_ports, ports)

    async def _cdp_neighbours(self, ports: Sequence[Interface]) -> tuple[Neighbour, ...]:
        return cdp.neighbours(await self._table(cdp.CDP_CACHE, expect=_MAYBE), ports)

    async def _table(self, table: Table, *, expect: int = 0) -> Columns:
        found: Variables = {}
        await self._walk(table.name, table.oid(table.first), table.oid(table.last), found, expect=expect)
        return table.columns(found)

    async def _walk(self, name: str, first: str, last: str, found: Variables, *, expect: int) -> None:
        await self._attempt(name, lambda: self._view.walk(first, last, found, expect=expect))

    async def _attempt(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keeps a failure to the part that it befell, but does not go on asking an agent that has gone."""
        if self._silences >= _SILENCES:
            self._incomplete[name] = None
            return
        try:
            await work()
        except SnmpError as error:
            self._incomplete[name] = None
            if error.kind == "timeout":
                self._silences += 1
            elif error.kind in ("auth", "unreachable"):
                self._silences = _SILENCES
        else:
            self._silences = 0
