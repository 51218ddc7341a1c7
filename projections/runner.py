"""Feeds all projections from the ledger, in batches, exactly once, waking as soon as something is appended."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from domain.event import Recorded
from domain.ports import EventLog, PositionWatch
from projections.projection import Projection, folds
from projections.rebuild import RebuildRunning, ended, rebuild
from projections.store import (
    LEADER_LOCK,
    Standing,
    apply,
    create,
    ensure_positions,
    fail,
    move,
    pass_over,
    standings,
)

BATCH = 2_000
_FAR_BEHIND = 20_000
"""From nothing over so many events a rebuild is quicker than following."""
_IDLE_S = 1.0
_RETRY_S, _RETRY_AT_MOST_S = 0.5, 15.0
log = structlog.get_logger(__name__)


class ProjectionRunner:
    """Of all runners on a database one leads; when it dies the next takes over where it stopped."""

    def __init__(
        self, conninfo: str, projections: Sequence[Projection], events: EventLog, watch: PositionWatch
    ) -> None:
        self._conninfo = conninfo
        self._projections = list(projections)
        self._events = events
        self._watch = watch
        self._rebuilding: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Runs until cancelled, through outages of the database."""
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="netledger projector"
                ) as conn:
                    await self._lead(conn)
            except (psycopg.Error, OSError) as error:
                _stop_if_cancelled()
                log.warning("projector lost the database", error=str(error).strip())
                await asyncio.sleep(_RETRY_S)

    async def _lead(self, conn: AsyncConnection[Any]) -> None:
        await conn.execute("SELECT pg_advisory_lock(%s)", (LEADER_LOCK,))
        # Rows and position are lost together or not at all, and folded again: nothing has to wait for the disk.
        await conn.execute("SET synchronous_commit = off")
        await ensure_positions(conn)
        try:
            for projection in self._projections:
                await self._prepare(conn, projection)
            while True:
                _stop_if_cancelled()
                position = await self._step(conn)
                if position is not None:
                    await self._watch.wait_for_ledger(position + 1, timeout_s=_IDLE_S)
        finally:
            for task in self._rebuilding.values():
                await ended(task)
            self._rebuilding.clear()

    async def _prepare(self, conn: AsyncConnection[Any], projection: Projection) -> None:
        """Makes what is missing, gives what failed another try, and rebuilds what has a new shape."""
        present = (await standings(conn)).get(projection.name)
        if present is None:
            async with conn.transaction():
                await create(conn, projection, projection.name)
                await conn.execute(
                    "INSERT INTO projections.positions (name, version, position) VALUES (%s, %s, 0)",
                    (projection.name, projection.version),
                )
        elif present.state == "failed":
            await conn.execute(
                "UPDATE projections.positions SET state = 'running' WHERE name = %s", (projection.name,)
            )
        outdated = present is not None and present.version != projection.version
        empty = present is None or present.position == 0
        if outdated or (empty and await self._events.head() > _FAR_BEHIND):
            log.info("rebuilding a projection", projection=projection.name, version=projection.version)
            self._rebuilding[projection.name] = asyncio.create_task(self._rebuild(projection))

    async def _rebuild(self, projection: Projection) -> None:
        """While the others go on. Somebody else's rebuild, or one that a dead process left, may hold the place."""
        delay = _RETRY_S
        while True:
            try:
                await rebuild(self._conninfo, projection, self._events)
                return
            except (RebuildRunning, psycopg.OperationalError, OSError) as error:
                log.info("a rebuild has to wait", projection=projection.name, reason=str(error).strip())
            await asyncio.sleep(delay)
            delay = min(2 * delay, _RETRY_AT_MOST_S)

    async def _step(self, conn: AsyncConnection[Any]) -> int | None:
        """One batch for everyone; the position that all have reached where there was none."""
        await self._end_rebuilds(conn)
        places = await standings(conn)
        active = [
            projection
            for projection in self._projections
            if projection.name not in self._rebuilding and places[projection.name].state != "failed"
        ]
        groups = _groups(active, places)
        advanced = False
        for group in groups:
            after = min(places[projection.name].position for projection in group)
            events = await self._events.read(after, limit=BATCH)
            advanced = advanced or bool(events)
            if events:
                await self._feed(conn, group, places, events)
        if advanced:
            return None
        return after if groups else self._watch.ledger_position()

    async def _end_rebuilds(self, conn: AsyncConnection[Any]) -> None:
        for projection in self._projections:
            task = self._rebuilding.get(projection.name)
            if task is not None and task.done():
                del self._rebuilding[projection.name]
                if error := task.exception():
                    await self._failed(conn, projection, error)

    async def _feed(
        self,
        conn: AsyncConnection[Any],
        group: Sequence[Projection],
        places: dict[str, Standing],
        events: Sequence[Recorded],
    ) -> None:
        topics = {recorded.topic for recorded in events}
        idle: list[str] = []
        for projection in group:
            if any(folds(projection, topic) for topic in topics):
                await self._advance(conn, projection, places[projection.name].position, events)
            else:
                idle.append(projection.name)
        if idle:
            await pass_over(conn, idle, events[-1].position)

    async def _advance(
        self, conn: AsyncConnection[Any], projection: Projection, position: int, events: Sequence[Recorded]
    ) -> None:
        """A projection whose fold fails is stopped and named; the others go on."""
        if position >= events[-1].position:
            return
        try:
            async with conn.transaction():
                # A rebuild that is about to swap holds this row, so that none of its events is folded twice.
                cursor = await conn.execute(
                    "SELECT position FROM projections.positions WHERE name = %s FOR UPDATE",
                    (projection.name,),
                )
                row = await cursor.fetchone()
                if row is None or row[0] >= events[-1].position:
                    return
                fresh = [recorded for recorded in events if recorded.position > row[0]]
                await apply(conn, projection, projection.name, fresh)
                await move(conn, projection.name, events[-1].position)
        except psycopg.OperationalError:
            raise
        except Exception as error:  # a fold must never take the others down
            await self._failed(conn, projection, error)

    async def _failed(self, conn: AsyncConnection[Any], projection: Projection, error: BaseException) -> None:
        log.error("projection stopped", projection=projection.name, error=repr(error), exc_info=error)
        await fail(conn, projection.name, repr(error))


def _groups(projections: Sequence[Projection], places: dict[str, Standing]) -> list[list[Projection]]:
    """Those at the front together, each far behind by itself, so that nobody waits for who has to catch up."""
    front = max((places[projection.name].position for projection in projections), default=0)
    near = [p for p in projections if front - places[p.name].position < BATCH]
    far = [[p] for p in projections if front - places[p.name].position >= BATCH]
    return [*([near] if near else []), *far]


def _stop_if_cancelled() -> None:
    """A cancellation in the middle of a transaction can come out as the error of its rollback, or not come out at all:
    before Python 3.12 `asyncio.wait_for`, which the driver waits with, can lose it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
