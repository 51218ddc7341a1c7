"""All that is known of one device as bytes: what a checkpoint keeps, and what others read of it."""

from array import array
from collections.abc import Iterator, Mapping
from sys import byteorder
from typing import NamedTuple

import msgspec

from domain.detection.arrival import Arrival
from domain.detection.device import DeviceState
from domain.detection.episode import Episode
from domain.detection.state import SNAPSHOT_SIZE, SeriesState, SnapshotError

SeriesName = tuple[str, str]
"""Metric and interface."""
VERSION = "device 1"


class Latest(NamedTuple):
    """What was said of the last sample of a series."""

    value: float
    score: float
    strength: float


LAST = len(Latest._fields)
"""Numbers that are kept of it."""


class PackedJoint(msgspec.Struct, frozen=True, array_like=True):
    state: bytes
    """Empty while fewer than two metrics came."""
    latest: list[float]
    fresh_until: list[float]
    paced: bool


class PackedDrift(msgspec.Struct, frozen=True, array_like=True):
    version: str
    learned: bytes
    rest: tuple[float, ...]

    @property
    def events(self) -> int:
        return int(self.rest[3])

    @property
    def last_at(self) -> float:
        return self.rest[4]


class PackedDevice(msgspec.Struct, frozen=True, array_like=True):
    version: str
    names: list[SeriesName]
    states: bytes
    """One snapshot after the other, in the order of the names."""
    last: bytes
    arrivals: dict[str, Arrival]
    joint: PackedJoint
    drift: PackedDrift | None
    model_drift: PackedDrift | None
    episodes: list[tuple[SeriesName, Episode]]

    def state(self, number: int) -> SeriesState:
        return SeriesState.restore(self.states[number * SNAPSHOT_SIZE : (number + 1) * SNAPSHOT_SIZE])

    def series(self) -> Iterator[tuple[SeriesName, SeriesState]]:
        for number, name in enumerate(self.names):
            yield name, self.state(number)

    def latest(self) -> list[Latest]:
        """In the order of the names."""
        values = unpack_floats(self.last)
        return [Latest(*values[place : place + LAST]) for place in range(0, len(values), LAST)]

    def find(self, metric: str, interface: str) -> SeriesState | None:
        name = (metric, interface)
        return self.state(self.names.index(name)) if name in self.names else None

    def joint_state(self) -> DeviceState | None:
        return DeviceState.restore(self.joint.state) if self.joint.state else None

    def firing(self) -> Mapping[SeriesName, Episode]:
        return {name: episode for name, episode in self.episodes if episode.firing}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PackedDevice)


def encode(device: PackedDevice) -> bytes:
    return _encoder.encode(device)


def decode(data: bytes) -> PackedDevice:
    """Raises SnapshotError for what another version wrote."""
    try:
        packed = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotError(f"not a device of this version: {error}") from error
    whole = len(packed.names) * SNAPSHOT_SIZE
    if (
        packed.version != VERSION
        or len(packed.states) != whole
        or len(packed.last) != 8 * LAST * len(packed.names)
    ):
        raise SnapshotError(f"not a device of this version: {packed.version!r}")
    return packed


def floats(values: "array[float]") -> bytes:
    """Little-endian wherever it runs."""
    if byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def unpack_floats(data: bytes) -> "array[float]":
    values = array("d", data)
    if byteorder == "big":
        values.byteswap()
    return values
