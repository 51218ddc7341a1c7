"""What all WebSockets share: who may still listen, and the end that a client or its session puts to it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from api.authentication import Callers
from api.caller import Caller
from api.ending import ended

AnySocket = WebSocket[Caller, Any, Any]
ENDED = 4401
"""Close code: the session has ended, or its token opens nothing."""
REFUSED = 4404
"""Close code: what was asked for is not to be had; the reason says why."""
_CLOSE_REASON = 123
"""Bytes that a close frame's reason may take (RFC 6455, 5.5.1)."""
AGAIN_S = 5.0
"""How often it is looked up whether the caller may still listen, and as what."""
log = structlog.get_logger(__name__)


def close_reason(text: str) -> str:
    """As much of a text as fits into a close frame."""
    return text.encode()[:_CLOSE_REASON].decode(errors="ignore")


async def until_session_ends(
    callers: Callers, caller: Caller, changed: Callable[[Caller], None] = lambda _: None
) -> None:
    """Returns when the session or key that opened the connection is no longer good; tells who the caller is meanwhile."""
    while True:
        await asyncio.sleep(AGAIN_S)
        try:
            found = await callers.again(caller)
        except Exception as error:  # an outage of the database is no end of a session
            log.warning("subscriber not looked up", error=type(error).__name__)
            continue
        if found is None:
            return
        caller = found
        changed(found)


async def until_closed(socket: AnySocket) -> None:
    """What the client says is read and dropped."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data(mode="text")


async def until_first(*runs: Awaitable[None]) -> None:
    """Runs all until one ends; a client that leaves is no error."""
    tasks = [asyncio.ensure_future(run) for run in runs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(tasks)
    for task in done:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, WebSocketDisconnect):
            raise error
