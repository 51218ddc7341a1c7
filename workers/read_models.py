"""Waits for read models: at the first start until they are made, later until they show all that was appended."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from domain.errors import Unavailable
from domain.ports import EventLog, PositionWatch
from projections.store import are_made

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 0.1
PATIENCE_S = 30.0
"""An older release that still projects knows nothing of new read models: whoever does without them goes on."""
CATCH_UP_S = 30.0
log = structlog.get_logger(__name__)


async def read_models_made(
    connect: Connect, names: Collection[str], *, patience_s: float = PATIENCE_S
) -> None:
    """Returns once the projector has made all of these, at the latest after `patience_s`."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + patience_s
    while not await _are_made(connect, names):
        if loop.time() >= give_up_at:
            log.warning(
                "read models are missing: is a projector of this release running?", after_s=patience_s
            )
            return
        await asyncio.sleep(LOOK_S)


async def _are_made(connect: Connect, names: Collection[str]) -> bool:
    try:
        async with connect() as conn:
            return await are_made(conn, names)
    except (Unavailable, OSError):  # the database is away
        return False


async def caught_up(
    events: EventLog, watch: PositionWatch, *names: str, within_s: float = CATCH_UP_S
) -> None:
    """Returns once these show all that was appended so far. Raises Unavailable."""
    head = await events.head()
    for name in names:
        if not await watch.wait_for_projection(name, head, within_s):
            raise Unavailable(f"the read model {name} did not reach position {head} within {within_s:g} s")
