"""Requests what is due by the settings: for now, discoveries of the network's ranges."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.aggregate import IdempotencyKey
from domain.discovery import DISCOVERY, StartDiscovery
from domain.event import Actor, Attribution
from domain.operation import OPERATION, RequestOperation
from domain.ports import CommandBus, Leadership
from projections.settings import in_force

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_LOOK_S = 30
log = structlog.get_logger(__name__)


class Scheduler:
    """One leader schedules. A slot's idempotency key keeps even two leaders from requesting it twice."""

    def __init__(self, bus: CommandBus, connect: Connect, leadership: Leadership) -> None:
        self._bus = bus
        self._connect = connect
        self._leadership = leadership

    async def run(self) -> None:
        async with self._leadership.lead("scheduler"):
            scheduler = AsyncIOScheduler(timezone=UTC)
            scheduler.add_job(self._discoveries, "interval", seconds=_LOOK_S, jitter=5, coalesce=True)
            scheduler.start()
            try:
                await asyncio.Event().wait()
            finally:
                scheduler.shutdown(wait=False)

    async def _discoveries(self) -> None:
        async with self._connect() as conn:
            settings = (await in_force(conn)).discovery
        if not settings.interval_s or not settings.ranges:
            return
        slot = int(datetime.now(UTC).timestamp()) // settings.interval_s
        request = StartDiscovery(targets=settings.ranges, reason="scheduled")
        params = msgspec.to_builtins(request)
        key = IdempotencyKey(
            "scheduler", f"discovery/{settings.interval_s}/{slot}", sha256(b"discovery").digest()
        )
        operation_id = uuid4()
        outcome = await self._bus.execute(
            OPERATION.to(
                operation_id,
                RequestOperation(kind=DISCOVERY, params=params, reason="scheduled"),
                new=True,
            ),
            by=Attribution(actor=Actor("policy", "scheduler", "scheduler"), correlation_id=str(operation_id)),
            key=key,
        )
        if not outcome.repeated:
            log.info("scheduled discovery requested", operation=str(operation_id))
