"""How far telemetry was sent on to a server of the user's."""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.telemetry import StreamPlace


class PostgresForwardedPlaces:
    """Satisfies ForwardedPlaces."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def forwarded(self) -> Mapping[int, StreamPlace]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT partition, stream, sequence FROM telemetry.forwarded")
            return {partition: StreamPlace(stream, sequence) async for partition, stream, sequence in cursor}

    async def set_forwarded(self, places: Mapping[int, StreamPlace]) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO telemetry.forwarded (partition, stream, sequence)"
                " SELECT * FROM unnest(%s::int[], %s::text[], %s::bigint[])"
                " ON CONFLICT (partition) DO UPDATE SET stream = excluded.stream, sequence = excluded.sequence",
                (
                    list(places),
                    [place.stream for place in places.values()],
                    [place.sequence for place in places.values()],
                ),
            )
