"""The worker processes that live: where, since when, and what they do."""

from datetime import datetime

import msgspec
from litestar import Router, get
from psycopg.rows import class_row

from api.caller import admin
from api.provided import Connect
from api.service_health import ALIVE


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """`services` are the kinds of work that it takes; `routers`: connections that it owns."""

    id: str
    host: str
    pid: int
    services: list[str]
    started_at: datetime
    seen_at: datetime
    routers: int


class WorkerList(msgspec.Struct, frozen=True):
    """By host and process."""

    items: list[Worker]


_ALIVE = f"""
SELECT w.id, host, pid, string_to_array(kind, ',') AS services, started_at, seen_at,
    (SELECT count(*) FROM work.router_leases l WHERE l.owner = w.id AND l.expires_at >= now()) AS routers
FROM work.workers w WHERE {ALIVE} ORDER BY host, pid LIMIT 1000
"""


@get("/workers", guards=[admin])
async def list_workers(connect: Connect) -> WorkerList:
    """Those that gave a sign of life in the last 20 seconds."""
    async with connect() as conn, conn.cursor(row_factory=class_row(Worker)) as cursor:
        await cursor.execute(_ALIVE)
        return WorkerList(await cursor.fetchall())


ROUTER = Router("/", route_handlers=[list_workers], tags=["health"])
