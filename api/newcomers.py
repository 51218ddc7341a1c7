"""Sees to it that adding a device by hand and discovering it at the same moment make one record."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from api.positions import seen
from domain.discovery import identity_lock
from domain.errors import Unavailable
from domain.ports import EventLog, Leadership, PositionWatch
from projections.inventory_queries import Candidate, candidates

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PATIENCE_S = 10.0


class NewDevices:
    def __init__(
        self, connect: Connect, watch: PositionWatch, events: EventLog, leadership: Leadership
    ) -> None:
        self._connect = connect
        self._watch = watch
        self._events = events
        self._leadership = leadership

    @contextlib.asynccontextmanager
    async def at(self, site: str, address: str) -> AsyncIterator[Candidate | None]:
        """The active device at this address, None where there is none; meanwhile nobody else makes one at the site."""
        try:
            async with asyncio.timeout(_PATIENCE_S), self._leadership.lead(identity_lock(site)):
                if not await seen(self._watch, "inventory", await self._events.head()):
                    raise Unavailable(
                        "the read model inventory is behind; try again", code="READ_MODEL_BEHIND"
                    )
                async with self._connect() as conn:
                    found = await candidates(conn, site, [address], [])
                yield next((each for each in found if each.state == "active"), None)
        except TimeoutError:
            raise Unavailable("a discovery is recording devices of this site; try again") from None
