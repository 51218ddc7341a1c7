"""Probes a set of addresses in every way asked for and tells what answered, one observation an address."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import TypeVar

import msgspec

from domain.access import AnyAccess, RouterOsAccess, SshAccess
from domain.discovery import Probe, proves_a_device
from domain.observation import Observation
from domain.ports import BannerProber, IcmpProber, SnmpReader
from domain.settings import DiscoverySettings
from workers.snmp_search import SnmpAccess, SnmpSearch, Troubles

SSH_PORT = 22
ROUTEROS_PORT = 8728
TCP_EVERYWHERE = 4096
"""Up to so many addresses TCP ports are tried on silent ones too; in a larger scan only where something answered."""
_TCP_PARALLEL = 512
_WAITING = 256
"""Observations that wait to be recorded; beyond it the probing waits."""

T = TypeVar("T")
Emit = Callable[[Observation], Awaitable[None]]


class Probes:
    """The probers, and the credentials in the order in which they are tried."""

    def __init__(
        self,
        *,
        snmp: SnmpReader,
        icmp: IcmpProber,
        banner: BannerProber,
        accesses: Sequence[AnyAccess],
        settings: DiscoverySettings,
    ) -> None:
        self._icmp = icmp
        self._banner = banner
        self._ssh_ports = _ports(accesses, SshAccess, SSH_PORT)
        self._routeros_ports = _ports(accesses, RouterOsAccess, ROUTEROS_PORT)
        self._settings = settings
        self._connecting = asyncio.Semaphore(_TCP_PARALLEL)
        self.troubles = Troubles()
        self._search = SnmpSearch(
            snmp, [access for access in accesses if isinstance(access, SnmpAccess)], settings, self.troubles
        )

    def silent(self) -> int:
        """How many addresses, about, were asked by SNMP in vain so far, of those that are observed."""
        return self._search.silent()

    async def observe(
        self,
        addresses: Sequence[str],
        probes: Sequence[Probe],
        known: Mapping[str, str],
        *,
        tcp_everywhere: bool,
        tick_s: float,
        again: bool = False,
    ) -> AsyncGenerator[Observation | None, None]:
        """Yields what proves a device, and None when nothing came for `tick_s`. `known` maps an address to the
        credential that worked there last time; `again` tries no other. Close it where it is left early."""
        seen: asyncio.Queue[Observation] = asyncio.Queue(_WAITING)
        visit = _Visit(self, addresses, probes, known, seen.put)
        probing = asyncio.create_task(visit.run(self._search, tcp_everywhere=tcp_everywhere, again=again))
        getting = asyncio.create_task(seen.get())
        try:
            while True:
                await asyncio.wait([getting, probing], timeout=tick_s, return_when=asyncio.FIRST_COMPLETED)
                if getting.done():
                    yield getting.result()
                    getting = asyncio.create_task(seen.get())
                elif not probing.done():
                    yield None
                elif seen.empty():
                    await probing
                    return
        finally:
            getting.cancel()
            probing.cancel()
            await asyncio.gather(getting, probing, return_exceptions=True)

    async def ping(self, addresses: Sequence[str], rtts: dict[str, float]) -> None:
        # 127.0.0.0/8 answers by itself, so asking it would prove nothing.
        real = [address for address in addresses if not ip_address(address).is_loopback]
        if not real:
            return
        try:
            async for address, rtt_ms in self._icmp.ping(
                real, rate_per_s=self._settings.rate_per_s, timeout_s=self._settings.timeout_s
            ):
                rtts[address] = rtt_ms  # noqa: PERF403 - kept as they come, since those who wait look meanwhile
        except OSError:
            self.troubles.others["icmp_unavailable"] = 1

    async def knock(self, address: str, probes: Sequence[Probe]) -> Observation:
        """What TCP tells of the address."""
        async with self._connecting:
            banner, routeros = await asyncio.gather(
                self._ssh(address) if "ssh" in probes else _nothing(""),
                self._routeros(address) if "routeros" in probes else _nothing(False),
            )
        return Observation(address=address, ssh_banner=banner, routeros_api=routeros)

    async def _ssh(self, address: str) -> str:
        for port in self._ssh_ports:
            banner = await self._banner.ssh_banner(address, port=port, timeout_s=self._settings.timeout_s)
            if banner:
                return banner
        return ""

    async def _routeros(self, address: str) -> bool:
        for port in self._routeros_ports:
            if await self._banner.routeros_api(address, port=port, timeout_s=self._settings.timeout_s):
                return True
        return False


class _Visit:
    """One set of addresses on its way through all probes. Who has answered SNMP is told at once, the others at the end."""

    def __init__(
        self,
        prober: Probes,
        addresses: Sequence[str],
        probes: Sequence[Probe],
        known: Mapping[str, str],
        emit: Emit,
    ) -> None:
        self._prober = prober
        self._addresses = addresses
        self._probes = probes
        self._known = known
        self._emit = emit
        self._by_tcp = bool({"ssh", "routeros"} & set(probes))
        self._rtts: dict[str, float] = {}
        self._knocks: dict[str, asyncio.Task[Observation]] = {}
        self._told: set[str] = set()

    async def run(self, search: SnmpSearch, *, tcp_everywhere: bool, again: bool) -> None:
        async with asyncio.TaskGroup() as group:
            pinging: asyncio.Task[None] | None = None
            if "icmp" in self._probes:
                pinging = group.create_task(self._prober.ping(self._addresses, self._rtts))
            if self._by_tcp and tcp_everywhere:
                for address in self._addresses:
                    self._knock(address, group)

            async def met(observation: Observation) -> None:
                await self._tell(observation, group)

            if "snmp" in self._probes:
                await search.find(self._addresses, self._known, met, others=not again)
            if pinging is not None:
                await pinging
            rest = [address for address in {**self._rtts, **self._knocks} if address not in self._told]
            if self._by_tcp:
                for address in rest:
                    self._knock(address, group)
            for address in rest:
                await self._tell(Observation(address=address), group)

    def _knock(self, address: str, group: asyncio.TaskGroup) -> "asyncio.Task[Observation]":
        task = self._knocks.get(address)
        if task is None:
            task = self._knocks[address] = group.create_task(self._prober.knock(address, self._probes))
        return task

    async def _tell(self, observation: Observation, group: asyncio.TaskGroup) -> None:
        """Completes it with what the other probes saw, and hands it on where it proves a device."""
        address = observation.address
        self._told.add(address)
        if self._by_tcp:
            knock = await self._knock(address, group)
            observation = msgspec.structs.replace(
                observation, ssh_banner=knock.ssh_banner, routeros_api=knock.routeros_api
            )
        if (rtt_ms := self._rtts.get(address)) is not None:
            observation = msgspec.structs.replace(observation, icmp_rtt_ms=rtt_ms)
        if proves_a_device(observation):
            await self._emit(observation)


async def _nothing(value: T) -> T:
    return value


def _ports(accesses: Sequence[AnyAccess], kind: type[AnyAccess], standard: int) -> list[int]:
    """The standard port and those that credentials name."""
    named = [access.port for access in accesses if isinstance(access, kind) and access.port]
    return list(dict.fromkeys([*named, standard]))
