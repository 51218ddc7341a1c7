"""The workers' own tables: progress of operations, last sightings of devices, who is at work."""

import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.device_identity import Run
from domain.observation import Sighting
from domain.worker_figures import WorkerFigure


class PostgresWorkNotes:
    """Satisfies WorkNotes."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def start(self, operation_id: UUID, attempt: int) -> dict[str, Any]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "INSERT INTO work.progress (operation_id, attempt) VALUES (%s, %s) ON CONFLICT (operation_id)"
                " DO UPDATE SET attempt = greatest(work.progress.attempt, excluded.attempt), updated_at = now()"
                " RETURNING detail::text",
                (operation_id, attempt),
            )
            row = await cursor.fetchone()
        return dict(msgspec.json.decode(row[0])) if row else {}

    async def save(
        self, operation_id: UUID, attempt: int, *, done: int, total: int, detail: dict[str, Any]
    ) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE work.progress SET done = %s, total = %s, detail = %s::jsonb, updated_at = now()"
                " WHERE operation_id = %s AND attempt = %s",
                (done, total, msgspec.json.encode(detail).decode(), operation_id, attempt),
            )

    async def beat(self, attempts: Mapping[UUID, int]) -> None:
        if not attempts:
            return
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE work.progress p SET updated_at = now()"
                " FROM unnest(%s::uuid[], %s::int[]) b (operation_id, attempt)"
                " WHERE p.operation_id = b.operation_id AND p.attempt = b.attempt",
                (list(attempts), list(attempts.values())),
            )

    async def silent_for_s(self, operation_id: UUID) -> float | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT extract(epoch FROM now() - updated_at)::float8 FROM work.progress WHERE operation_id = %s",
                (operation_id,),
            )
            row = await cursor.fetchone()
        return float(row[0]) if row else None

    async def give_up(self, operation_id: UUID, attempt: int) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE work.progress SET updated_at = to_timestamp(0) WHERE operation_id = %s AND attempt = %s",
                (operation_id, attempt),
            )

    async def saw(self, sightings: Sequence[Sighting]) -> None:
        if not sightings:
            return
        rows: dict[str, Sighting] = {}
        for each in sightings:  # of several addresses of one device, what any of them told
            rows[each.device_id] = _joined(rows.get(each.device_id), each)
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO work.sightings (device_id, last_seen, address, rtt_ms, uptime_s)"
                " SELECT device_id, now(), address, rtt_ms, uptime_s"
                " FROM json_populate_recordset(NULL::work.sightings, %s::json) ORDER BY device_id"
                " ON CONFLICT (device_id) DO UPDATE SET last_seen = excluded.last_seen, address = excluded.address,"
                " rtt_ms = coalesce(excluded.rtt_ms, work.sightings.rtt_ms), uptime_s = excluded.uptime_s",
                (msgspec.json.encode(list(rows.values())).decode(),),
            )

    async def runs(self, device_ids: Sequence[str]) -> dict[str, Run]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT device_id::text, extract(epoch FROM last_seen)::float8, uptime_s FROM work.sightings"
                " WHERE device_id = ANY(%s::uuid[]) AND uptime_s IS NOT NULL",
                (list(device_ids),),
            )
            return {row[0]: Run(since=row[1] - row[2], until=row[1]) for row in await cursor.fetchall()}

    async def echoing(self, device_ids: Sequence[str]) -> set[str]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT device_id::text FROM work.sightings WHERE device_id = ANY(%s::uuid[]) AND rtt_ms IS NOT NULL",
                (list(device_ids),),
            )
            return {row[0] for row in await cursor.fetchall()}

    async def present(self, worker_id: str, kind: str, figures: Sequence[WorkerFigure] = ()) -> None:
        """Says that this worker lives, and what it counts; those silent for a minute are forgotten."""
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM work.workers WHERE seen_at < now() - interval '1 minute'")
            await conn.execute(
                "INSERT INTO work.workers (id, kind, host, pid, started_at, seen_at, figures)"
                " VALUES (%s, %s, %s, %s, now(), now(), %s::jsonb)"
                " ON CONFLICT (id) DO UPDATE SET seen_at = now(), figures = excluded.figures",
                (
                    worker_id,
                    kind,
                    socket.gethostname(),
                    os.getpid(),
                    msgspec.json.encode(list(figures)).decode(),
                ),
            )

    async def leave(self, worker_id: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM work.workers WHERE id = %s", (worker_id,))


def _joined(one: Sighting | None, other: Sighting) -> Sighting:
    if one is None:
        return other
    rtt_ms = one.rtt_ms if other.rtt_ms is None else other.rtt_ms
    uptime_s = one.uptime_s if other.uptime_s is None else other.uptime_s
    return msgspec.structs.replace(other, rtt_ms=rtt_ms, uptime_s=uptime_s)


async def present_on(pool: AsyncConnectionPool[AsyncConnection[Any]], host: str, *, within_s: float) -> bool:
    """Whether a worker of this host gave a sign of life lately."""
    async with pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT 1 FROM work.workers WHERE host = %s AND seen_at > now() - make_interval(secs => %s) LIMIT 1",
            (host, within_s),
        )
        return await cursor.fetchone() is not None
