"""How the services that we stand on are, as /health tells it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec
import psycopg

from domain.errors import Unavailable
from projections import routers

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PATIENCE_S = 3.0
WARM_S = 15.0
"""A start waits no longer than this for routers."""
ALIVE = "seen_at > now() - interval '20 seconds'"
"""Of workers."""
CAUGHT_UP = 1_000
"""Events that a read model may be behind and still count as serving the present."""


class Service(msgspec.Struct, frozen=True):
    """Whether a server that we stand on answers."""

    status: Literal["up", "down"]


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    """Worker processes that gave a sign of life in the last 20 seconds."""

    status: Literal["up", "down"]
    count: int = 0


class ReadModels(msgspec.Struct, frozen=True, kw_only=True):
    """The projections: `lag` in events of the one that is furthest behind, `failed` the names of those that stopped."""

    status: Literal["up", "behind", "failed", "unknown"]
    lag: int = 0
    failed: list[str] = []
    ledger_position: int = 0


class RoutersSeen(msgspec.Struct, frozen=True, kw_only=True):
    """warming: just started, and not all routers have been tried and read yet."""

    status: Literal["up", "warming", "unknown"]
    known: int = 0
    connected: int = 0


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """All that Netledger needs beside this process."""

    postgres: Service
    nats: Service
    workers: Workers
    projections: ReadModels
    routers: RoutersSeen


class ServicesHealth(msgspec.Struct, frozen=True, kw_only=True):
    """degraded: reads and commands work, something else does not; unhealthy: nothing works."""

    status: Literal["healthy", "degraded", "unhealthy"]
    ready: bool
    services: Services
    timestamp: datetime


class _Found(NamedTuple):
    workers: int
    present: int
    lag: int
    failed: list[str]
    head: int


class ServiceHealth:
    """Asks each service with a time limit; a service that does not answer is down, not an error."""

    def __init__(
        self,
        connect: Connect,
        nats_connected: Callable[[], bool],
        projections: int,
        *,
        warm_s: float = WARM_S,
    ) -> None:
        self._connect = connect
        self._nats_connected = nats_connected
        self._projections = projections
        self._warm_by = time.monotonic() + warm_s
        self._warm = False

    async def look(self) -> ServicesHealth:
        found = await self._database()
        services = Services(
            postgres=Service("up" if found else "down"),
            nats=Service("up" if self._nats_connected() else "down"),
            workers=Workers(
                status="up" if found and found.workers else "down", count=found.workers if found else 0
            ),
            projections=self._read_models(found) if found else ReadModels(status="unknown"),
            routers=await self._routers() if self._made(found) else RoutersSeen(status="unknown"),
        )
        well = all(
            service.status == "up"
            for service in (services.postgres, services.nats, services.workers, services.projections)
        )
        return ServicesHealth(
            status="healthy" if well else "degraded" if found else "unhealthy",
            ready=found is not None
            and services.projections.status in ("up", "failed")
            and services.routers.status == "up",
            services=services,
            timestamp=datetime.now(UTC),
        )

    def _made(self, found: _Found | None) -> bool:
        """At the very first start the tables of read models are not there for a moment."""
        return found is not None and found.present >= self._projections

    def _read_models(self, found: _Found) -> ReadModels:
        behind = not self._made(found) or found.lag > CAUGHT_UP
        return ReadModels(
            status="failed" if found.failed else "behind" if behind else "up",
            lag=found.lag,
            failed=found.failed,
            ledger_position=found.head,
        )

    async def _routers(self) -> RoutersSeen:
        """Warming up ends for good, and after a while in any case: a router that hangs must not keep us from serving."""
        try:
            async with asyncio.timeout(_PATIENCE_S), self._connect() as conn:
                seen = await routers.warmth(conn)
        except (psycopg.Error, Unavailable, TimeoutError, OSError):
            seen = None
        if (seen is not None and not seen.cold) or time.monotonic() >= self._warm_by:
            self._warm = True
        if seen is None:
            return RoutersSeen(status="up" if self._warm else "unknown")
        return RoutersSeen(
            status="up" if self._warm else "warming", known=seen.known, connected=seen.connected
        )

    async def _database(self) -> _Found | None:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._connect() as conn:
                cursor = await conn.execute(_STANDING)
                return _Found(*await cursor.fetchone())
        except (psycopg.Error, Unavailable, TimeoutError, OSError):
            return None


_STANDING = f"""
SELECT (SELECT count(*) FROM work.workers WHERE {ALIVE}),
    count(*),
    greatest(0, coalesce(max(coalesce(h.position, 0) - p.position) FILTER (WHERE state <> 'failed'), 0)),
    coalesce(array_agg(name) FILTER (WHERE state = 'failed'), '{{}}'),
    coalesce(max(h.position), 0)
FROM projections.positions p LEFT JOIN ledger.head h ON true
"""
