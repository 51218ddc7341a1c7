"""Discovers a network: plans the addresses, probes them in chunks, records what it saw, and marks what is gone."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from itertools import islice
from typing import Any

import msgspec

from domain.access import AnyAccess
from domain.discovery import DISCOVERY, Probe, StartDiscovery
from domain.observation import Observation
from domain.ports import (
    BannerProber,
    EventLog,
    IcmpProber,
    Leadership,
    NameResolver,
    PositionWatch,
    SecretOpener,
    SnmpReader,
    WorkNotes,
)
from domain.settings import DiscoverySettings, Settings
from domain.targets import Targets, parse_targets
from projections.accounts import listed
from projections.inventory_queries import Candidate, known_accesses, unseen_devices
from projections.settings import in_force
from workers.discovery_probes import TCP_EVERYWHERE, Probes
from workers.discovery_progress import Scan
from workers.discovery_records import DeviceRecords
from workers.operation import OperationCancelledError, Work
from workers.read_models import caught_up

_READ_MODELS = ("accounts", "settings", "inventory", "operations")
_CHUNK_S = 2.0
_CHUNKS = range(64, 65_537)
_BANNERS: set[Probe] = {"ssh", "routeros"}
_RECORD = 256
_RECORD_AFTER_S = 0.5

Connect = Callable[[], AbstractAsyncContextManager[Any]]


def chunk_size(settings: DiscoverySettings) -> int:
    """Addresses probed together. After each chunk the place is noted, where another worker would go on; and each costs
    a silence in the end. So a chunk is what one round of probes takes some seconds for."""
    wanted = int(settings.rate_per_s * _CHUNK_S)
    return min(max(wanted, _CHUNKS.start), _CHUNKS.stop - 1)


class Discovery:
    """Handler of `discovery` operations."""

    kind = DISCOVERY

    def __init__(
        self,
        *,
        connect: Connect,
        watch: PositionWatch,
        events: EventLog,
        leadership: Leadership,
        notes: WorkNotes,
        secrets: SecretOpener,
        snmp: SnmpReader,
        icmp: IcmpProber,
        banner: BannerProber,
        resolver: NameResolver,
    ) -> None:
        self._connect = connect
        self._watch = watch
        self._events = events
        self._leadership = leadership
        self._notes = notes
        self._secrets = secrets
        self._snmp = snmp
        self._icmp = icmp
        self._banner = banner
        self._resolver = resolver

    async def run(self, work: Work) -> dict[str, Any]:
        request = msgspec.convert(work.params, StartDiscovery)
        settings = await self._settings()
        scan = await Scan.resumed(work, self._events)
        plan = await self._plan(request, settings, scan)
        accesses = await self._accesses(request, work)
        probes = Probes(
            snmp=self._snmp,
            icmp=self._icmp,
            banner=self._banner,
            accesses=accesses,
            settings=settings.discovery,
        )
        records = DeviceRecords(
            request.site,
            connect=self._connect,
            watch=self._watch,
            events=self._events,
            leadership=self._leadership,
            notes=self._notes,
            work=work,
            tally=scan.tally,
        )
        scan.begin(plan.count, probes.troubles, probes.silent)
        await scan.report()
        await self._scan(request, plan, probes, records, scan, chunk_size(settings.discovery))
        gone = await self._gone(request, plan, accesses, work, records)
        await records.mark_unreachable(await self._silent(gone, request, probes, records, scan))
        await scan.report()
        return scan.summary()

    async def _scan(
        self,
        request: StartDiscovery,
        plan: Targets,
        probes: Probes,
        records: DeviceRecords,
        scan: Scan,
        size: int,
    ) -> None:
        addresses = plan.addresses(skip=scan.done)
        everywhere = plan.count <= TCP_EVERYWHERE
        while chunk := list(islice(addresses, size)):
            scan.chunk_begun(len(chunk))
            async with self._connect() as conn:
                known = await known_accesses(conn, request.site, chunk)
            stream = probes.observe(
                chunk, request.probes, known, tcp_everywhere=everywhere, tick_s=_RECORD_AFTER_S
            )
            await self._record(stream, records, scan)
            if slow := probes.troubles.slow(chunk):
                # Busy agents, or a busy path: once more, now that the rest of the chunk is through.
                stream = probes.observe(
                    slow, request.probes, known, tcp_everywhere=False, tick_s=_RECORD_AFTER_S
                )
                await self._record(stream, records, scan)
            await records.hear_others()
            scan.chunk_done()
            await scan.report()

    async def _record(
        self, stream: AsyncGenerator[Observation | None, None], records: DeviceRecords, scan: Scan
    ) -> None:
        """Records who answers, in batches; raises OperationCancelledError between two of them."""
        batch: list[Observation] = []
        last = time.monotonic()
        async with aclosing(stream):
            async for observation in stream:
                if observation is not None:
                    batch.append(observation)
                if len(batch) >= _RECORD or time.monotonic() - last > _RECORD_AFTER_S:
                    await records.record(batch)
                    batch, last = [], time.monotonic()
                    await scan.report()
                if scan.work.cancelled:
                    await records.record(batch)
                    raise OperationCancelledError(scan.summary())
        await records.record(batch)

    async def _settings(self) -> Settings:
        """Waits first until the read models show what was before."""
        await caught_up(self._events, self._watch, *_READ_MODELS)
        async with self._connect() as conn:
            return await in_force(conn)

    async def _plan(self, request: StartDiscovery, settings: Settings, scan: Scan) -> Targets:
        """Names are resolved once, so that an interrupted scan goes on in the same list."""
        targets = parse_targets(request.targets or settings.discovery.ranges, request.exclude)
        names = (*targets.names, *targets.excluded_names)
        if scan.resolved is None:
            found = await asyncio.gather(*(self._resolver.addresses(name) for name in names))
            scan.resolved = {name: list(each) for name, each in zip(names, found, strict=True)}
        return targets.with_resolved(scan.resolved)

    async def _accesses(self, request: StartDiscovery, work: Work) -> list[AnyAccess]:
        """The chosen credentials in the order given, or all in the order of their making."""
        ids = request.credential_ids
        if ids is None:
            async with self._connect() as conn:
                ids = [row["id"] for row in await listed(conn, "credentials", "created_at, id")]
        return [
            await self._secrets.open(
                each, purpose="discovery", by=work.by, operation_id=str(work.operation_id)
            )
            for each in dict.fromkeys(ids)
        ]

    async def _gone(
        self,
        request: StartDiscovery,
        plan: Targets,
        accesses: Iterable[AnyAccess],
        work: Work,
        records: DeviceRecords,
    ) -> list[Candidate]:
        """Devices that this scan would have found if they were there: all their addresses were asked, with what
        worked before."""
        async with self._connect() as conn:
            devices = await unseen_devices(conn, request.site, str(work.operation_id))
        scanned = [
            device
            for device in devices
            if device.id not in records.seen
            and device.addresses
            and all(plan.covers(address) for address in device.addresses)
        ]
        ours = {access.id for access in accesses}
        echoing = await self._notes.echoing([device.id for device in scanned])
        return [device for device in scanned if _asked_again(device, request, ours, echoing)]

    async def _silent(
        self,
        devices: Sequence[Candidate],
        request: StartDiscovery,
        probes: Probes,
        records: DeviceRecords,
        scan: Scan,
    ) -> list[Candidate]:
        """Asks once more before calling anything down: one lost packet is no outage. An agent that refuses us is there, and
        is not asked again."""

        def missed() -> list[Candidate]:
            return [
                device
                for device in devices
                if device.id not in records.seen
                and not any(probes.troubles.answers(address) for address in device.addresses)
            ]

        known = {address: device.access_id for device in missed() for address in device.addresses}
        if known:
            stream = probes.observe(
                list(known),
                request.probes,
                known,
                tcp_everywhere=True,
                tick_s=_RECORD_AFTER_S,
                again=True,
            )
            await self._record(stream, records, scan)
        return missed()


def _asked_again(device: Candidate, request: StartDiscovery, access_ids: set[str], echoing: set[str]) -> bool:
    """Whether it was asked in the way in which it answered before."""
    if device.access_id:
        return "snmp" in request.probes and device.access_id in access_ids
    if device.id in echoing:
        return "icmp" in request.probes
    return set(request.probes) >= _BANNERS
