"""Group commit in front of the recorder: one thread commits whatever has gathered while it committed before."""

import asyncio
import contextlib
import threading
import time
from collections import deque

from adapters.ledger.group import Append, Span
from adapters.ledger.recorder import LedgerRecorder
from domain.errors import Unavailable

GROUP = 512
"""Appends a transaction, at most: bounds the latency of the last in the group."""
GROUP_BYTES = 16 * 2**20
"""A group takes no more once it holds this much."""
WAITING = 20_000
"""Appends that may wait; more are refused, as a database that is so slow would only answer after all have given up."""
PATIENCE = 0.5
"""The longest that a group waits for those who are about to come, as a share of the last commit's duration."""

_Waiting = tuple[Append, "asyncio.Future[Span]"]


class LedgerWriter:
    """`append` may be called by any number of coroutines of one event loop."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._waiting: deque[_Waiting] = deque()
        self._wanted = 1
        self._enough = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = False

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Commits what is waiting, then ends."""
        self._open = False
        self._enough.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def append(self, append: Append) -> "asyncio.Future[Span]":
        """The positions, once they are committed; raises VersionConflict, Refused (reused key) or Unavailable."""
        if not self._open or self._loop is None:
            raise Unavailable("the ledger is not open")
        waiting = self._waiting
        if len(waiting) >= WAITING:
            raise Unavailable("too many commands are waiting for the database; nothing was recorded")
        future: asyncio.Future[Span] = self._loop.create_future()
        waiting.append((append, future))
        if len(waiting) == self._wanted:
            self._enough.set()
        return future

    def _run(self) -> None:
        crowd, lasted_s = 1, 0.0
        while True:
            self._await(1, None)
            if not self._waiting:
                return
            # Those who were answered a moment ago are about to come back: one commit for all of them costs less
            # than two for half of them each, which was measured, on fast and on slow disks.
            self._await(min(crowd, GROUP), lasted_s * PATIENCE)
            group = self._take()
            started = time.perf_counter()
            self._commit(group)
            lasted_s = time.perf_counter() - started
            crowd = len(group) + len(self._waiting)

    def _await(self, wanted: int, timeout_s: float | None) -> None:
        """Until that many are waiting, the time is over, or the writer is stopped."""
        self._enough.clear()
        self._wanted = wanted
        if self._open and len(self._waiting) < wanted:
            self._enough.wait(timeout_s)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < GROUP and size < GROUP_BYTES:
            waiting = self._waiting.popleft()
            group.append(waiting)
            size += sum([len(event.state) for event in waiting[0].events])
        return group

    def _commit(self, group: list[_Waiting]) -> None:
        results: list[Span | Exception]
        try:
            results = self._recorder.insert_group([append for append, _ in group])
        except Exception as error:  # whatever it is, nobody may be left waiting
            results = [error] * len(group)
        assert self._loop is not None  # set before the thread starts
        with contextlib.suppress(RuntimeError):  # a loop that was closed has nobody waiting
            self._loop.call_soon_threadsafe(_resolve, group, results)


def _resolve(group: list[_Waiting], results: list[Span | Exception]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
