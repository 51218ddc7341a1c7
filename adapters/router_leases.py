"""Leases of routers in PostgreSQL: who owns which connection, shared out fairly among the workers that live."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.router_ownership import Claim, RouterNote

LEASE_S = 6.0
"""Without renewal another worker takes over after so long, which with the pause between claims stays within 10 s."""
_LOCK = 0x726F7574657273  # "routers": one worker claims at a time

_HELD = """
WITH wanted AS (SELECT unnest(%(routers)s::uuid[]) AS router_id),
gone AS (DELETE FROM work.router_leases l WHERE l.expires_at < now() OR (l.owner = %(owner)s
         AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.router_id = l.router_id)))
SELECT l.router_id::text FROM work.router_leases l JOIN wanted w USING (router_id)
WHERE l.owner = %(owner)s AND l.expires_at >= now()
"""
_TAKE = """
INSERT INTO work.router_leases (router_id, owner, expires_at)
SELECT w.router_id, %(owner)s, now() + make_interval(secs => %(lease_s)s)
FROM unnest(%(routers)s::uuid[]) w (router_id)
WHERE NOT EXISTS (SELECT 1 FROM work.router_leases l WHERE l.router_id = w.router_id)
ORDER BY w.router_id LIMIT %(free)s
RETURNING router_id::text
"""
_NOTE = """
INSERT INTO work.routers AS r (router_id, connection, credential_id, health, health_at, active, active_at, synced_at)
SELECT (n->>'router_id')::uuid, n->'connection', n->>'credential_id',
       n->'health', CASE WHEN n ? 'health' THEN now() END,
       n->'active', CASE WHEN n ? 'active' THEN now() END, (n->>'synced_at')::timestamptz
FROM jsonb_array_elements(%s::jsonb) n
ON CONFLICT (router_id) DO UPDATE SET
    connection = coalesce(excluded.connection, r.connection),
    credential_id = coalesce(excluded.credential_id, r.credential_id),
    health = coalesce(excluded.health, r.health), health_at = coalesce(excluded.health_at, r.health_at),
    active = coalesce(excluded.active, r.active), active_at = coalesce(excluded.active_at, r.active_at),
    synced_at = coalesce(excluded.synced_at, r.synced_at)
"""


class PostgresRouterLeases:
    """Satisfies RouterLeases. Time is the database's alone, so that clocks of hosts may differ."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], *, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease_s = lease_s

    async def claim(self, owner: str, routers: Collection[str]) -> Claim:
        values: dict[str, Any] = {"owner": owner, "routers": list(routers), "lease_s": self._lease_s}
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            share = await self._share(conn, values)
            cursor = await conn.execute(_HELD, values)
            held = [row[0] for row in await cursor.fetchall()]
            if len(held) < share:
                cursor = await conn.execute(_TAKE, {**values, "free": share - len(held)})
                held += [row[0] for row in await cursor.fetchall()]
        return Claim(tuple(held), max(0, len(held) - share))

    async def _share(self, conn: AsyncConnection[Any], values: dict[str, Any]) -> int:
        """Rounded up, so that nothing is left over."""
        await conn.execute(
            "INSERT INTO work.router_owners VALUES (%(owner)s, now())"
            " ON CONFLICT (owner) DO UPDATE SET seen_at = now()",
            values,
        )
        await conn.execute(
            "DELETE FROM work.router_owners WHERE seen_at < now() - make_interval(secs => %(lease_s)s)",
            values,
        )
        cursor = await conn.execute("SELECT count(*) FROM work.router_owners")
        row = await cursor.fetchone()
        owners = int(row[0]) if row else 1
        return -(-len(values["routers"]) // owners)

    async def renew(self, owner: str) -> frozenset[str]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "UPDATE work.router_leases SET expires_at = now() + make_interval(secs => %s)"
                " WHERE owner = %s AND expires_at >= now() RETURNING router_id::text",
                (self._lease_s, owner),
            )
            return frozenset([row[0] for row in await cursor.fetchall()])

    async def give_up(self, owner: str, routers: Collection[str]) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "DELETE FROM work.router_leases WHERE owner = %s AND router_id = ANY(%s::uuid[])",
                (owner, list(routers)),
            )

    async def leave(self, owner: str) -> None:
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("DELETE FROM work.router_leases WHERE owner = %s", (owner,))
            await conn.execute("DELETE FROM work.router_owners WHERE owner = %s", (owner,))

    async def note(self, notes: Sequence[RouterNote]) -> None:
        """Later notes of one router win, field by field."""
        merged: dict[str, dict[str, Any]] = {}
        for note in notes:
            given = {name: value for name, value in msgspec.to_builtins(note).items() if value is not None}
            merged.setdefault(note.router_id, {}).update(given)
        if merged:
            async with self._pool.connection() as conn:
                await conn.execute(_NOTE, (_json(list(merged.values())),))


def _json(value: Any) -> str:
    """PostgreSQL's text holds no U+0000, and a router may say anything."""
    return msgspec.json.encode(value).decode().replace("\\u0000", "\\ufffd")
