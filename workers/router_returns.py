"""Waits for routers to come back: however many wait, the database is asked once for all of them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from projections import routers

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 0.5
log = structlog.get_logger(__name__)


class RouterReturns:
    """One a process."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._awaited: dict[str, tuple[asyncio.Event, int]] = {}
        """Router -> what its waiters wait for, and how many they are."""
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, router_id: str, at_most_s: float) -> bool:
        """True as soon as a worker owns the router and is connected to it."""
        event, waiters = self._awaited.get(router_id) or (asyncio.Event(), 0)
        self._awaited[router_id] = event, waiters + 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(at_most_s):
                await event.wait()
            return True
        except TimeoutError:
            return False
        finally:
            self._leave(router_id, event)

    def _leave(self, router_id: str, event: asyncio.Event) -> None:
        current, waiters = self._awaited.get(router_id) or (None, 0)
        if current is not event:
            return
        if waiters > 1:
            self._awaited[router_id] = event, waiters - 1
        else:
            del self._awaited[router_id]

    async def _look(self) -> None:
        """While anybody waits."""
        while self._awaited:
            await asyncio.sleep(LOOK_S)
            try:
                async with self._connect() as conn:
                    back = await routers.connected(conn, list(self._awaited))
            except Exception as error:  # the database is away: asked again with the next look
                log.debug("no look for returned routers", error=repr(error))
                continue
            for router_id in back:
                awaited = self._awaited.pop(router_id, None)
                if awaited is not None:
                    awaited[0].set()
