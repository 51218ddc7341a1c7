"""Feeds all projections from the ledger, in batches, exactly once, waking as soon as something is appended."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from domain.ports import EventLog, PositionWatch
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.store import LEADER_LOCK, apply, create, ensure_positions, move, standing

BATCH = 2_000
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
        self._failed: set[str] = set()

    async def run(self) -> None:
        """Runs until cancelled, through outages of the database."""
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="netledger projector"
                ) as conn:
                    await self._lead(conn)
            except psycopg.Error as error:
                _stop_if_cancelled()
                log.warning("projector lost the database", error=str(error).strip())
                await asyncio.sleep(0.5)

    async def _lead(self, conn: AsyncConnection[Any]) -> None:
        await conn.execute("SELECT pg_advisory_lock(%s)", (LEADER_LOCK,))
        await ensure_positions(conn)
        self._failed.clear()
        for projection in self._projections:
            await self._prepare(conn, projection)
        while True:
            advanced = await self._step(conn)
            if not advanced:
                await self._watch.wait_for_ledger(self._watch.ledger_position() + 1, timeout_s=1.0)

    async def _prepare(self, conn: AsyncConnection[Any], projection: Projection) -> None:
        present = await standing(conn, projection.name)
        if present is None:
            async with conn.transaction():
                await create(conn, projection, projection.name)
                await conn.execute(
                    "INSERT INTO projections.positions (name, version, position) VALUES (%s, %s, 0)",
                    (projection.name, projection.version),
                )
        elif present.version != projection.version:
            log.info("projection has a new shape", projection=projection.name, version=projection.version)
            await rebuild(self._conninfo, projection, self._events)

    async def _step(self, conn: AsyncConnection[Any]) -> bool:
        """One batch for everyone; a projection that fails is stopped and named, the others go on."""
        cursor = await conn.execute("SELECT name, position FROM projections.positions")
        positions = dict(await cursor.fetchall())
        active = [p for p in self._projections if p.name not in self._failed]
        if not active:
            return False
        after = min(positions[p.name] for p in active)
        events = await self._events.read(after, limit=BATCH)
        if not events:
            return False
        for projection in active:
            todo = [recorded for recorded in events if recorded.position > positions[projection.name]]
            if todo:
                await self._advance(conn, projection, todo)
        return True

    async def _advance(
        self, conn: AsyncConnection[Any], projection: Projection, events: Sequence[Any]
    ) -> None:
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
        except (
            Exception
        ) as error:  # a fold must never take the others down; an engineer sees it on /projections
            self._failed.add(projection.name)
            log.error("projection stopped", projection=projection.name, error=repr(error), exc_info=error)
            await conn.execute(
                "UPDATE projections.positions SET state = 'failed', error = %s, updated_at = now() WHERE name = %s",
                (repr(error)[:1000], projection.name),
            )


def _stop_if_cancelled() -> None:
    """A cancellation in the middle of a transaction can come out as the error of its rollback."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
