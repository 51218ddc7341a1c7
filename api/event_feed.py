"""The ledger's events for WebSockets: recent ones kept encoded in memory, older ones read from the ledger."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from domain.codec import message
from domain.event import Recorded
from domain.ports import EventLog, PositionWatch
from domain.user import Role, covers

KEPT = 10_000
"""Recent events in memory, shared by all subscribers."""
QUEUE = 200
"""Progress messages that may wait for a slow reader; then the oldest is dropped, since the next says more."""
_BATCH = 500

FOR_ADMINS = ("user.", "api_key.")


class Frame(msgspec.Struct, frozen=True):
    """An encoded event and what decides who sees it."""

    position: int
    topic: str
    text: str

    def shown_to(self, role: Role) -> bool:
        return covers(role, "admin") or not self.topic.startswith(FOR_ADMINS)


class EventFeed:
    """One tail of the ledger a process, however many subscribers."""

    def __init__(self, events: EventLog, watch: PositionWatch) -> None:
        self._events = events
        self._watch = watch
        self._recent: deque[Frame] = deque(maxlen=KEPT)
        self._position = 0
        self._moved = asyncio.Condition()
        self._listeners: set[asyncio.Queue[str]] = set()

    @property
    def position(self) -> int:
        """Up to where events were seen."""
        return self._position

    async def run(self) -> None:
        """Follows the ledger from its present end, until cancelled."""
        self._position = max(self._position, await self._events.head())
        while True:
            batch = await self._events.read(self._position, limit=_BATCH)
            if not batch:
                await self._watch.wait_for_ledger(self._position + 1, 5.0)
                continue
            async with self._moved:
                self._recent.extend(_frame(recorded) for recorded in batch)
                self._position = batch[-1].position
                self._moved.notify_all()

    async def after(self, position: int) -> Sequence[Frame]:
        """The next events above a position, waiting where there are none yet."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._position > position)
            if self._recent and self._recent[0].position <= position + 1:
                first = position + 1 - self._recent[0].position
                return [self._recent[i] for i in range(first, min(first + _BATCH, len(self._recent)))]
        return [_frame(each) for each in await self._events.read(position, limit=_BATCH)]

    async def heard(self, operation_id: str, progress: dict[str, Any]) -> None:
        """Hands a progress message to everyone who listens."""
        text = msgspec.json.encode({"kind": "progress", "operation_id": operation_id, **progress}).decode()
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(text)

    def listen(self) -> "asyncio.Queue[str]":
        """A queue of progress messages; give it back to `leave`."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: "asyncio.Queue[str]") -> None:
        self._listeners.discard(queue)


def _frame(recorded: Recorded) -> Frame:
    text = msgspec.json.encode({"kind": "event", **message(recorded)}).decode()
    return Frame(recorded.position, recorded.topic, text)
