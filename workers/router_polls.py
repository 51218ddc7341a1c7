"""Measures the routers that this process owns over their API connections: no login of its own, after everybody else's commands."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from domain.polling import interval_s, next_due_s, phase
from domain.router_ports import RouterError
from domain.router_telemetry import RouterRates, health_samples
from domain.settings import TelemetrySettings
from domain.telemetry import Group, Poll, Sample
from projections.routers import KnownRouter
from projections.settings import in_force
from workers.owned_router import OwnedRouter
from workers.telemetry_outbox import TelemetryOutbox

Connect = Callable[[], AbstractAsyncContextManager[Any]]
Owned = Callable[[], Sequence[tuple[KnownRouter, OwnedRouter]]]
LOOK_S = 0.5
SETTINGS_S = 5.0
PARALLEL = 64
log = structlog.get_logger(__name__)


class RouterPolls:
    def __init__(self, connect: Connect, owned: Owned, outbox: TelemetryOutbox) -> None:
        self._connect = connect
        self._owned = owned
        self._outbox = outbox
        self._settings = TelemetrySettings()
        self._due: dict[tuple[str, Group], tuple[float, float]] = {}
        """The next moment by the wall clock, and the interval it was made of."""
        self._rates: dict[str, RouterRates] = {}
        self._running: dict[tuple[str, Group], asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(PARALLEL)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._outbox.run())
                group.create_task(self._keep_settings())
                group.create_task(self._keep_polling())
        finally:
            for task in self._running.values():
                task.cancel()

    async def _keep_settings(self) -> None:
        while True:
            try:
                async with self._connect() as conn:
                    self._settings = (await in_force(conn)).telemetry
            except Exception as error:  # as they were
                log.debug("settings not read", error=repr(error))
            await asyncio.sleep(SETTINGS_S)

    async def _keep_polling(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            owned = self._owned()
            here = {known.id for known, _ in owned}
            for router_id in [each for each in self._rates if each not in here]:
                del self._rates[router_id]
            self._due = {key: due for key, due in self._due.items() if key[0] in here}
            for known, router in owned:
                if router.connection.state == "connected":
                    for group in _groups(known):
                        self._look(known, router, group)

    def _look(self, known: KnownRouter, router: OwnedRouter, group: Group) -> None:
        every_s = interval_s(
            group,
            getattr(self._settings, f"{group}_s"),
            self._settings.overrides,
            device_id=known.id,
            labels=known.labels,
        )
        if not every_s:
            return
        now_s = time.time()
        key = known.id, group
        due_s, made_of_s = self._due.get(key, (0.0, 0.0))
        if made_of_s == every_s and now_s < due_s <= now_s + every_s + 1:
            return
        self._due[key] = next_due_s(now_s, every_s, phase(known.id, group)), every_s
        if made_of_s != every_s or key in self._running:
            return  # the first time it waits for its moment
        task = self._running[key] = asyncio.create_task(self._poll(known.id, router, group, every_s))
        task.add_done_callback(lambda _: self._running.pop(key, None))

    async def _poll(self, router_id: str, router: OwnedRouter, group: Group, every_s: float) -> None:
        try:
            async with self._places:
                samples = await self._samples(router_id, router, group, every_s)
        except RouterError as error:
            log.debug(
                "router not measured", router=router_id, group=group, code=error.code, why=error.message
            )
        except Exception as error:
            log.warning("router not measured", router=router_id, group=group, error=repr(error))
        else:
            if samples:
                self._outbox.put(Poll(router_id, group, time.time(), every_s, tuple(samples)))

    async def _samples(
        self, router_id: str, router: OwnedRouter, group: Group, every_s: float
    ) -> list[Sample]:
        rates = self._rates.setdefault(router_id, RouterRates())
        deadline_s = min(self._settings.poll_timeout_s, every_s)
        loop = asyncio.get_running_loop()
        if group == "queues":
            queues = await router.queue_counters(deadline_s=deadline_s)
            return rates.queues(queues, loop.time(), every_s)
        if group == "interfaces":
            interfaces = await router.interface_counters(deadline_s=deadline_s)
            return rates.interfaces(interfaces, loop.time(), every_s)
        return health_samples(await router.health(deadline_s=deadline_s, priority="bulk"))


def _groups(known: KnownRouter) -> tuple[Group, ...]:
    """What SNMP tells of a router is not asked a second time."""
    return ("queues",) if known.speaks_snmp else ("queues", "resources", "interfaces")
