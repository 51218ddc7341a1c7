"""Discovers a network: plans the addresses, probes them in chunks, records what it saw, and marks what is gone."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any

import msgspec

from domain.access import AnyAccess
from domain.discovery import DISCOVERY, StartDiscovery
from domain.observation import Observation
from domain.ports import (
    BannerProber,
    IcmpProber,
    Leadership,
    NameResolver,
    PositionWatch,
    SecretOpener,
    SnmpReader,
    WorkNotes,
)
from domain.settings import Settings
from domain.targets import Targets, parse_targets
from projections.accounts import listed
from projections.inventory_queries import Candidate, known_accesses, unseen_devices
from projections.settings import in_force
from workers.discovery_probes import TCP_EVERYWHERE, Probes
from workers.discovery_records import DeviceRecords, Tally
from workers.operation import OperationCancelledError, Work

CHUNK = 8_192
"""Addresses probed together; after each chunk the place is noted, and a cancellation or a new worker starts there."""
_RECORD = 256
_RECORD_AFTER_S = 0.5

Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Discovery:
    """Handler of `discovery` operations."""

    kind = DISCOVERY

    def __init__(
        self,
        *,
        connect: Connect,
        watch: PositionWatch,
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
        plan, unresolved = await self._plan(request)
        accesses = await self._accesses(request, work)
        probes = Probes(
            snmp=self._snmp,
            icmp=self._icmp,
            banner=self._banner,
            accesses=accesses,
            settings=settings.discovery,
        )
        scan = _Scan(work, plan.count, unresolved, probes)
        records = DeviceRecords(
            request.site,
            connect=self._connect,
            watch=self._watch,
            leadership=self._leadership,
            notes=self._notes,
            work=work,
            tally=scan.tally,
        )
        await scan.report()
        await self._scan(request, plan, probes, records, scan)
        gone = await self._gone(request, plan, accesses, work)
        await records.mark_unreachable(await self._silent(gone, request, probes, records))
        await scan.report()
        return scan.summary()

    async def _scan(
        self, request: StartDiscovery, plan: Targets, probes: Probes, records: DeviceRecords, scan: "_Scan"
    ) -> None:
        addresses = plan.addresses(skip=scan.done)
        everywhere = plan.count <= TCP_EVERYWHERE
        while chunk := list(islice(addresses, CHUNK)):
            async with self._connect() as conn:
                known = await known_accesses(conn, request.site, chunk)
            stream = probes.observe(chunk, request.probes, known, tcp_everywhere=everywhere)
            batch: list[Observation] = []
            last = time.monotonic()
            async for observation in stream:
                batch.append(observation)
                if len(batch) >= _RECORD or time.monotonic() - last > _RECORD_AFTER_S:
                    await records.record(batch)
                    batch, last = [], time.monotonic()
                    await scan.report()
                if scan.work.cancelled:
                    break
            await records.record(batch)
            if scan.work.cancelled:
                raise OperationCancelledError(scan.summary())
            scan.done += len(chunk)
            await scan.report()

    async def _settings(self) -> Settings:
        async with self._connect() as conn:
            return await in_force(conn)

    async def _plan(self, request: StartDiscovery) -> tuple[Targets, list[str]]:
        targets = parse_targets(request.targets, request.exclude)
        names = (*targets.names, *targets.excluded_names)
        found = await asyncio.gather(*(self._resolver.addresses(name) for name in names))
        resolved = dict(zip(names, found, strict=True))
        return targets.with_resolved(resolved), [name for name in names if not resolved[name]]

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
            for each in ids
        ]

    async def _gone(
        self, request: StartDiscovery, plan: Targets, accesses: Sequence[AnyAccess], work: Work
    ) -> list[Candidate]:
        """Devices that this scan would have found if they were there: all their addresses were asked, with what
        worked before."""
        async with self._connect() as conn:
            devices = await unseen_devices(conn, request.site, str(work.operation_id))
        ours = {access.id for access in accesses}
        return [
            device
            for device in devices
            if device.addresses
            and all(plan.covers(address) for address in device.addresses)
            and _asked_again(device, request, ours)
        ]

    async def _silent(
        self, devices: Sequence[Candidate], request: StartDiscovery, probes: Probes, records: DeviceRecords
    ) -> list[Candidate]:
        """Asks once more before calling anything down: one lost packet is no outage."""
        if not devices:
            return []
        addresses = [address for device in devices for address in device.addresses]
        known = {address: device.access_id for device in devices for address in device.addresses}
        answering = [
            each async for each in probes.observe(addresses, request.probes, known, tcp_everywhere=True)
        ]
        await records.record(answering)
        return [device for device in devices if device.id not in records.seen]


def _asked_again(device: Candidate, request: StartDiscovery, access_ids: set[str]) -> bool:
    if device.access_id:
        return "snmp" in request.probes and device.access_id in access_ids
    return "icmp" in request.probes


class _Scan:
    """Where one discovery stands."""

    def __init__(self, work: Work, total: int, unresolved: Sequence[str], probes: Probes) -> None:
        self.work = work
        self.total = total
        self.done = int(work.earlier.get("checkpoint", 0))
        self.tally = Tally(work.earlier)
        self._unresolved = list(unresolved)
        self._probes = probes
        self._errors_before = Counter(work.earlier.get("errors", {}))
        self._began = time.monotonic()
        self._began_at = self.done

    def _errors(self) -> dict[str, int]:
        unresolved = {"name_not_resolved": len(self._unresolved)} if self._unresolved else {}
        return dict(self._errors_before + self._probes.errors + Counter(unresolved))

    def _eta_s(self) -> int | None:
        scanned = self.done - self._began_at
        if not scanned:
            return None
        return math.ceil((time.monotonic() - self._began) / scanned * (self.total - self.done))

    async def report(self) -> None:
        await self.work.report(
            done=self.done,
            total=self.total,
            detail={
                **self.tally.as_dict(),
                "errors": self._errors(),
                "eta_s": self._eta_s(),
                "checkpoint": self.done,
            },
        )

    def summary(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "scanned": self.done,
            **self.tally.as_dict(),
            "errors": self._errors(),
            "unresolved": self._unresolved,
            "seconds": round(time.monotonic() - self._began, 1),
        }
