"""Turns on devices as leases in PostgreSQL: operations on one device follow each other, whichever worker has them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.errors import Unavailable

LEASE_S = 12.0
"""A worker that is silent for so long has lost its turn."""
_LOOK_S = 0.25

_TAKE = """
INSERT INTO work.device_turns AS t (device_id, holder, expires_at)
VALUES (%(device)s, %(holder)s, now() + make_interval(secs => %(lease_s)s))
ON CONFLICT (device_id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE t.holder = excluded.holder OR t.expires_at < now()
RETURNING 1
"""
_KEEP = """
UPDATE work.device_turns SET expires_at = now() + make_interval(secs => %(lease_s)s)
WHERE device_id = %(device)s AND holder = %(holder)s RETURNING 1
"""
_LEAVE = "DELETE FROM work.device_turns WHERE device_id = %(device)s AND holder = %(holder)s"


class PostgresDeviceTurns:
    """Satisfies DeviceTurns. Time is the database's alone."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], *, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease_s = lease_s

    @contextlib.asynccontextmanager
    async def turn(self, device_id: str, holder: str, *, wait_s: float) -> AsyncIterator[None]:
        values = {"device": device_id, "holder": holder, "lease_s": self._lease_s}
        await self._take(values, wait_s)
        worker = asyncio.current_task()
        assert worker is not None  # this is a coroutine
        lost: list[str] = []
        keeping = asyncio.create_task(self._keep(values, worker, lost))
        try:
            yield
        except asyncio.CancelledError:
            if not lost or worker.uncancel():
                raise
            raise Unavailable(lost[0]) from None
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
            if not lost:
                with contextlib.suppress(Unavailable):  # the lease ends by itself
                    await self._run(_LEAVE, values)

    async def _take(self, values: dict[str, Any], wait_s: float) -> None:
        pause_s, loop = _LOOK_S, asyncio.get_running_loop()
        until = loop.time() + wait_s
        while not await self._run(_TAKE, values):
            if loop.time() >= until:
                raise Unavailable(
                    f"other operations have the device {values['device']} for {wait_s:g} s already"
                )
            await asyncio.sleep(pause_s)
            pause_s = min(2.0, pause_s * 1.3)

    async def _keep(self, values: dict[str, Any], worker: "asyncio.Task[object]", lost: list[str]) -> None:
        """Renews the lease; stops the worker once somebody else has it, or may have it."""
        loop = asyncio.get_running_loop()
        held_until = loop.time() + self._lease_s
        while True:
            await asyncio.sleep(self._lease_s / 4)
            try:
                if not await self._run(_KEEP, values):
                    lost.append(f"another operation took over the device {values['device']}")
                else:
                    held_until = loop.time() + self._lease_s
            except Unavailable as error:
                if loop.time() > held_until - self._lease_s / 4:
                    lost.append(f"the turn on the device {values['device']} was lost: {error.message}")
            if lost:
                worker.cancel()
                return

    async def _run(self, query: str, values: dict[str, Any]) -> bool:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query, values)
            return cursor.rowcount > 0
