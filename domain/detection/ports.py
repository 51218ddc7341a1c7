"""Where what detectors have learned is kept, and how others read it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol

import msgspec

from domain.detection.alarm_rules import AlarmRules
from domain.detection.packed import PackedDevice
from domain.detection.tally import Tally
from domain.telemetry import StreamPlace


class Held(msgspec.Struct, frozen=True):
    """A partition that a worker has taken. With the next taking its epoch is no longer good."""

    epoch: int
    place: StreamPlace
    rules: AlarmRules | None
    """Those of the last checkpoint; None before the first."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A state that was learned from stored telemetry and is to take the place of the present one."""

    device_id: str
    metric: str
    interface: str
    snapshot: bytes


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    place: StreamPlace
    rules: AlarmRules
    tally: Tally
    gone: Sequence[str] = ()
    """Devices of which nothing is known any more."""
    used: Sequence[Candidate] = ()


class DetectorStore(Protocol):
    """Keeps states and the place in the stream together. All methods raise Unavailable."""

    async def take(self, partition: int, owner: str) -> Held:
        """Fences off whoever had the partition before."""
        ...

    def load(self, partition: int) -> AsyncIterator[Sequence[tuple[str, PackedDevice]]]:
        """All devices of a partition, some at a time. What another version saved is left out: it is learned anew."""
        ...

    async def save(
        self, partition: int, epoch: int, checkpoint: Checkpoint, devices: Iterator[tuple[str, PackedDevice]]
    ) -> None:
        """All of it or nothing. Raises Conflict where another worker has taken the partition."""
        ...

    async def note(self, partition: int, epoch: int, tally: Tally) -> None:
        """For watchers, between two checkpoints."""
        ...

    async def candidates(self, partition: int) -> Sequence[Candidate]: ...

    async def waiting(self) -> set[int]:
        """The partitions that have candidates."""
        ...


class SavedPartition(msgspec.Struct, frozen=True, kw_only=True):
    """A partition as of its last checkpoint; `tally` is newer. Times are RFC 3339."""

    partition: int
    owner: str
    sequence: int
    rules: AlarmRules
    tally: Tally
    noted_at: str | None
    saved_at: str | None


class SavedDevice(msgspec.Struct, frozen=True):
    saved_at: str
    packed: PackedDevice


class LearnedStates(Protocol):
    """What was learned, as of the last checkpoint."""

    async def partitions(self) -> Sequence[SavedPartition]: ...

    async def device(self, device_id: str) -> SavedDevice | None: ...

    async def device_ids(self, after: str, limit: int) -> Sequence[str]: ...

    async def propose(self, candidates: Sequence[Candidate]) -> None:
        """To be put in place by whoever watches these devices, at their next checkpoint."""
        ...
