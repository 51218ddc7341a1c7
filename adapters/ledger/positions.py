"""Follows how far the ledger and the projections are, by LISTEN/NOTIFY with a slow poll beneath it."""

import asyncio
from typing import Any

import psycopg
from psycopg import AsyncConnection

from domain.errors import Unavailable

LEDGER = "ledger"
_START_S = 60.0
_POLL_S = 2.0
"""Notifications can be lost with a connection; a look this often bounds the harm."""


class PostgresPositionWatch:
    """Satisfies PositionWatch. One connection a process, whatever the number of those who wait."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._positions: dict[str, int] = {}
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Returns once it knows the positions; raises Unavailable where the database does not come up."""
        self._task = asyncio.create_task(self._follow(), name="position-watch")
        try:
            async with asyncio.timeout(_START_S):
                await self._ready.wait()
        except TimeoutError:
            await self.stop()
            raise Unavailable("the database is not reachable, or has no tables yet") from None

    async def stop(self) -> None:
        # Before Python 3.12 `asyncio.wait_for`, which psycopg waits with, can swallow a cancellation.
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=0.1)

    def ledger_position(self) -> int:
        return self._positions.get(LEDGER, 0)

    async def wait_for_ledger(self, position: int, timeout_s: float) -> bool:
        return await self._wait(LEDGER, position, timeout_s)

    async def wait_for_projection(self, name: str, position: int, timeout_s: float) -> bool:
        return await self._wait(name, position, timeout_s)

    async def _wait(self, name: str, position: int, timeout_s: float) -> bool:
        if self._positions.get(name, 0) >= position:
            return True
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise asyncio.CancelledError  # `asyncio.wait_for` of some client lost it, before Python 3.12
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self._positions.get(name, 0) >= position)
        except TimeoutError:
            return False
        return True

    async def _follow(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="netledger watch"
                ) as conn:
                    await conn.execute("LISTEN ledger")
                    await conn.execute("LISTEN projection")
                    while True:
                        await self._look(conn)
                        self._ready.set()
                        async for notice in conn.notifies(timeout=_POLL_S):
                            await self._hear(notice.channel, notice.payload)
            except psycopg.Error:
                task = asyncio.current_task()
                if (
                    task is not None and task.cancelling()
                ):  # the cancellation came out as its rollback's error
                    raise asyncio.CancelledError from None
                await asyncio.sleep(0.2)

    async def _look(self, conn: AsyncConnection[Any]) -> None:
        cursor = await conn.execute(
            "SELECT 'ledger', position FROM ledger.head"
            " UNION ALL SELECT name, position FROM projections.positions"
        )
        async with self._changed:
            # A rebuilt projection may stand lower than its predecessor for a moment, so this sets, not raises.
            self._positions.update(dict(await cursor.fetchall()))
            self._changed.notify_all()

    async def _hear(self, channel: str, payload: str) -> None:
        names, _, position = payload.rpartition(":")
        async with self._changed:
            for key in names.split(",") if names else (channel,):
                self._positions[key] = max(self._positions.get(key, 0), int(position))
            self._changed.notify_all()
