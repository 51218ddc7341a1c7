"""Probes a set of addresses in every way asked for and tells what answered, one observation an address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from ipaddress import ip_address

import msgspec

from domain.access import AnyAccess, RouterOsAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access, SshAccess
from domain.discovery import Probe, proves_a_device
from domain.observation import Observation, SnmpFacts
from domain.ports import BannerProber, IcmpProber, SnmpError, SnmpReader
from domain.settings import DiscoverySettings

SSH_PORT = 22
ROUTEROS_PORT = 8728
TCP_EVERYWHERE = 4096
"""Up to so many addresses TCP ports are tried on silent ones too; in a larger scan only where something answered."""
_TCP_PARALLEL = 512

_Snmp = SnmpV1Access | SnmpV2cAccess | SnmpV3Access


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
        self._snmp = snmp
        self._icmp = icmp
        self._banner = banner
        self._accesses = [access for access in accesses if isinstance(access, _Snmp)]
        self._ssh_ports = _ports(accesses, SshAccess, SSH_PORT)
        self._routeros_ports = _ports(accesses, RouterOsAccess, ROUTEROS_PORT)
        self._settings = settings
        self._reading = asyncio.Semaphore(settings.parallel)
        self._connecting = asyncio.Semaphore(_TCP_PARALLEL)
        self.errors: Counter[str] = Counter()
        """What went wrong, by kind; silence is no error."""

    async def observe(
        self,
        addresses: Sequence[str],
        probes: Sequence[Probe],
        known: Mapping[str, str],
        *,
        tcp_everywhere: bool,
    ) -> AsyncIterator[Observation]:
        """Yields what proves a device. `known` maps an address to the credential that worked there last time."""
        rtts: dict[str, float] = {}
        pinging = asyncio.create_task(self._ping(addresses, rtts)) if "icmp" in probes else None
        found: dict[str, Observation] = {}
        if "snmp" in probes:
            async for observation in self._ask_agents(addresses, known):
                found[observation.address] = observation
                if not {"ssh", "routeros"} & set(probes):
                    # Nothing else will be learnt of it but its round trip, so it need not wait for the others.
                    yield _with_rtt(observation, rtts)
        if pinging is not None:
            await pinging
        alive = {**{address: Observation(address=address) for address in rtts}, **found}
        if {"ssh", "routeros"} & set(probes):
            targets = (
                addresses
                if tcp_everywhere
                else [a for a, o in alive.items() if proves_a_device(_with_rtt(o, rtts))]
            )
            async for observation in self._knock(targets, alive, probes):
                yield _with_rtt(observation, rtts)
        else:
            for address, observation in alive.items():
                if address not in found and proves_a_device(seen := _with_rtt(observation, rtts)):
                    yield seen

    async def _ping(self, addresses: Sequence[str], rtts: dict[str, float]) -> None:
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
            self.errors["icmp_unavailable"] += 1

    async def _ask_agents(
        self, addresses: Sequence[str], known: Mapping[str, str]
    ) -> AsyncIterator[Observation]:
        """Each address is asked with what worked last time first, then with the others in order; a credential is
        tried once an address, so that no account gets locked."""
        silent = dict.fromkeys(addresses)
        tried: set[tuple[str, str]] = set()
        remembered = [
            (access, [a for a in addresses if known.get(a) == access.id]) for access in self._accesses
        ]
        everybody: list[tuple[_Snmp, list[str] | None]] = [(access, None) for access in self._accesses]
        for access, some in [*remembered, *everybody]:
            asked = [
                address
                for address in (silent if some is None else some)
                if address in silent and (address, access.id) not in tried
            ]
            if not asked:
                continue
            tried.update((address, access.id) for address in asked)
            async for observation in self._ask(asked, access):
                silent.pop(observation.address, None)
                yield observation

    async def _ask(self, addresses: Sequence[str], access: _Snmp) -> AsyncIterator[Observation]:
        answered: asyncio.Queue[Observation | None] = asyncio.Queue()

        async def sweep() -> None:
            try:
                async with asyncio.TaskGroup() as reads:
                    async for address in self._snmp.sweep(
                        addresses,
                        access,
                        rate_per_s=self._settings.rate_per_s,
                        timeout_s=self._settings.timeout_s,
                    ):
                        reads.create_task(self._read(address, access, answered))
            finally:
                answered.put_nowait(None)

        sweeping = asyncio.create_task(sweep())
        try:
            while (observation := await answered.get()) is not None:
                yield observation
            await sweeping
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    async def _read(self, address: str, access: _Snmp, answered: "asyncio.Queue[Observation | None]") -> None:
        async with self._reading:
            try:
                facts = await self._snmp.read(address, access, timeout_s=self._settings.device_timeout_s)
            except SnmpError as error:
                self.errors[f"snmp_{error.kind}"] += 1
                return
        for table in facts.incomplete:
            self.errors[f"snmp_incomplete_{table}"] += 1
        answered.put_nowait(_observed(address, access, facts))

    async def _knock(
        self, addresses: Sequence[str], alive: Mapping[str, Observation], probes: Sequence[Probe]
    ) -> AsyncIterator[Observation]:
        async def knock(address: str) -> Observation:
            observation = alive.get(address) or Observation(address=address)
            async with self._connecting:
                if "ssh" in probes and (banner := await self._ssh(address)):
                    observation = msgspec.structs.replace(observation, ssh_banner=banner)
                if "routeros" in probes and await self._routeros(address):
                    observation = msgspec.structs.replace(observation, routeros_api=True)
            return observation

        wanted = {*addresses, *alive}
        for finished in asyncio.as_completed([asyncio.create_task(knock(address)) for address in wanted]):
            observation = await finished
            if proves_a_device(observation) or observation.address in alive:
                yield observation

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


def _ports(accesses: Sequence[AnyAccess], kind: type[AnyAccess], standard: int) -> list[int]:
    """The standard port and those that credentials name."""
    named = [access.port for access in accesses if isinstance(access, kind) and access.port]
    return list(dict.fromkeys([*named, standard]))


def _observed(address: str, access: _Snmp, facts: SnmpFacts) -> Observation:
    return Observation(address=address, snmp=facts, snmp_access_id=access.id)


def _with_rtt(observation: Observation, rtts: Mapping[str, float]) -> Observation:
    rtt_ms = rtts.get(observation.address)
    return observation if rtt_ms is None else msgspec.structs.replace(observation, icmp_rtt_ms=rtt_ms)
