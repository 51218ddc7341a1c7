"""Batches of several partitions of the telemetry stream, put together for one write."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.telemetry import Poll, Published, StreamPlace, TelemetryStream

Batch = tuple[int, StreamPlace, Sequence[Published]]
"""The partition, the place reached, and what came."""


@dataclass
class Gathered:
    """What is written together, and the place reached of each partition in it."""

    polls: list[Poll] = field(default_factory=list)
    places: dict[int, StreamPlace] = field(default_factory=dict)
    samples: int = 0

    def add(self, batch: Batch) -> None:
        partition, place, published = batch
        self.polls += [each.poll for each in published]
        self.samples += sum(len(each.poll.samples) for each in published)
        self.places[partition] = place


async def read_into(
    come: "asyncio.Queue[Batch | Exception]", stream: TelemetryStream, partition: int, after: StreamPlace
) -> None:
    """Waits where the queue is full; an error goes into it, for `gathered` to raise."""
    try:
        async for place, published in stream.read(partition, after):
            await come.put((partition, place, published))
    except Exception as error:
        await come.put(error)


async def gathered(come: "asyncio.Queue[Batch | Exception]", *, samples: int, linger_s: float) -> Gathered:
    """Waits for something, and a little longer for more, up to about so many samples."""
    found = Gathered()
    _take(found, await come.get())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(linger_s):
            while found.samples < samples:
                _take(found, await come.get())
    return found


def _take(found: Gathered, batch: Batch | Exception) -> None:
    if isinstance(batch, Exception):
        raise batch
    found.add(batch)
