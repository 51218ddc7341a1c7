"""Sends telemetry on to a server of the user's: in order, at least once, through outages of either side."""

import asyncio

import structlog

from domain.errors import Unavailable
from domain.ports import Leadership
from domain.telemetry import PARTITIONS, StreamPlace, TelemetryStream
from domain.telemetry_forwarding import ForwardedPlaces, Rejected, TelemetryTarget
from workers.batches import Batch, Gathered, gathered, read_into
from workers.supervision import ended

_SAMPLES = 10_000
"""Of a request, about."""
_LINGER_S = 1.0
_WAITING = 4
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
log = structlog.get_logger(__name__)


class RemoteWriteService:
    """One worker at a time. What the server rejects is counted in the log and passed over."""

    def __init__(
        self,
        stream: TelemetryStream,
        target: TelemetryTarget,
        places: ForwardedPlaces,
        leadership: Leadership,
    ) -> None:
        self._stream = stream
        self._target = target
        self._places = places
        self._leadership = leadership

    async def run(self) -> None:
        async with self._leadership.lead("remote write"):
            places = await self._places.forwarded()
            come: asyncio.Queue[Batch | Exception] = asyncio.Queue(_WAITING)
            readers = [
                asyncio.create_task(read_into(come, self._stream, each, places.get(each, StreamPlace())))
                for each in range(PARTITIONS)
            ]
            try:
                while True:
                    batch = await gathered(come, samples=_SAMPLES, linger_s=_LINGER_S)
                    await self._send(batch)
                    await self._places.set_forwarded(batch.places)
            finally:
                await ended(readers)

    async def _send(self, batch: Gathered) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._target.send(batch.polls)
                return
            except Rejected as error:
                log.warning(
                    "telemetry rejected by the remote write server", samples=batch.samples, error=str(error)
                )
                return
            except Unavailable as error:
                log.warning("telemetry not sent on yet", error=error.message)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
