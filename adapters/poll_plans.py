"""What devices have to be polled for, kept for whoever polls them next."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.snmp_polling import PollPlan


class PostgresPollPlans:
    """Satisfies PollPlans."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def load(self, device_ids: Sequence[str]) -> dict[str, PollPlan]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT device_id::text, plan::text FROM work.poll_plans WHERE device_id = ANY(%s::uuid[])",
                (list(device_ids),),
            )
            rows = await cursor.fetchall()
        plans: dict[str, PollPlan] = {}
        for device_id, plan in rows:
            try:
                plans[device_id] = msgspec.json.decode(plan, type=PollPlan)
            except msgspec.MsgspecError:
                continue  # of another release: looked for anew
        return plans

    async def save(self, device_id: str, plan: PollPlan) -> None:
        text = msgspec.json.encode(plan).decode().replace("\\u0000", "\\ufffd")  # jsonb holds no U+0000
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO work.poll_plans VALUES (%s, now(), %s::jsonb) ON CONFLICT (device_id)"
                " DO UPDATE SET found_at = excluded.found_at, plan = excluded.plan",
                (device_id, text),
            )
