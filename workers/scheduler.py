"""Requests what is due by the settings: discoveries of the network's ranges, and the jobs of others, by one leader."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.aggregate import IdempotencyKey
from domain.discovery import DISCOVERY, StartDiscovery
from domain.event import Actor, Attribution
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.ports import CommandBus, Leadership
from domain.settings import DiscoverySettings
from projections import operations
from projections.settings import in_force

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 30.0
"""How often it looks whether something is due."""
_FIRST_LOOK_S = 3.0
REASON = "scheduled"
Job = tuple[float, Callable[[], Awaitable[None]]]
"""How often it is done, in seconds, and what."""
log = structlog.get_logger(__name__)


class Scheduler:
    """One leader schedules. A slot's idempotency key keeps even two leaders from requesting it twice."""

    def __init__(
        self,
        bus: CommandBus,
        connect: Connect,
        leadership: Leadership,
        *,
        look_s: float = LOOK_S,
        jobs: Sequence[Job] = (),
    ) -> None:
        self._bus = bus
        self._connect = connect
        self._leadership = leadership
        self._look_s = look_s
        self._jobs = jobs
        self._requested: UUID | None = None

    async def run(self) -> None:
        async with self._leadership.lead("scheduler"):
            scheduler = AsyncIOScheduler(timezone=UTC)
            first = datetime.now(UTC) + timedelta(seconds=min(self._look_s, _FIRST_LOOK_S))
            scheduler.add_job(
                self._discoveries, "interval", seconds=self._look_s, coalesce=True, next_run_time=first
            )
            for every_s, job in self._jobs:
                at = datetime.now(UTC) + timedelta(seconds=min(every_s, _FIRST_LOOK_S))
                scheduler.add_job(_safely(job), "interval", seconds=every_s, coalesce=True, next_run_time=at)
            scheduler.start()
            try:
                await asyncio.Event().wait()
            finally:
                scheduler.shutdown(wait=False)

    async def _discoveries(self) -> None:
        """One after the other: where the last one is not through yet, this time is left out."""
        try:
            async with self._connect() as conn:
                settings = (await in_force(conn)).discovery
                if not settings.interval_s or not settings.ranges or await _under_way(conn):
                    return
            if await self._own_under_way():
                return
            await self._request(settings)
        except Exception as error:  # the next look is soon
            log.warning("scheduled discovery not requested", error=repr(error))

    async def _own_under_way(self) -> bool:
        """By the ledger itself, since the read model may not show yet what was just requested."""
        if self._requested is None:
            return False
        return (await self._bus.state(OPERATION, self._requested)).state not in ENDED

    async def _request(self, settings: DiscoverySettings) -> None:
        slot = int(datetime.now(UTC).timestamp()) // settings.interval_s
        request = StartDiscovery(targets=settings.ranges, reason=REASON)
        params = msgspec.to_builtins(request)
        key = IdempotencyKey(
            "scheduler", f"discovery/{settings.interval_s}/{slot}", sha256(b"discovery").digest()
        )
        operation_id = uuid4()
        outcome = await self._bus.execute(
            OPERATION.to(
                operation_id,
                RequestOperation(kind=DISCOVERY, params=params, reason=REASON),
                new=True,
            ),
            by=Attribution(actor=Actor("policy", "scheduler", "scheduler"), correlation_id=str(operation_id)),
            key=key,
        )
        if not outcome.repeated:
            self._requested = operation_id
            log.info("scheduled discovery requested", operation=str(operation_id))


def _safely(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await job()
        except Exception as error:  # the next look is soon
            log.warning(
                "scheduled work not requested", job=getattr(job, "__qualname__", ""), error=repr(error)
            )

    return run


async def _under_way(conn: Any) -> bool:
    found = [
        operation
        for state in ("requested", "running")
        for operation in await operations.find(conn, kind=DISCOVERY, state=state, limit=100)
    ]
    return any(operation.reason == REASON for operation in found)
