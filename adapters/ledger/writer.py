"""Group commit in front of the recorder: whatever has gathered while one group was committed is the next one.

Where nobody else writes, a group goes to PostgreSQL and back on the event loop itself, so that commands are decided while
it is on its way. What needs a closer look is done by a thread.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from adapters.ledger.datastore import APPEND
from adapters.ledger.flight import Answer, Flight
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
_LEAST_PATIENCE_S = 0.001
_WORTH_WAITING = 1.5
"""A commit that takes longer than so many times what all callers need to come again is worth waiting for all of them."""
_MEMORY = 0.9
"""How much of what was known of the callers' pace stays at each group."""

_Waiting = tuple[Append, "asyncio.Future[Span]"]
Results = Sequence[Span | Exception]


class LedgerWriter:
    """`append` may be called by any number of coroutines of one event loop."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._waiting: deque[_Waiting] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = False
        self._busy = False
        self._wanted = 1
        self._patience: asyncio.TimerHandle | None = None
        self._patience_s = _LEAST_PATIENCE_S
        self._idle = asyncio.Event()
        self._began_at = 0.0
        self._came, self._first_at, self._last_at = 0, 0.0, 0.0
        """How many came since the last group ended, and between which moments."""
        self._pace_s = 0.0
        """How long one caller after the other takes to come while many do."""

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "ledger-writer")
        self._idle.set()
        self._open = True

    async def stop(self) -> None:
        """Commits what is waiting, then ends."""
        self._open = False
        if self._thread is not None:
            if self._waiting and not self._busy:
                self._begin()
            await self._idle.wait()
            await asyncio.to_thread(self._thread.shutdown)
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
        self._last_at = time.perf_counter()
        self._came += 1
        if self._came == 1:
            self._first_at = self._last_at
        if not self._busy:
            if len(waiting) >= self._wanted:
                self._begin()
            elif self._patience is None:
                self._patience = self._loop.call_later(self._patience_s, self._begin)
        return future

    def _begin(self) -> None:
        """Sends what is waiting, at once."""
        assert self._loop is not None  # set before anything can wait
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        group = self._take()
        self._busy = True
        self._idle.clear()
        self._began_at = time.perf_counter()
        appends = [append for append, _ in group]
        try:
            attempt = self._recorder.attempt(appends)
        except Exception as error:  # whatever it is, nobody may be left waiting
            self._loop.call_soon(self._end, group, [error] * len(group))
            return
        if attempt is None:
            self._carefully(group, lambda: self._recorder.insert_group(appends))
            return

        def landed(answer: Answer) -> None:
            results = self._recorder.arrived(attempt, answer)
            if results is None:
                self._carefully(group, lambda: self._recorder.look_closer(attempt, answer))
            else:
                self._end(group, results)

        Flight(attempt.conn, self._loop, landed).depart(APPEND, attempt.parameters)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < GROUP and size < GROUP_BYTES:
            waiting = self._waiting.popleft()
            group.append(waiting)
            size += sum([len(event.state) for event in waiting[0].events])
        return group

    def _carefully(self, group: list[_Waiting], work: Callable[[], Results]) -> None:
        """In the thread."""
        assert self._loop is not None  # set before anything can wait
        assert self._thread is not None
        found = asyncio.wrap_future(self._thread.submit(work), loop=self._loop)

        def done(results: "asyncio.Future[Results]") -> None:
            error = results.exception()
            self._end(group, [error] * len(group) if isinstance(error, Exception) else results.result())

        found.add_done_callback(done)

    def _end(self, group: list[_Waiting], results: Results) -> None:
        """The next group leaves before the answers of this one are told, so that it travels meanwhile."""
        assert self._loop is not None  # set before anything can wait
        self._busy = False
        lasted_s = time.perf_counter() - self._began_at
        crowd = len(group) + len(self._waiting)
        self._wanted = max(1, min(int(crowd * self._share(lasted_s, crowd)), GROUP))
        self._patience_s = max(lasted_s * PATIENCE, _LEAST_PATIENCE_S)
        if len(self._waiting) >= self._wanted or (self._waiting and not self._open):
            self._begin()
        elif self._waiting:
            self._patience = self._loop.call_later(self._patience_s, self._begin)
        else:
            self._idle.set()
        _resolve(group, results)

    def _share(self, lasted_s: float, crowd: int) -> float:
        """How many of the callers to wait for: half of them where a commit takes about as long as they need to decide
        their next commands, as both then overlap; all where it takes much longer, as one commit for all costs less
        than two for half of them each."""
        if self._came > 1:
            pace_s = (self._last_at - self._first_at) / (self._came - 1)
            self._pace_s = self._pace_s * _MEMORY + pace_s * (1 - _MEMORY) if self._pace_s else pace_s
        self._came = 0
        return 0.5 if lasted_s < self._pace_s * crowd * _WORTH_WAITING else 1.0


def _resolve(group: list[_Waiting], results: Results) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
