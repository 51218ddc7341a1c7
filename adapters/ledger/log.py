"""Reads the ledger by position, for projectors, relay, subscribers and the command line."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.ledger.mapper import LedgerMapper
from domain.catalogue import TOPICS
from domain.event import Recorded
from domain.ports import PersonalSealer

_COLUMNS: LiteralString = "originator_id, originator_version, topic, state::text, notification_id"
_Row = tuple[UUID, int, str, str, int]
_PERSONAL = frozenset(topic for topic, event in TOPICS.items() if event.personal)


class PostgresEventLog:
    """Satisfies EventLog."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], sealer: PersonalSealer) -> None:
        self._pool = pool
        self._mapper = LedgerMapper(sealer)

    async def read(
        self, after: int, *, limit: int = 1000, upto: int | None = None, topics: Sequence[str] = ()
    ) -> list[Recorded]:
        """Events above `after`, in order; topics may be whole names or prefixes that end in a dot."""
        wanted = [_pattern(topic) for topic in topics]
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                f"SELECT {_COLUMNS} FROM ledger.events WHERE notification_id > %s AND notification_id <= %s"
                + (" AND topic LIKE ANY(%s)" if wanted else "")
                + " ORDER BY notification_id LIMIT %s",
                (after, upto if upto is not None else 2**62, *([wanted] if wanted else []), limit),
            )
            return await self._decoded(await cursor.fetchall())

    async def stream(
        self, after: int, *, upto: int | None = None, topics: Sequence[str] = (), batch: int = 1000
    ) -> AsyncIterator[Recorded]:
        """All events of a range, a batch at a time, so that memory stays flat."""
        while events := await self.read(after, limit=batch, upto=upto, topics=topics):
            for each in events:
                yield each
            after = events[-1].position

    async def head(self) -> int:
        """The last position, 0 of an empty ledger."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT position FROM ledger.head")
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def of_aggregate(self, aggregate_id: UUID, *, upto: int | None = None) -> list[Recorded]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                f"SELECT {_COLUMNS} FROM ledger.events WHERE originator_id = %s AND notification_id <= %s"
                " ORDER BY originator_version",
                (aggregate_id, upto if upto is not None else 2**62),
            )
            return await self._decoded(await cursor.fetchall())

    async def _decoded(self, rows: Sequence[_Row]) -> list[Recorded]:
        if any(row[2] in _PERSONAL for row in rows):
            return await asyncio.to_thread(self._all, rows)  # unsealing may fetch keys
        return self._all(rows)

    def _all(self, rows: Sequence[_Row]) -> list[Recorded]:
        return [self._recorded(row) for row in rows]

    def _recorded(self, row: _Row) -> Recorded:
        originator_id, version, topic, state, position = row
        return self._mapper.recorded(originator_id, version, topic, state.encode(), position)


def _pattern(topic: str) -> str:
    """A LIKE pattern for a whole topic, or for all that begin so where it ends in a dot."""
    literal = topic.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    return literal + "%" if topic.endswith(".") else literal
