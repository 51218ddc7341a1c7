"""Live telemetry in memory: the last value of every series, and frames for all who subscribed, each encoded once."""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Literal, NamedTuple

import msgspec
import structlog

from domain.telemetry import Poll, TelemetryStream

KEPT_SERIES = 1_000_000
"""Last values in memory; of devices that were silent longest they are forgotten first."""
WAITING = 1_000
"""Samples that may wait for a slow reader; then the oldest are dropped."""
_AGAIN_S = 0.5
_encoder = msgspec.json.Encoder()
log = structlog.get_logger(__name__)


class SampleFrame(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a subscriber gets of one sample."""

    kind: Literal["sample"]
    device_id: str
    metric: str
    at: datetime
    value: float | None
    interface: str = ""


class Wanted(msgspec.Struct, frozen=True):
    """What somebody subscribed to; None for all."""

    device_ids: frozenset[str] | None = None
    metrics: frozenset[str] | None = None
    interfaces: frozenset[str] | None = None

    def wants(self, metric: str, interface: str) -> bool:
        return (self.metrics is None or metric in self.metrics) and (
            self.interfaces is None or interface in self.interfaces
        )


class LastValue(NamedTuple):
    """`value` None: the device did not know."""

    at: float
    value: float | None
    interval_s: float


class Subscriber:
    """Frames on their way to one reader."""

    def __init__(self, wanted: Wanted, *, waiting: int = WAITING) -> None:
        self.wanted = wanted
        self._frames: deque[bytes] = deque(maxlen=waiting)
        self._come = asyncio.Event()
        self._lost = 0

    def offer(self, frames: Sequence[bytes]) -> None:
        room = (self._frames.maxlen or 0) - len(self._frames)
        self._lost += max(len(frames) - room, 0)
        self._frames.extend(frames)
        self._come.set()

    async def frames(self) -> tuple[int, list[bytes]]:
        """How many were lost since the last time, and those that wait now; waits for at least one."""
        await self._come.wait()
        self._come.clear()
        lost, self._lost = self._lost, 0
        frames = list(self._frames)
        self._frames.clear()
        return lost, frames


class TelemetryFeed:
    """One subscription to the stream a process, however many readers."""

    def __init__(self, stream: TelemetryStream, *, kept_series: int = KEPT_SERIES) -> None:
        self._stream = stream
        self._kept_series = kept_series
        self._last: dict[str, dict[tuple[str, str], LastValue]] = {}
        self._series = 0
        self._of_device: dict[str, set[Subscriber]] = {}
        self._of_all: set[Subscriber] = set()
        self.samples = 0
        """Heard so far."""

    async def keep_running(self) -> None:
        """Through outages, until cancelled."""
        while True:
            try:
                async for poll in self._stream.live():
                    self.heard(poll)
            except Exception as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():  # the cancellation came out as another error
                    raise asyncio.CancelledError from None
                log.warning("live telemetry breaks off, to begin again", error=repr(error))
                await asyncio.sleep(_AGAIN_S)

    def heard(self, poll: Poll) -> None:
        self.samples += len(poll.samples)
        if not isfinite(poll.at) or not 0 <= poll.at < 4e9:
            return
        self._remember(poll)
        readers = self._of_device.get(poll.device_id, set()) | self._of_all
        if readers:
            _hand_out(poll, readers)

    def _remember(self, poll: Poll) -> None:
        values = self._last.pop(poll.device_id, None)
        values = {} if values is None else values
        self._last[poll.device_id] = values  # heard last
        before = len(values)
        for metric, value, interface in ((each.metric, each.value, each.interface) for each in poll.samples):
            known = values.get((metric, interface))
            if known is None or known.at <= poll.at:
                values[metric, interface] = LastValue(poll.at, value, poll.interval_s)
        self._series += len(values) - before
        while self._series > self._kept_series and len(self._last) > 1:
            silent = next(iter(self._last))
            self._series -= len(self._last.pop(silent))

    def devices(self) -> Collection[str]:
        """Those with values."""
        return self._last.keys()

    def last(self, device_id: str) -> dict[tuple[str, str], LastValue]:
        """By metric and interface."""
        return self._last.get(device_id, {})

    def join(self, subscriber: Subscriber) -> None:
        """Give it back to `leave`."""
        if subscriber.wanted.device_ids is None:
            self._of_all.add(subscriber)
            return
        for device in subscriber.wanted.device_ids:
            self._of_device.setdefault(device, set()).add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        self._of_all.discard(subscriber)
        for device in subscriber.wanted.device_ids or ():
            readers = self._of_device.get(device, set())
            readers.discard(subscriber)
            if not readers:
                self._of_device.pop(device, None)

    @property
    def subscribers(self) -> int:
        return len(self._of_all | {each for readers in self._of_device.values() for each in readers})


def _hand_out(poll: Poll, readers: Collection[Subscriber]) -> None:
    at = datetime.fromtimestamp(poll.at, UTC)
    frames: list[tuple[str, str, bytes]] = []
    for sample in poll.samples:
        value = sample.value if sample.value is None or isfinite(sample.value) else None
        frame = SampleFrame("sample", poll.device_id, sample.metric, at, value, sample.interface)
        frames.append((sample.metric, sample.interface, _encoder.encode(frame)))
    whole = [text for _, _, text in frames]
    for reader in readers:
        wanted = reader.wanted
        if wanted.metrics is None and wanted.interfaces is None:
            reader.offer(whole)
        elif part := [text for metric, interface, text in frames if wanted.wants(metric, interface)]:
            reader.offer(part)
