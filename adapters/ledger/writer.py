"""Group commit in front of the recorder: one thread commits whatever has gathered while it committed before."""

import asyncio
import queue
import threading
from collections.abc import Callable

from adapters.ledger.recorder import Append, LedgerRecorder, Span
from domain.errors import Unavailable

GROUP = 512
"""Appends a transaction, at most: bounds the memory and the latency of the last in the group."""

_Waiting = tuple[Append, "asyncio.Future[Span]"]


class LedgerWriter:
    """`append` may be called by any number of coroutines of one event loop."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Commits what is waiting, then ends."""
        self._queue.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    async def append(self, append: Append) -> Span:
        """The positions, once they are committed; raises VersionConflict, Refused (reused key) or Unavailable."""
        if self._thread is None or self._loop is None:
            raise Unavailable("the ledger is not open")
        future: asyncio.Future[Span] = self._loop.create_future()
        self._queue.put((append, future))
        return await future

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            ended = False
            while len(group) < GROUP:
                try:
                    waiting = self._queue.get_nowait()
                except queue.Empty:
                    break
                if waiting is None:
                    ended = True
                    break
                group.append(waiting)
            self._commit(group)
            if ended:
                return

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            results = self._recorder.insert_group([append for append, _ in group])
        except Exception as error:  # whatever it is, nobody may be left waiting
            results = [error] * len(group)
        self._tell(lambda: _resolve(group, results))

    def _tell(self, callback: Callable[[], None]) -> None:
        assert self._loop is not None  # set before the thread starts
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)


def _resolve(group: list[_Waiting], results: list[Span | Exception]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
