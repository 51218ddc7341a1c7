"""Records a terminal session while it goes on: written now and then, bounded, and never in its way."""

import asyncio
import contextlib
import time

import structlog

from domain.asciicast import Asciicast
from domain.terminal_ports import RecordingStore

LARGEST = 16 * 2**20
"""Characters of one recording."""
WRITE_S = 3.0
"""How much of it a crash may lose."""
log = structlog.get_logger(__name__)


class Recording:
    """Of one session. `typed` and `shown` count bytes, whether they were recorded or not."""

    def __init__(self, store: RecordingStore, session_id: str) -> None:
        self._store = store
        self._session_id = session_id
        self._cast = Asciicast(largest=LARGEST)
        self._began = time.monotonic()
        self._waiting: list[str] = []
        self._parts = 0
        self._failed = False
        self._writing = asyncio.Lock()
        self.typed = 0
        self.seen = 0

    @property
    def whole(self) -> bool:
        return self._cast.whole and not self._failed

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def begin(self, columns: int, rows: int, title: str) -> None:
        self._waiting.append(self._cast.begin(columns, rows, time.time(), title))

    def shown(self, data: bytes) -> None:
        self.seen += len(data)
        self._waiting.append(self._cast.shown(self.elapsed_s, data))

    def resized(self, columns: int, rows: int) -> None:
        self._waiting.append(self._cast.resized(self.elapsed_s, columns, rows))

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(WRITE_S)
            await self.write()

    async def write(self) -> None:
        """An outage of the database ends the recording, not the session: who repairs a network must not be cut off."""
        async with self._writing:
            text = "".join(self._waiting)
            self._waiting.clear()
            if not text or self._failed:
                return
            try:
                await self._store.append(self._session_id, self._parts, text)
                self._parts += 1
            except Exception as error:
                self._failed = True
                log.warning("terminal not recorded", session=self._session_id, error=type(error).__name__)

    async def forget_old(self) -> None:
        with contextlib.suppress(Exception):  # the next session does it
            await self._store.forget_old()
