"""The ledger's events for WebSockets: recent ones kept encoded in memory, older ones read from the ledger."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from domain.codec import message
from domain.event import Recorded
from domain.ports import EventLog, PositionWatch
from domain.role import Role, covers
from projections.audit import ADMIN_ONLY

KEPT = 10_000
"""Recent events in memory, shared by all subscribers."""
KEPT_BYTES = 32 * 2**20
"""Of encoded events: some are large, as when a device with thousands of interfaces is identified."""
WAITING = 200
"""Progress messages that may wait for a slow reader; then the oldest is dropped, since the next says more."""
_BATCH = 100
_AGAIN_S = 0.5
log = structlog.get_logger(__name__)


class Frame(msgspec.Struct, frozen=True):
    """An encoded event and what decides who sees it."""

    position: int
    topic: str
    text: str

    def shown_to(self, role: Role) -> bool:
        return covers(role, "admin") or not self.topic.startswith(ADMIN_ONLY)


class EventFeed:
    """One tail of the ledger a process, however many subscribers."""

    def __init__(
        self, events: EventLog, watch: PositionWatch, *, kept: int = KEPT, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._events = events
        self._watch = watch
        self._recent: deque[Frame] = deque()
        self._kept, self._kept_bytes = kept, kept_bytes
        self._bytes = 0
        self._position = 0
        self._moved = asyncio.Condition()
        self._listeners: set[asyncio.Queue[str]] = set()

    @property
    def position(self) -> int:
        """Up to where events were seen."""
        return self._position

    @property
    def remembered_bytes(self) -> int:
        """What the recent events take, encoded."""
        return self._bytes

    async def start(self) -> None:
        """Begins at the ledger's present end."""
        self._position = await self._events.head()

    async def keep_running(self) -> None:
        """Through outages of the database, until cancelled."""
        while True:
            try:
                await self.run()
            except Exception as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():  # the cancellation came out as another error
                    raise asyncio.CancelledError from None
                log.warning("event feed waits for the database", error=type(error).__name__)
                await asyncio.sleep(_AGAIN_S)

    async def run(self) -> None:
        """Follows the ledger. Run again after an outage, it goes on where it was: the recent events must have no gap."""
        while True:
            batch = await self._events.read(self._position, limit=_BATCH)
            if not batch:
                await self._watch.wait_for_ledger(self._position + 1, 5.0)
                continue
            async with self._moved:
                self._remember(batch)
                self._position = batch[-1].position
                self._moved.notify_all()

    def _remember(self, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            frame = _frame(recorded)
            self._recent.append(frame)
            self._bytes += len(frame.text)
        while self._recent and (len(self._recent) > self._kept or self._bytes > self._kept_bytes):
            self._bytes -= len(self._recent.popleft().text)

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
        frame = {**progress, "kind": "progress", "operation_id": operation_id}
        text = msgspec.json.encode(frame).decode()
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(text)

    def listen(self) -> "asyncio.Queue[str]":
        """A queue of progress messages; give it back to `leave`."""
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: "asyncio.Queue[str]") -> None:
        self._listeners.discard(queue)


def _frame(recorded: Recorded) -> Frame:
    text = msgspec.json.encode({"kind": "event", **message(recorded)}).decode()
    return Frame(recorded.position, recorded.topic, text)
