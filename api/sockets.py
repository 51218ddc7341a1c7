"""What all WebSockets share: who may still listen, and the end that a client or its session puts to it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from api.authentication import Callers
from api.caller import Caller
from api.ending import ended

T = TypeVar("T")
AnySocket = WebSocket[Caller, Any, Any]
ENDED = 4401
"""Close code: the session has ended, or its token opens nothing."""
REFUSED = 4404
"""Close code: what was asked for is not to be had; the reason says why."""
_BAD_FIRST = 4400
"""Close code: the first message is not what it must be."""
_FIRST_S = 30.0
_CLOSE_REASON = 123
"""Bytes that a close frame's reason may take (RFC 6455, 5.5.1)."""
AGAIN_S = 5.0
"""How often it is looked up whether the caller may still listen, and as what."""
log = structlog.get_logger(__name__)


def close_reason(text: str) -> str:
    """As much of a text as fits into a close frame."""
    return text.encode()[:_CLOSE_REASON].decode(errors="ignore")


async def first_message(socket: AnySocket, kind: type[T], *, example: str) -> T | None:
    """What the client says first. None where it left, or said something else or nothing: then it was told the example,
    and the connection is closed."""
    try:
        async with asyncio.timeout(_FIRST_S):
            raw = await socket.receive_data(mode="text")
        return msgspec.json.decode(raw or b"", type=kind)
    except (msgspec.DecodeError, RecursionError, TimeoutError) as error:
        await socket.close(code=_BAD_FIRST, reason=close_reason(f"say {example} first: {error}"))
        return None
    except WebSocketDisconnect:
        return None


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
