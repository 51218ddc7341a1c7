"""Sessions of customers as their routers' owners see them, in PostgreSQL: who was online when, from where, under which address."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.router_reads import ActiveUser

_SEEN = """
WITH seen AS (
    SELECT DISTINCT ON (username, session_id) * FROM (
        SELECT s->>'name' AS username, s->>'session_id' AS session_id, s->>'address' AS address,
               s->>'caller_id' AS caller_id,
               now() - make_interval(secs => coalesce((s->>'uptime_s')::float8, 0)) AS started_at
        FROM jsonb_array_elements(%(active)s::jsonb) s) all_seen),
ended AS (UPDATE work.customer_sessions o SET ended_at = now()
    WHERE o.router_id = %(router_id)s AND o.ended_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM seen s WHERE s.username = o.username AND s.session_id = o.session_id
        AND abs(extract(epoch FROM s.started_at - o.started_at)) < %(slack_s)s))
INSERT INTO work.customer_sessions (router_id, username, session_id, address, caller_id, started_at)
SELECT %(router_id)s, s.username, s.session_id, s.address, s.caller_id, s.started_at FROM seen s
WHERE NOT EXISTS (SELECT 1 FROM work.customer_sessions o WHERE o.router_id = %(router_id)s AND o.ended_at IS NULL
    AND o.username = s.username AND o.session_id = s.session_id
    AND abs(extract(epoch FROM s.started_at - o.started_at)) < %(slack_s)s)
ON CONFLICT DO NOTHING
"""
_SLACK_S = 60
"""A router counts its ids anew after a reboot: the same id with another beginning is another session."""
_FORGET = "DELETE FROM work.customer_sessions WHERE ended_at < now() - make_interval(days => %s)"


class PostgresSessions:
    """Satisfies SessionLog."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def seen(self, router_id: str, active: Sequence[ActiveUser]) -> None:
        shown = msgspec.json.encode(active).decode().replace("\\u0000", "\\ufffd")
        async with self._pool.connection() as conn:
            await conn.execute(_SEEN, {"router_id": router_id, "active": shown, "slack_s": _SLACK_S})

    async def forget(self, older_than_days: int) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(_FORGET, (older_than_days,))
