"""Polls this worker's share of the devices, each at its own moments: none waits for another that is slow or dead."""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog

from domain.observation import Sighting
from domain.polling import SNMP_GROUPS, interval_s, next_due_s, phase
from domain.ports import WorkNotes
from domain.settings import Settings, TelemetrySettings
from domain.snmp_polling import PollPlans
from domain.telemetry import Group, PartitionLeases, Poll, partition
from domain.worker_figures import WorkerFigure
from projections import polled
from projections.settings import in_force
from workers.availability import AvailabilityChecks
from workers.partitions import held_partitions
from workers.poll_counts import PollCounts
from workers.polled_device import CaredDevice
from workers.snmp_polls import SnmpPolls
from workers.telemetry_outbox import TelemetryOutbox
from workers.verdicts import Verdicts

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 2.0
"""How often it looks for new devices and other settings."""
SIGHTED_S = 10.0
GROUPS: tuple[Group, ...] = ("availability", *SNMP_GROUPS)
_SLOW_SHARE = 5
_PLACE_S = 1.0
_LONGEST_SLEEP_S = 1.0
_TOGETHER = 1_000
log = structlog.get_logger(__name__)


class _Places:
    """How many polls begin at the same time: many of devices that answer, fewer of those that are slow or silent and of
    those that nobody knows yet. Who does not answer soon gives its place to the next one and goes on waiting without:
    however many devices die at once, the others are hardly held up."""

    def __init__(self, parallel: int) -> None:
        self._known = asyncio.Semaphore(parallel)
        self._slow = asyncio.Semaphore(max(1, parallel // _SLOW_SHARE))
        self._new = asyncio.Semaphore(max(1, parallel // _SLOW_SHARE))

    @asynccontextmanager
    async def of(self, device: CaredDevice) -> AsyncIterator[None]:
        place = self._slow if device.slow else self._new if device.plan is None else self._known
        await place.acquire()
        held = True

        def release() -> None:
            nonlocal held
            if held:
                held = False
                place.release()

        timer = asyncio.get_running_loop().call_later(_PLACE_S, release)
        try:
            yield
        finally:
            timer.cancel()
            release()


class Poller:
    def __init__(
        self,
        worker_id: str,
        *,
        connect: Connect,
        leases: PartitionLeases,
        plans: PollPlans,
        snmp: SnmpPolls,
        checks: AvailabilityChecks,
        verdicts: Verdicts,
        outbox: TelemetryOutbox,
        notes: WorkNotes,
        counts: PollCounts,
    ) -> None:
        self._worker_id = worker_id
        self._connect = connect
        self._leases = leases
        self._plans = plans
        self._snmp = snmp
        self._checks = checks
        self._verdicts = verdicts
        self._outbox = outbox
        self._notes = notes
        self._held: frozenset[int] = frozenset()
        self._devices: dict[str, CaredDevice] = {}
        self._settings = TelemetrySettings()
        self._version: tuple[object, ...] = ()
        self._due: list[tuple[float, int, str, Group]] = []
        self._order = itertools.count()
        self._places = _Places(self._settings.parallel)
        self._news = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._seen: dict[str, Sighting] = {}
        self._counts = counts

    def figures(self) -> Iterator[WorkerFigure]:
        """What it does, for /metrics."""
        yield from self._counts.figures()
        for name, text, value in (
            ("devices", "Devices in this worker's care", len(self._devices)),
            ("polls_running", "Polls that have begun or wait for a place", len(self._running)),
            ("waiting_samples", "Samples that wait for the stream", self._outbox.samples),
        ):
            yield WorkerFigure(name=f"netledger_poller_{name}", help=text, kind="gauge", value=value)
        yield WorkerFigure(
            name="netledger_poller_lost_samples",
            help="Samples given up while the stream was away",
            kind="counter",
            value=self._outbox.lost,
        )

    async def run(self) -> None:
        """Until cancelled; then others may take over at once."""
        try:
            async with asyncio.TaskGroup() as group:
                for service in (
                    self._follow_partitions,
                    self._keep_looking,
                    self._keep_polling,
                    self._keep_noting,
                    self._verdicts.run,
                    self._outbox.run,
                ):
                    group.create_task(service())
        finally:
            for task in self._running:
                task.cancel()
            self._devices.clear()

    async def _follow_partitions(self) -> None:
        async for held in held_partitions(self._leases, self._worker_id):
            self._held = held
            for device_id in [each for each in self._devices if partition(each) not in held]:
                del self._devices[device_id]
            self._version = ()
            self._news.set()

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self._look()
            except Exception as error:  # the database is away: what is known is polled meanwhile
                log.warning("devices not looked up", error=repr(error))
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                continue
            self._news.clear()

    async def _look(self) -> None:
        async with self._connect() as conn:
            settings: Settings = await in_force(conn)
            version = (settings.telemetry, self._held, await polled.version(conn))
            if version == self._version:
                return
            known = [each for each in await polled.devices(conn) if partition(each.id) in self._held]
        new = [each.id for each in known if each.id not in self._devices]
        plans = {}
        for start in range(0, len(new), _TOGETHER):
            plans.update(await self._plans.load(new[start : start + _TOGETHER]))
        if settings.telemetry != self._settings:
            self._settings = settings.telemetry
            self._places = _Places(self._settings.parallel)
        wanted = {each.id for each in known}
        for device_id in [each for each in self._devices if each not in wanted]:
            del self._devices[device_id]
        for each in known:
            device = self._devices.get(each.id)
            if device is None:
                device = self._devices[each.id] = CaredDevice(each)
                if each.id in plans:
                    device.looked(plans[each.id], asyncio.get_running_loop().time())
            elif device.known != each:
                if device.known.accesses != each.accesses or device.known.addresses != each.addresses:
                    device.look_soon(asyncio.get_running_loop().time())
                device.known = each
                device.status = each.status
        self._plan_anew()
        self._version = version

    def _plan_anew(self) -> None:
        """Everybody's next moments. They follow from the clock alone, so that nobody's are put off by this."""
        self._due.clear()
        for device in self._devices.values():
            for group in GROUPS:
                if group == "availability" or device.known.accesses:
                    self._plan_next(device, group)

    def _plan_next(self, device: CaredDevice, group: Group) -> None:
        every_s = self._interval_s(device, group)
        if not every_s:
            return
        wall_s = time.time()
        wait_s = next_due_s(wall_s, every_s, phase(device.known.id, group)) - wall_s
        if group == "availability" and device.availability.doubtful:
            wait_s = min(wait_s, self._settings.confirm_s)
        turn = device.turns[group] = next(self._order)
        due_s = asyncio.get_running_loop().time() + wait_s
        heapq.heappush(self._due, (due_s, turn, device.known.id, group))

    def _interval_s(self, device: CaredDevice, group: Group) -> float:
        default_s: float = getattr(self._settings, f"{group}_s")
        every_s = interval_s(
            group,
            default_s,
            self._settings.overrides,
            device_id=device.known.id,
            labels=device.known.labels,
        )
        if group == "interfaces" and every_s and device.plan is not None:
            every_s = min(every_s, device.plan.longest_s() or every_s)
        return every_s

    async def _keep_polling(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now_s = loop.time()
            while self._due and self._due[0][0] <= now_s:
                due_s, turn, device_id, group = heapq.heappop(self._due)
                device = self._devices.get(device_id)
                if device is not None and device.turns.get(group) == turn:
                    self._begin(device, group, due_s)
            wait_s = self._due[0][0] - loop.time() if self._due else _LONGEST_SLEEP_S
            await asyncio.sleep(min(max(wait_s, 0.0), _LONGEST_SLEEP_S))

    def _begin(self, device: CaredDevice, group: Group, due_s: float) -> None:
        if group != "availability":  # when the next check is due depends on what comes of this one
            self._plan_next(device, group)
        if group in device.running:
            self._counts.skipped[group] += 1
            return
        device.running.add(group)
        task = asyncio.create_task(self._work(device, group, due_s))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _work(self, device: CaredDevice, group: Group, due_s: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            every_s = self._interval_s(device, group)
            if group == "availability":
                self._counts.began(group, loop.time() - due_s)
                poll: Poll | None = await self._checks.check(device, self._settings, every_s)
            else:
                async with self._places.of(device):
                    self._counts.began(group, loop.time() - due_s)
                    poll = await self._snmp.poll(device, group, every_s, self._settings.poll_timeout_s)
            self._counts.polls[group] += 1
            if poll is not None and self._devices.get(device.known.id) is device:
                self._outbox.put(poll)
                self._sight(device, poll)
        except Exception as error:
            self._counts.failures[group, "error"] += 1
            log.warning("not polled", device=device.known.id, group=group, error=repr(error))
        finally:
            device.running.discard(group)
            if group == "availability" and self._devices.get(device.known.id) is device:
                self._plan_next(device, group)

    def _sight(self, device: CaredDevice, poll: Poll) -> None:
        """That it answered. Without its up-time nothing is noted of a device that tells it: it may be another by now."""
        values = {each.metric: each.value for each in poll.samples if not each.interface}
        if poll.group == "availability" and not values.get("device_up"):
            return
        if device.booted_at is None and device.known.speaks_snmp:
            return
        before = self._seen.get(device.known.id)
        rtt_ms = values.get("icmp_rtt_ms", before.rtt_ms if before else None)
        uptime_s = None if device.booted_at is None else time.time() - device.booted_at
        self._seen[device.known.id] = Sighting(
            device_id=device.known.id, address=device.known.addresses[0], rtt_ms=rtt_ms, uptime_s=uptime_s
        )

    async def _keep_noting(self) -> None:
        while True:
            await asyncio.sleep(SIGHTED_S)
            seen, self._seen = list(self._seen.values()), {}
            for start in range(0, len(seen), _TOGETHER):
                try:
                    await self._notes.saw(seen[start : start + _TOGETHER])
                except Exception as error:  # the next sightings say the same
                    log.warning("sightings not noted", error=repr(error))
