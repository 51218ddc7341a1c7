"""What is measured on a device: one message a poll, samples of named metrics, spread over partitions by device."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol
from zlib import crc32

import msgspec

PARTITIONS = 16
"""Fixed for good: detectors and recorders keep their place in the stream by partition."""

Group = Literal["availability", "interfaces", "resources", "sensors", "queues"]
"""What is read together, at one interval."""


class Sample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value of a metric, in the unit of its name; None where the device said that it does not know."""

    metric: str
    value: float | None
    interface: str = ""
    """What the value belongs to inside the device: ifName, or the name of a storage, sensor or queue; empty for the device."""


class Poll(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one reading of a device gave."""

    device_id: str
    group: Group
    at: float
    """Seconds since the epoch, when the device answered."""
    interval_s: float
    """When the next poll is to be expected; a silence of more than twice that is a gap."""
    samples: tuple[Sample, ...]

    @property
    def id(self) -> str:
        """The same for the same poll however often it is published, so that the stream keeps it once."""
        return f"{self.device_id}/{self.group}/{round(self.at * 1000)}"

    @property
    def subject(self) -> str:
        """`telemetry.<partition>.<device id>`."""
        return f"telemetry.{partition(self.device_id)}.{self.device_id}"


class Published(msgspec.Struct, frozen=True, gc=False):
    """A poll with its place in the stream."""

    sequence: int
    poll: Poll


class StreamPlace(msgspec.Struct, frozen=True):
    """How far a consumer is. A stream that was made anew counts from 1 again, and `stream` (when it was made) tells."""

    stream: str = ""
    sequence: int = 0


class TelemetryPublisher(Protocol):
    async def publish(self, polls: Sequence[Poll]) -> int:
        """Sends all and waits until the stream has them; returns how many it took. Never raises for a stream that is
        away or full: telemetry that cannot be kept is counted as lost."""
        ...


class TelemetryStream(Protocol):
    """Reads what was published, from any place that is still kept."""

    def read(
        self, partition: int, after: StreamPlace
    ) -> AsyncIterator[tuple[StreamPlace, Sequence[Published]]]:
        """Batches of one partition as they come, each with the place reached; waits for more for ever."""
        ...

    def live(self) -> AsyncIterator[Poll]:
        """Everything from now on, for views: what a slow reader misses is gone."""
        ...


class PartitionLeases(Protocol):
    """Of all workers of a service, one works on each partition. A lease that is not renewed in time goes to another."""

    async def claim(self, owner: str) -> frozenset[int]:
        """What `owner` holds from now on: renewed, taken where free, and given up beyond its fair share."""
        ...

    async def leave(self, owner: str) -> None:
        """Gives up everything: this worker ends."""
        ...


def partition(device_id: str) -> int:
    """The same for a device for ever."""
    return crc32(device_id.encode()) % PARTITIONS
