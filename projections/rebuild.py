"""Builds a new copy of a read model beside the serving one and swaps them in one transaction, while reads go on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import AsyncConnection, sql

from domain.event import Recorded
from domain.ports import EventLog
from projections.projection import Projection
from projections.store import apply, create, ensure_positions, move

BATCH = 5_000
_CLOSE_ENOUGH = 200
"""Events that may be left when the swap begins: the serving copy stands still while they are folded."""

Progress = Callable[[int, int], None]


class RebuildRunning(RuntimeError):
    """Somebody rebuilds this projection already."""


async def rebuild(
    conninfo: str, projection: Projection, events: EventLog, *, progress: Progress = lambda done, total: None
) -> int:
    """Returns the position reached. `progress` gets events done and in all. Memory is bounded by the batch."""
    schema = f"{projection.name}_rebuild"
    async with await AsyncConnection.connect(
        conninfo, autocommit=True, application_name="netledger rebuild"
    ) as conn:
        await ensure_positions(conn)
        cursor = await conn.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (schema,))
        row = await cursor.fetchone()
        if not row or not row[0]:
            raise RebuildRunning(f"{projection.name} is being rebuilt already")
        # The copy can be made again, so its commits need not reach the disk one by one; the swap's does.
        await conn.execute("SET synchronous_commit = off")
        async with conn.transaction():
            await create(conn, projection, schema)
        position = await _catch_up(conn, projection, schema, events, progress)
        await conn.execute("SET synchronous_commit = on")
        return await _swap(conn, projection, schema, events, position)


async def _catch_up(
    conn: AsyncConnection[Any], projection: Projection, schema: str, events: EventLog, progress: Progress
) -> int:
    position, head = 0, await events.head()
    reading = asyncio.create_task(_read(events, projection, position, head))
    while True:
        batch, reached = await reading
        if reached >= head:
            head = await events.head()
        # The next batch is read while this one is folded.
        reading = asyncio.create_task(_read(events, projection, reached, head))
        if batch:
            async with conn.transaction():
                await apply(conn, projection, schema, batch)
        position = reached
        progress(position, head)
        await _note(conn, projection.name, position, head)
        if head - position <= _CLOSE_ENOUGH:
            await reading
            return position


async def _read(
    events: EventLog, projection: Projection, after: int, head: int
) -> tuple[Sequence[Recorded], int]:
    """A batch, and the position up to which there is nothing else to fold."""
    batch = await events.read(after, limit=BATCH, upto=head, topics=projection.topics)
    return batch, batch[-1].position if len(batch) == BATCH else head


async def _note(conn: AsyncConnection[Any], name: str, done: int, total: int) -> None:
    await conn.execute(
        "UPDATE projections.positions SET rebuild_done = %s, rebuild_total = %s, rebuild_at = now() WHERE name = %s",
        (done, total, name),
    )


async def _swap(
    conn: AsyncConnection[Any], projection: Projection, schema: str, events: EventLog, position: int
) -> int:
    name = projection.name
    async with conn.transaction():
        await conn.execute(
            "INSERT INTO projections.positions (name, version, position) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",
            (name, projection.version),
        )
        # From here the runner waits, so that the copy can reach the very position that it serves from.
        await conn.execute("SELECT 1 FROM projections.positions WHERE name = %s FOR UPDATE", (name,))
        while rest := await events.read(position, limit=BATCH):
            await apply(conn, projection, schema, rest)
            position = rest[-1].position
        await conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
        await conn.execute(
            sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema), sql.Identifier(name))
        )
        await conn.execute(
            "UPDATE projections.positions SET version = %s, rebuild_at = NULL WHERE name = %s",
            (projection.version, name),
        )
        await move(conn, name, position)
    return position
