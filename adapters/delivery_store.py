"""Deliveries of alerts in PostgreSQL: each piece of news once a channel, tried again until it is taken or given up."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.notification import Due, Wanted

_PLACE = -1
"""The notifier's row among the places of evaluation."""


class PostgresDeliveryStore:
    """Satisfies DeliveryStore."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def position(self) -> int | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT ledger FROM alerting.places WHERE partition = %s", (_PLACE,))
            row = await cursor.fetchone()
        return int(row[0]) if row else None

    async def want(
        self, wanted: Sequence[Wanted], position: int, *, wait_s: float, interval_s: float
    ) -> None:
        async with self._pool.connection() as conn, conn.transaction():
            if wanted:
                await conn.execute(
                    'WITH told AS (SELECT channel_id, "group", kind, max(ended_at) AS last_at FROM alerting.deliveries'
                    " WHERE state = 'delivered' AND created_at > now() - interval '1 hour' AND \"group\" <> ''"
                    ' GROUP BY channel_id, "group", kind)'
                    " INSERT INTO alerting.deliveries AS d"
                    ' (channel_id, alert_id, occurrence, kind, severity, "group", position, next_at)'
                    ' SELECT w.channel_id, w.alert_id, w.occurrence, w.kind, w.severity, w."group", w.position,'
                    " greatest(now() + make_interval(secs => %s), t.last_at + make_interval(secs => %s))"
                    " FROM json_populate_recordset(NULL::alerting.deliveries, %s::json) w"
                    ' LEFT JOIN told t ON (t.channel_id, t."group", t.kind) = (w.channel_id, w."group", w.kind)'
                    " ON CONFLICT (channel_id, alert_id, occurrence, kind) DO UPDATE"
                    " SET state = 'waiting', next_at = excluded.next_at, ended_at = NULL WHERE d.state = 'suppressed'",
                    (wait_s, interval_s, msgspec.json.encode(wanted).decode()),
                )
            await conn.execute(
                "INSERT INTO alerting.places (partition, version, place, ledger, findings) VALUES (%s, 1, '{}', %s, 0)"
                " ON CONFLICT (partition) DO UPDATE SET ledger = excluded.ledger, updated_at = now()",
                (_PLACE, position),
            )

    async def due(self, *, limit: int) -> list[Due]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                'SELECT row_to_json(d)::text FROM (SELECT id, channel_id, alert_id, occurrence, kind, "group", attempts'
                " FROM alerting.deliveries WHERE state = 'waiting' AND next_at <= now() ORDER BY next_at, id LIMIT %s) d",
                (limit,),
            )
            return [msgspec.json.decode(row[0], type=Due) for row in await cursor.fetchall()]

    async def delivered(self, ids: Sequence[int]) -> None:
        await self._end(ids, "delivered", "")

    async def suppressed(self, ids: Sequence[int], why: str) -> None:
        await self._end(ids, "suppressed", why)

    async def failed(self, ids: Sequence[int], why: str, *, again_in_s: float | None) -> None:
        if again_in_s is None:
            await self._end(ids, "failed", why)
            return
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE alerting.deliveries SET attempts = attempts + 1, error = %s,"
                " next_at = now() + make_interval(secs => %s) WHERE id = ANY(%s)",
                (why[:500], again_in_s, list(ids)),
            )

    async def told(self, alert_ids: Sequence[str]) -> set[tuple[str, str, int]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT channel_id::text, alert_id::text, occurrence FROM alerting.deliveries"
                " WHERE alert_id = ANY(%s::uuid[]) AND kind = 'raised' AND state IN ('delivered', 'waiting')",
                (list(alert_ids),),
            )
            return {(row[0], row[1], row[2]) for row in await cursor.fetchall()}

    async def _end(self, ids: Sequence[int], state: str, why: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE alerting.deliveries SET state = %s, error = %s, ended_at = now(),"
                " attempts = attempts + CASE WHEN %s = 'suppressed' THEN 0 ELSE 1 END WHERE id = ANY(%s)",
                (state, why[:500], state, list(ids)),
            )
            await conn.execute(
                "DELETE FROM alerting.deliveries WHERE id IN (SELECT id FROM alerting.deliveries"
                " WHERE created_at < now() - interval '90 days' ORDER BY created_at LIMIT 1000)"
            )
