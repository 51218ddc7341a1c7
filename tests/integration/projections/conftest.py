"""A ledger as a list, and projectors that run for the length of a block, over the real PostgreSQL of the tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from domain.event import Recorded
from projections.projection import Projection
from projections.rebuild import ended
from projections.runner import ProjectionRunner

Pool = AsyncConnectionPool[AsyncConnection[Any]]
Projecting = Callable[..., contextlib.AbstractAsyncContextManager[None]]


class EventList:
    """Satisfies EventLog over events held in memory, for histories that hypothesis makes up."""

    def __init__(self, events: Sequence[Recorded] = ()) -> None:
        self.events = list(events)

    async def read(
        self, after: int, *, limit: int = 1000, upto: int | None = None, topics: Sequence[str] = ()
    ) -> list[Recorded]:
        last = len(self.events) if upto is None else upto
        chosen = self.events[after:last]
        return [each for each in chosen if not topics or each.topic.startswith(tuple(topics))][:limit]

    async def head(self) -> int:
        return len(self.events)

    async def of_aggregate(self, aggregate_id: UUID, *, upto: int | None = None) -> list[Recorded]:
        return [each for each in self.events[:upto] if each.originator_id == aggregate_id]


async def until(pool: Pool, query: str, wanted: Any, timeout_s: float = 20) -> None:
    """Asks until the first column of the answer is the wanted value."""
    async with asyncio.timeout(timeout_s), pool.connection() as conn:
        while True:
            cursor = await conn.execute(query)
            if (row := await cursor.fetchone()) and row[0] == wanted:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
def projecting(database: str, event_log: PostgresEventLog, watch: PostgresPositionWatch) -> Projecting:
    """`async with projecting(Audit()):` runs a projector over the test's own ledger."""

    @contextlib.asynccontextmanager
    async def block(*projections: Projection) -> AsyncIterator[None]:
        runner = asyncio.create_task(ProjectionRunner(database, projections, event_log, watch).run())
        try:
            yield
        finally:
            await ended(runner)

    return block
