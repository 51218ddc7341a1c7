"""Builds a new copy of a read model beside the serving one and swaps them in one transaction, while reads go on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from domain.event import Recorded
from domain.ports import EventLog
from projections.projection import Projection
from projections.store import apply, create, ensure_positions, look_up, move
from projections.tables import Row, Rows, Table, insert, write

BATCH = 2_000
_SLICE = 200
"""Events folded before others get their turn: the next batch on its way in, and whoever shares the process."""
_CHANGED_ROWS = 20_000
"""Changed rows that are held back, so that a row which changes often is written seldom."""
_KNOWN_ROWS = 20_000
"""Rows remembered of one table, so that they need not be fetched again."""
_CLOSE_ENOUGH = 200
"""Events that may be left when the swap begins: the serving copy stands still while they are folded."""
_READERS_S = 5
"""How long a former copy waits for its last readers before it is left lying."""
_SETTINGS = (
    # The copy can be made again, so its commits need not reach the disk one by one; the swap's does.
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '128MB'",
)

Progress = Callable[[int, int], None]


class RebuildRunning(RuntimeError):
    """Somebody rebuilds this projection already."""


async def rebuild(
    conninfo: str, projection: Projection, events: EventLog, *, progress: Progress = lambda done, total: None
) -> int:
    """Returns the position reached. `progress` gets events done and in all. Memory is bounded, however long the ledger."""
    schema = f"{projection.name}_rebuild"
    async with _connection(conninfo) as conn, _connection(conninfo) as appender:
        await ensure_positions(conn)
        cursor = await conn.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (schema,))
        row = await cursor.fetchone()
        if not row or not row[0]:
            raise RebuildRunning(f"{projection.name} is being rebuilt already")
        await _clear(conn, projection.name)
        try:
            async with conn.transaction():
                await create(conn, projection, schema, bare=True)
            position = await _fill(conn, appender, projection, schema, events, progress)
            await conn.execute("RESET synchronous_commit")
            return await _swap(conn, projection, schema, events, position)
        finally:
            with contextlib.suppress(psycopg.Error):
                await _clear(conn, projection.name)


@contextlib.asynccontextmanager
async def _connection(conninfo: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(
        conninfo, autocommit=True, application_name="netledger rebuild"
    ) as conn:
        for setting in _SETTINGS:
            await conn.execute(setting)
        yield conn


class _Copy:
    """The new copy while it is filled: rows that change are held back, rows that only come go on at once."""

    def __init__(
        self,
        conn: AsyncConnection[Any],
        appender: AsyncConnection[Any],
        projection: Projection,
        schema: str,
    ) -> None:
        self._conn = conn
        self._appender = appender
        self._projection = projection
        self._schema = schema
        self._rows = Rows(projection.tables)
        self._appending: asyncio.Task[None] | None = None

    async def fold(self, events: Sequence[Recorded]) -> None:
        await look_up(self._conn, self._projection, self._schema, self._rows, events)
        for start in range(0, len(events), _SLICE):
            for recorded in events[start : start + _SLICE]:
                self._projection.fold(recorded, self._rows)
            await asyncio.sleep(0)
        await self._appended()
        # Written over a connection of its own while the next batch is folded.
        self._appending = asyncio.create_task(self._append(self._rows.take_added()))
        if self._rows.changed > _CHANGED_ROWS:
            await self._write()

    async def finish(self) -> None:
        """Writes what was held back."""
        await self._write()
        await self._appended()

    async def stop(self) -> None:
        if self._appending is not None:
            await ended(self._appending)

    async def _append(self, added: Sequence[tuple[Table, list[Row]]]) -> None:
        for table, rows in added:
            await insert(self._appender, self._schema, table, rows)

    async def _appended(self) -> None:
        if self._appending is not None:
            appending, self._appending = self._appending, None
            await appending

    async def _write(self) -> None:
        for table, upserts, deletes in self._rows.take_changes():
            await write(self._conn, self._schema, table, upserts, deletes)
        self._rows.forget(_KNOWN_ROWS)


async def _fill(
    conn: AsyncConnection[Any],
    appender: AsyncConnection[Any],
    projection: Projection,
    schema: str,
    events: EventLog,
    progress: Progress,
) -> int:
    """Folds the ledger into the bare copy, completes it with its indexes, and catches up with what came meanwhile."""
    name = projection.name
    copy = _Copy(conn, appender, projection, schema)
    position, head = 0, await events.head()
    reading = asyncio.create_task(_read(events, projection, position, head))
    try:
        while position < head:
            batch, reached = await reading
            # The next batch is read while this one is folded.
            reading = asyncio.create_task(_read(events, projection, reached, head))
            await copy.fold(batch)
            position = reached
            progress(position, head)
            await _note(conn, name, position, head)
        await copy.finish()
    finally:
        await ended(reading)
        await copy.stop()
    for table in projection.tables:
        for statement in table.finish(schema):
            await conn.execute(statement)
            await _note(conn, name, position, head)
        await conn.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table.name)))
    while (head := await events.head()) - position > _CLOSE_ENOUGH:
        batch, position = await _read(events, projection, position, head)
        async with conn.transaction():
            await apply(conn, projection, schema, batch)
        progress(position, head)
        await _note(conn, name, position, head)
    return position


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancels until it has ended: before Python 3.12 `asyncio.wait_for` can swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1.0)


async def _read(
    events: EventLog, projection: Projection, after: int, head: int
) -> tuple[Sequence[Recorded], int]:
    """A batch, and the position up to which there is nothing else to fold."""
    if after >= head:
        return (), head
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
    """Renames both copies: that waits for no reader, and those at work on the former one finish on it."""
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
        cursor = await conn.execute(
            "SELECT to_regnamespace(%s) IS NOT NULL, pg_current_xact_id()::text", (name,)
        )
        serving, transaction = await cursor.fetchone() or (False, "")
        if serving:
            await _rename(conn, name, f"{name}_old_{transaction}")
        await _rename(conn, schema, name)
        await conn.execute(
            "UPDATE projections.positions SET version = %s WHERE name = %s", (projection.version, name)
        )
        await move(conn, name, position)
    return position


async def _clear(conn: AsyncConnection[Any], name: str) -> None:
    """Drops former copies and unfinished ones. One that somebody still reads is left for the next time."""
    await conn.execute("UPDATE projections.positions SET rebuild_at = NULL WHERE name = %s", (name,))
    cursor = await conn.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname = %s OR starts_with(nspname, %s)",
        (f"{name}_rebuild", f"{name}_old_"),
    )
    for (leftover,) in await cursor.fetchall():
        with contextlib.suppress(psycopg.errors.LockNotAvailable):
            async with conn.transaction():
                await conn.execute(f"SET LOCAL lock_timeout = '{_READERS_S}s'")
                await conn.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(leftover)))


async def _rename(conn: AsyncConnection[Any], schema: str, name: str) -> None:
    await conn.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema), sql.Identifier(name))
    )
