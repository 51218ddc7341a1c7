"""A pool of connections to PostgreSQL that recovers soon after an outage and says of one that the database is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.errors import Unavailable

_PATIENCE_S = 10.0
_RECONNECT_S = 3.0
"""The pool's pauses between two attempts double up to this long; a new request then begins with short ones again."""

_TRUSTED_S = 1.0
"""How long a connection counts as alive after it was asked."""


class Connections(AsyncConnectionPool[AsyncConnection[Any]]):
    """Connections in autocommit, tested before they are handed out."""

    def __init__(
        self,
        conninfo: str,
        *,
        name: str,
        min_size: int = 2,
        max_size: int = 16,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._checked: WeakKeyDictionary[AsyncConnection[Any], float] = WeakKeyDictionary()
        super().__init__(
            conninfo,
            min_size=min_size,
            max_size=max_size,
            kwargs={
                "autocommit": True,
                "application_name": name,
                "connect_timeout": 3,
                "options": "-c TimeZone=UTC",  # times leave PostgreSQL as text
            },
            open=False,
            check=self._check,
            timeout=patience_s,
            reconnect_timeout=_RECONNECT_S,
        )

    async def _check(self, conn: AsyncConnection[Any]) -> None:
        """Asks a connection that has been idle for a while whether it lives; under load that would double the questions."""
        now = time.monotonic()
        if now - self._checked.get(conn, 0.0) > _TRUSTED_S:
            await AsyncConnectionPool.check_connection(conn)
            self._checked[conn] = now

    @asynccontextmanager
    async def connection(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # the pool's own parameter
    ) -> AsyncIterator[AsyncConnection[Any]]:
        """Raises Unavailable where none can be had, or where what is asked on it breaks off.

        Before Python 3.12 `asyncio.wait_for`, which the driver waits with, can lose a cancellation; one that came in here
        comes out at the end at the latest, so that a service ends when it is asked to and not when it is asked again.
        """
        before = _cancellations()
        try:
            async with super().connection(timeout) as conn:
                yield conn
        except psycopg.OperationalError as error:
            if _cancellations() > before:
                raise asyncio.CancelledError from error
            raise Unavailable("the database is not reachable", cause=type(error).__name__) from error
        if _cancellations() > before:
            raise asyncio.CancelledError


def _cancellations() -> int:
    """How often the running task was asked to end; more than before where it is being asked, and nobody took it back."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
