"""The WebSocket /events: ledger events from a position on, and the progress of operations."""

import asyncio
import contextlib
from typing import Annotated, Literal

import msgspec
from litestar import Router, websocket

from api.authentication import Callers
from api.caller import Caller, viewer
from api.event_feed import EventFeed, Frame
from api.provided import CallersAgain, Feed
from api.sockets import (
    ENDED,
    AnySocket,
    first_message,
    until_closed,
    until_first,
    until_session_ends,
)

TypeName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the client says first. `types` are whole names or prefixes that end in a dot."""

    from_: Annotated[int, msgspec.Meta(ge=0)] | Literal["now"] = msgspec.field(name="from")
    types: Annotated[list[TypeName], msgspec.Meta(max_length=100)] = []

    def wants(self, topic: str) -> bool:
        return not self.types or any(
            topic == each or (each.endswith(".") and topic.startswith(each)) for each in self.types
        )


@websocket("/events", guards=[viewer])
async def events(socket: AnySocket, feed: Feed, callers: CallersAgain) -> None:
    """Frames are `{"kind": "event", "position", "type", ...}` and `{"kind": "progress", "operation_id", ...}`.
    With `from` a position, every event above it comes, once and in order."""
    await socket.accept()
    hello = await first_message(socket, Hello, example='{"from": position or "now", "types": [...]}')
    if hello is None:
        return
    subscription = _Subscription(socket, feed, hello, callers)
    async with contextlib.AsyncExitStack() as stack:
        progress = feed.listen()
        stack.callback(feed.leave, progress)
        await until_first(
            subscription.send_events(),
            subscription.send_progress(progress),
            subscription.look_again(),
            until_closed(socket),
        )


class _Subscription:
    """One subscriber: nothing is sent before the one before is gone, so a slow reader takes no memory."""

    def __init__(self, socket: AnySocket, feed: EventFeed, hello: Hello, callers: Callers) -> None:
        self._socket = socket
        self._feed = feed
        self._hello = hello
        self._callers = callers
        self._caller = socket.user
        self._position = feed.position if hello.from_ == "now" else hello.from_
        self._sending = asyncio.Lock()

    async def send_events(self) -> None:
        while True:
            frames = await self._feed.after(self._position)
            for frame in frames:
                if self._shows(frame):
                    await self._send(frame.text)
                self._position = frame.position

    async def send_progress(self, progress: "asyncio.Queue[str]") -> None:
        while True:
            await self._send(await progress.get())

    async def look_again(self) -> None:
        """Ends the connection with the session or key that opened it; a role that changed counts from then on."""
        await until_session_ends(self._callers, self._caller, self._is_now)
        async with self._sending:
            await self._socket.close(code=ENDED, reason="the session has ended; log in again")

    def _is_now(self, caller: Caller) -> None:
        self._caller = caller

    def _shows(self, frame: Frame) -> bool:
        return self._hello.wants(frame.topic) and frame.shown_to(self._caller.role)

    async def _send(self, text: str) -> None:
        async with self._sending:
            await self._socket.send_text(text)


ROUTER = Router("/", route_handlers=[events])
