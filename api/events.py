"""The WebSocket /events: ledger events from a position on, and the progress of operations."""

import asyncio
import contextlib
from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import Dependency

from api.caller import Caller, viewer
from api.event_feed import EventFeed

_HELLO_S = 30.0
_BAD_HELLO = 4400


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the client says first. `types` are whole names or prefixes that end in a dot."""

    from_: Annotated[int, msgspec.Meta(ge=0)] | Literal["now"] = msgspec.field(name="from")
    types: list[str] = []


@websocket("/events", guards=[viewer])
async def events(
    socket: WebSocket[Caller, Any, Any], feed: Annotated[EventFeed, Dependency(skip_validation=True)]
) -> None:
    """Frames are `{"kind": "event", "position", "type", ...}` and `{"kind": "progress", "operation_id", ...}`.
    With `from` a position, every event above it comes, once and in order."""
    await socket.accept()
    hello = await _hello(socket)
    if hello is None:
        return
    async with contextlib.AsyncExitStack() as stack:
        progress = feed.listen()
        stack.callback(feed.leave, progress)
        sending = asyncio.Lock()
        tasks = [
            asyncio.create_task(_send_events(socket, feed, hello, sending)),
            asyncio.create_task(_send_progress(socket, progress, sending)),
            asyncio.create_task(_until_closed(socket)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _hello(socket: WebSocket[Caller, Any, Any]) -> Hello | None:
    try:
        async with asyncio.timeout(_HELLO_S):
            raw = await socket.receive_data(mode="text")
        return msgspec.json.decode(raw, type=Hello)
    except (msgspec.DecodeError, TimeoutError) as error:
        reason = f'send {{"from": position or "now", "types": [...]}}: {error}'
        await socket.close(code=_BAD_HELLO, reason=reason[:120])
        return None
    except WebSocketDisconnect:
        return None


async def _send_events(
    socket: WebSocket[Caller, Any, Any], feed: EventFeed, hello: Hello, sending: asyncio.Lock
) -> None:
    position = feed.position if hello.from_ == "now" else hello.from_
    types, role = tuple(hello.types), socket.user.role
    while True:
        frames = await feed.after(position)
        for frame in frames:
            wanted = not types or any(
                frame.topic == each or (each.endswith(".") and frame.topic.startswith(each)) for each in types
            )
            if wanted and frame.shown_to(role):
                async with sending:
                    await socket.send_text(frame.text)
        if frames:
            position = frames[-1].position


async def _send_progress(
    socket: WebSocket[Caller, Any, Any], progress: "asyncio.Queue[str]", sending: asyncio.Lock
) -> None:
    while True:
        text = await progress.get()
        async with sending:
            await socket.send_text(text)


async def _until_closed(socket: WebSocket[Caller, Any, Any]) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data(mode="text")


ROUTER = Router("/", route_handlers=[events])
