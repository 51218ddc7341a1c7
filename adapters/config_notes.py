"""The workers' notes about configurations in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.config_notes import ConfigRead, Configured
from domain.config_text import ConfigAuthor


class PostgresConfigNotes:
    """Satisfies ConfigNotes. Time is the database's alone."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def read(self, note: ConfigRead) -> None:
        await self._run(
            "INSERT INTO work.config_reads (device_id, credential_id, content, backup_id, changed, operation_id, read_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT (device_id) DO UPDATE SET"
            " credential_id = excluded.credential_id, content = excluded.content, backup_id = excluded.backup_id,"
            " changed = excluded.changed, operation_id = excluded.operation_id, read_at = now(),"
            " failed_at = NULL, error = NULL",
            (
                note.device_id,
                note.credential_id,
                note.content,
                note.backup_id or None,
                note.changed,
                note.operation_id or None,
            ),
        )

    async def failed(self, device_id: str, operation_id: str, code: str, message: str) -> None:
        error = msgspec.json.encode({"code": code, "message": message}).decode().replace("\\u0000", "\\ufffd")
        await self._run(
            "INSERT INTO work.config_reads (device_id, operation_id, failed_at, error)"
            " VALUES (%s, %s, now(), %s::jsonb) ON CONFLICT (device_id) DO UPDATE SET"
            " operation_id = excluded.operation_id, failed_at = now(), error = excluded.error",
            (device_id, operation_id or None, error),
        )

    async def read_by(self, operation_id: str) -> dict[str, ConfigRead]:
        rows = await self._rows(
            "SELECT jsonb_build_object('device_id', device_id, 'credential_id', credential_id, 'content', content,"
            " 'backup_id', coalesce(backup_id::text, ''), 'changed', coalesce(changed, false))::text"
            " FROM work.config_reads WHERE operation_id = %s AND failed_at IS NULL",
            (operation_id,),
        )
        found = [msgspec.json.decode(row[0], type=ConfigRead) for row in rows]
        return {each.device_id: each for each in found}

    async def configured(self, device_id: str, author: ConfigAuthor | None = None) -> None:
        told = msgspec.json.encode(author or ConfigAuthor()).decode().replace("\\u0000", "\\ufffd")
        await self._run(
            "INSERT INTO work.configured AS c (device_id, first_at, last_at, author) VALUES (%s, now(), now(), %s::jsonb)"
            " ON CONFLICT (device_id) DO UPDATE SET last_at = now(),"
            " author = CASE WHEN excluded.author ->> 'by' <> '' THEN excluded.author ELSE c.author END",
            (device_id, told),
        )

    async def due(self, *, quiet_s: float, at_most_s: float) -> list[Configured]:
        rows = await self._rows(
            "SELECT to_jsonb(c)::text FROM work.configured c WHERE last_at < now() - make_interval(secs => %s)"
            " OR first_at < now() - make_interval(secs => %s) ORDER BY first_at LIMIT 5000",
            (quiet_s, at_most_s),
        )
        return [msgspec.json.decode(row[0], type=Configured) for row in rows]

    async def requested(self, devices: list[Configured]) -> None:
        await self._run(
            "DELETE FROM work.configured c USING unnest(%s::uuid[], %s::timestamptz[]) AS d (device_id, last_at)"
            " WHERE c.device_id = d.device_id AND c.last_at = d.last_at",
            ([each.device_id for each in devices], [each.last_at for each in devices]),
        )

    async def _run(self, query: str, values: Sequence[Any]) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(query, values)

    async def _rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query, values)
            return await cursor.fetchall()
