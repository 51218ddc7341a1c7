"""The commands that wait for one router: three lanes by priority, each first come, first served, all bounded."""

import asyncio
from collections import deque
from collections.abc import Callable

from adapters.routeros.wire import Answer
from domain.router_ports import Priority, RouterError

PRIORITIES: tuple[Priority, ...] = ("live", "normal", "bulk")
PATIENCE = 8
"""After so many commands that overtook it, the one that waited longest goes next."""
REPEATABLE = ("/print", "/monitor-traffic")


class Job:
    """One command with its deadline (loop time). `sent` once it may have reached the router."""

    __slots__ = ("command", "deadline", "done", "lane", "number", "sent", "tries", "words")

    def __init__(self, command: str, words: tuple[str, ...], priority: Priority, deadline: float) -> None:
        self.command = command
        self.words = words
        self.lane = PRIORITIES.index(priority)
        self.deadline = deadline
        self.done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.sent = False
        self.tries = 0
        self.number = 0

    @property
    def repeatable(self) -> bool:
        """Reads may be sent again after the connection broke."""
        return self.command.endswith(REPEATABLE)

    def fail(self, error: RouterError) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # whoever asked may be gone; asyncio need not complain


class Lanes:
    """Jobs that nobody waits for any more are dropped when their turn comes."""

    __slots__ = ("_count", "_lanes", "_limit", "_overtaken")

    def __init__(self, limit: int = 1_000) -> None:
        self._lanes: tuple[deque[Job], ...] = (deque(), deque(), deque())
        self._limit = limit
        self._count = 0
        self._overtaken = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def put(self, job: Job) -> None:
        """Raises ROUTER_BUSY when too many wait."""
        if len(self) >= self._limit:
            raise RouterError(
                "ROUTER_BUSY",
                f"{self._limit} commands wait for this router already; try again later",
                queued=len(self),
            )
        self._count += 1
        job.number = self._count
        self._lanes[job.lane].append(job)

    def put_back(self, job: Job) -> None:
        """A job that the router did not answer goes first in its lane."""
        self._lanes[job.lane].appendleft(job)

    def take(self) -> Job | None:
        """The next job that somebody still waits for."""
        while (lane := self._next_lane()) is not None:
            job = lane.popleft()
            if not job.done.done():
                return job
        return None

    def _next_lane(self) -> deque[Job] | None:
        waiting = [lane for lane in self._lanes if lane]
        if not waiting:
            return None
        oldest = min(waiting, key=lambda lane: lane[0].number)
        if oldest is waiting[0]:
            self._overtaken = 0
            return oldest
        self._overtaken += 1
        if self._overtaken > PATIENCE:
            self._overtaken = 0
            return oldest
        return waiting[0]

    def fail_all(self, error: Callable[[], RouterError]) -> None:
        """Each gets an exception of its own, since raising one writes to it."""
        for lane in self._lanes:
            while lane:
                lane.popleft().fail(error())
