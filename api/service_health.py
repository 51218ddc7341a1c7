"""How the services that we stand on are, as /health tells it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PATIENCE_S = 3.0
CAUGHT_UP = 1_000
"""Events that a read model may be behind and still count as serving the present."""


class ServiceHealth:
    """Asks each service with a time limit; a service that does not answer is down, not an error."""

    def __init__(self, connect: Connect, nats_connected: Callable[[], bool], projections: int) -> None:
        self._connect = connect
        self._nats_connected = nats_connected
        self._projections = projections

    async def look(self) -> dict[str, Any]:
        database = await self._within(self._database)
        services: dict[str, Any] = {
            "postgres": {"status": "up" if database else "down"},
            "nats": {"status": "up" if self._nats_connected() else "down"},
            "workers": {"status": "down", "count": 0},
            "projections": {"status": "unknown"},
        }
        if database:
            workers, present, lag, failed, head = database
            services["workers"] = {"status": "up" if workers else "down", "count": workers}
            behind = present < self._projections or lag > CAUGHT_UP
            services["projections"] = {
                "status": "failed" if failed else "behind" if behind else "up",
                "lag": lag,
                "failed": failed,
                "ledger_position": head,
            }
        well = all(service["status"] == "up" for service in services.values())
        ready = bool(database) and services["projections"]["status"] in ("up", "failed")
        return {
            "status": "healthy" if well else "degraded" if database else "unhealthy",
            "ready": ready,
            "services": services,
            "timestamp": datetime.now(UTC),
        }

    async def _within(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await ask()
        except (psycopg.Error, PoolTimeout, TimeoutError, OSError):
            return None

    async def _database(self) -> tuple[int, int, int, list[str], int]:
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT (SELECT count(*) FROM work.workers WHERE seen_at > now() - interval '20 seconds'),"
                " count(*), coalesce(max(h.position - p.position) FILTER (WHERE state <> 'failed'), 0),"
                " coalesce(array_agg(name) FILTER (WHERE state = 'failed'), '{}'), coalesce(max(h.position), 0)"
                " FROM projections.positions p LEFT JOIN ledger.head h ON true"
            )
            workers, present, lag, failed, head = await cursor.fetchone()
        return workers, present, max(0, lag or 0), list(failed), head
