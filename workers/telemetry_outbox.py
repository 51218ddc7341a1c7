"""Polls on their way to the stream: sent together, kept while the stream is away, the oldest given up when there are too many."""

import asyncio
from collections import deque

import structlog

from domain.telemetry import Poll, TelemetryPublisher

MOST_SAMPLES = 1_000_000
"""About 100 MB: two minutes of 100,000 interfaces polled once a minute."""
TOGETHER = 500
PAUSE_S = 0.2
_AGAIN_S = 1.0
log = structlog.get_logger(__name__)


class TelemetryOutbox:
    """One a process. What the stream may have taken already is sent again when its answer was lost: it keeps it once."""

    def __init__(self, publisher: TelemetryPublisher, *, most_samples: int = MOST_SAMPLES) -> None:
        self._publisher = publisher
        self._most_samples = most_samples
        self._waiting: deque[Poll] = deque()
        self.samples = 0
        """That wait."""
        self._news = asyncio.Event()
        self.lost = 0
        """Samples given up for want of room."""

    def put(self, poll: Poll) -> None:
        self._waiting.append(poll)
        self.samples += len(poll.samples)
        while self.samples > self._most_samples and len(self._waiting) > 1:
            oldest = self._waiting.popleft()
            self.samples -= len(oldest.samples)
            self.lost += len(oldest.samples)
        self._news.set()

    async def run(self) -> None:
        """Until cancelled; what still waits then gets one chance."""
        told = 0
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    await asyncio.sleep(PAUSE_S if await self._send() else _AGAIN_S)
                    if self.lost > told:
                        log.warning("telemetry given up, the stream is away", samples=self.lost - told)
                        told = self.lost
        finally:
            if self._waiting:
                await self._send()

    async def _send(self) -> bool:
        """Whether all of a batch, or of all that waits, was taken."""
        while self._waiting:
            batch = [self._waiting[place] for place in range(min(TOGETHER, len(self._waiting)))]
            if await self._publisher.publish(batch) < len(batch):
                return False
            gone = set(map(id, batch))
            while self._waiting and id(self._waiting[0]) in gone:
                self.samples -= len(self._waiting.popleft().samples)
        return True
