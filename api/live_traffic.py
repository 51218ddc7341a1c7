"""The traffic of single users as it is now: each is read from its router while somebody watches, once for all who do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from domain.errors import Unavailable
from domain.router_ownership import RouterCalls
from domain.router_ports import RouterError

INTERVAL_S = 1.0
PATIENCE_S = 5.0
WATCHED = 200
"""Users watched at the same time in one process."""
log = structlog.get_logger(__name__)


class _Watched:
    """One user of one router, and who watches."""

    def __init__(self) -> None:
        self.watchers: set[asyncio.Queue[str]] = set()
        self.reading: asyncio.Task[None] | None = None

    def tell(self, frame: dict[str, Any]) -> None:
        """A slow reader loses the older sample, never the newest."""
        text = msgspec.json.encode(frame).decode()
        for watcher in self.watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait(text)


class LiveTraffic:
    """One a process."""

    def __init__(self, calls: RouterCalls, *, interval_s: float = INTERVAL_S) -> None:
        self._calls = calls
        self._interval_s = interval_s
        self._watched: dict[tuple[str, str], _Watched] = {}

    @contextlib.asynccontextmanager
    async def watch(self, router_id: str, user: str) -> AsyncIterator["asyncio.Queue[str]"]:
        """Frames of a user as JSON text. Raises Unavailable where too many are watched already."""
        key = (router_id, user.casefold())
        watched = self._watched.get(key)
        if watched is None:
            if len(self._watched) >= WATCHED:
                raise Unavailable(f"{WATCHED} users are watched already; try again later")
            watched = self._watched[key] = _Watched()
            watched.reading = asyncio.create_task(self._read(router_id, user, watched))
        watcher: asyncio.Queue[str] = asyncio.Queue(1)
        watched.watchers.add(watcher)
        try:
            yield watcher
        finally:
            watched.watchers.discard(watcher)
            if not watched.watchers:
                self._watched.pop(key, None)
                if watched.reading is not None:
                    watched.reading.cancel()

    async def _read(self, router_id: str, user: str, watched: _Watched) -> None:
        """An error is told as a frame, and the reading goes on: a router may come back, and a user may dial in."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._interval_s
            at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            frame: dict[str, Any] = {"kind": "traffic", "router_id": router_id, "user": user, "at": at}
            try:
                found = await self._calls.router(router_id).user_traffic(user, deadline_s=PATIENCE_S)
                frame |= msgspec.to_builtins(found)
            except RouterError as error:
                frame |= {"kind": "error", "code": error.code, "message": error.message}
            except Exception as error:  # a fault of ours must not leave watchers without a word
                log.error("live traffic not read", router=router_id, exc_info=error)
                frame |= {"kind": "error", "code": "INTERNAL_ERROR", "message": "the traffic was not read"}
            watched.tell(frame)
            await asyncio.sleep(max(0.0, due - loop.time()))
