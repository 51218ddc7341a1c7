"""Records the stream of telemetry: every poll once, whatever ends or breaks off meanwhile."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection

import structlog

from domain.errors import Conflict, Unavailable
from domain.telemetry import PartitionLeases, TelemetryStream
from domain.telemetry_history import TelemetryStore
from workers.batches import Batch, gathered, read_into
from workers.partitions import held_partitions
from workers.supervision import ended

FUTURE_S = 300.0
"""How far a poll may be ahead of this clock."""
FLUSH_SAMPLES = 20_000
"""Recorded in one transaction, about ..."""
LINGER_S = 0.25
"""... or what came in so long."""
_WAITING = 4
"""Batches of the stream that wait to be recorded; then nothing more is read."""
_SETTINGS_S = 60.0
"""How often the settings are looked up."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
log = structlog.get_logger(__name__)


class Recorder:
    """Several share the partitions. One that lost a partition without noticing records nothing of it: whoever comes
    second finds another place than it began at."""

    def __init__(
        self,
        owner: str,
        *,
        stream: TelemetryStream,
        store: TelemetryStore,
        leases: PartitionLeases,
        past_s: Callable[[], Awaitable[float]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`past_s`: how old a poll may be; what is older would fall into hours that are dropped already."""
        self._owner = owner
        self._stream = stream
        self._store = store
        self._leases = leases
        self._past_s = past_s
        self._now = now

    async def run(self) -> None:
        recording: asyncio.Task[None] | None = None
        held = held_partitions(self._leases, self._owner)
        try:
            async for partitions in held:
                if recording is not None:
                    await ended([recording])
                log.info("recording telemetry", partitions=sorted(partitions))
                recording = asyncio.create_task(self._keep_recording(partitions))
        finally:
            if recording is not None:
                await ended([recording])
            if isinstance(held, AsyncGenerator):
                await held.aclose()

    async def _keep_recording(self, partitions: Collection[int]) -> None:
        """Through outages, each time from the place that the store knows."""
        pause_s = _FIRST_PAUSE_S
        while partitions:
            began = time.monotonic()
            try:
                await self._record(partitions)
            except (Conflict, Unavailable) as error:
                log.warning("recording breaks off, to begin again", error=str(error))
            except Exception as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():  # the cancellation came out as another error
                    raise asyncio.CancelledError from error
                log.error("recording failed, to begin again", error=repr(error))
            pause_s = _FIRST_PAUSE_S if time.monotonic() - began > 10 else min(pause_s * 2, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _record(self, partitions: Collection[int]) -> None:
        places = dict(await self._store.places())
        past_s, asked_at = await self._past_s(), time.monotonic()
        come: asyncio.Queue[Batch | Exception] = asyncio.Queue(_WAITING)
        readers = [
            asyncio.create_task(read_into(come, self._stream, each, places[each])) for each in partitions
        ]
        try:
            while True:
                flush = await gathered(come, samples=FLUSH_SAMPLES, linger_s=LINGER_S)
                if time.monotonic() - asked_at > _SETTINGS_S:
                    past_s, asked_at = await self._past_s(), time.monotonic()
                now = self._now()
                recording = await self._store.record(
                    flush.polls,
                    {each: (places[each], place) for each, place in flush.places.items()},
                    earliest=now - past_s,
                    latest=now + FUTURE_S,
                )
                places |= flush.places
                if recording.refused:
                    log.warning("samples refused", **recording.refused)
        finally:
            await ended(readers)
