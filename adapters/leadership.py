"""Leadership by PostgreSQL's advisory locks, as a lease: it ends with the connection, and with a leader that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from domain.errors import Unavailable

LEASE_S = 8.0
"""PostgreSQL ends the connection of a leader that is silent for so long, and with it its lock."""
_SIGN_OF_LIFE_S = 2.0
_LEAD = "SELECT set_config('idle_session_timeout', %s, false), pg_advisory_lock(hashtextextended(%s, 0))"


class PostgresLeadership:
    """Satisfies Leadership. A leader that loses its lock is stopped with Unavailable as soon as it can notice."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    @asynccontextmanager
    async def lead(self, name: str) -> AsyncIterator[None]:
        lost: list[Exception] = []
        try:
            async with await AsyncConnection.connect(
                self._conninfo, autocommit=True, application_name=f"netledger {name}"
            ) as conn:
                await conn.execute(_LEAD, (f"{LEASE_S:g}s", f"netledger {name}"))
                leader = asyncio.current_task()
                assert leader is not None  # this is a coroutine
                keeping = asyncio.create_task(_keep(conn, leader, lost))
                try:
                    yield
                finally:
                    keeping.cancel()
                    await asyncio.wait([keeping])
        except asyncio.CancelledError:
            if not lost or (task := asyncio.current_task()) is None or task.uncancel():
                raise
            raise Unavailable(f"the leadership of {name} was lost", cause=type(lost[0]).__name__) from lost[0]
        except psycopg.OperationalError as error:
            raise Unavailable("the database is not reachable", cause=type(error).__name__) from error


async def _keep(conn: AsyncConnection, leader: "asyncio.Task[object]", lost: list[Exception]) -> None:
    """Signs of life, until the connection fails; then the leader is stopped."""
    try:
        while True:
            await asyncio.sleep(_SIGN_OF_LIFE_S)
            async with asyncio.timeout(LEASE_S / 2):
                await conn.execute("SELECT 1")
    except (psycopg.Error, TimeoutError) as error:
        lost.append(error)
        leader.cancel()
