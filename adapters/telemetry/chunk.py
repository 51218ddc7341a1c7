"""How an hour of samples, or of their rollups, lies in one row: columns of equal bytes side by side, compressed."""

import struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from adapters.telemetry.rollup import Buckets, Floats, Integers

_HEAD = struct.Struct("<BfI")
_PLAIN, _ZSTD = 0, 1
_LEVEL = 3
Words = npt.NDArray[np.uint64]


class Chunk(NamedTuple):
    """Samples of one series: milliseconds since the epoch, and values, NaN for null."""

    interval_s: float
    at_ms: Integers
    values: Floats


class ChunkCodec:
    """Packs and unpacks; for one thread at a time."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._decompressor = zstandard.ZstdDecompressor()

    def samples(self, base_ms: int, interval_s: float, at_ms: Integers, values: Floats) -> bytes:
        """In order of time, none before `base_ms`."""
        steps = np.diff(at_ms, prepend=base_ms).astype(np.uint32)
        return self._packed(interval_s, len(values), _sliced(steps), _sliced(_differences(_words(values))))

    def unpack_samples(self, base_ms: int, packed: bytes) -> Chunk:
        interval_s, columns = self._unpacked(packed)
        steps = columns.integers(np.uint32)
        return Chunk(interval_s, np.cumsum(steps) + base_ms, _floats(_summed(columns.words())))

    def buckets(self, base_s: int, step_s: int, interval_s: float, buckets: Buckets) -> bytes:
        """Of one series, in order of time; `interval_s` is that of the samples below them."""
        low = _words(buckets.low)
        offsets = ((buckets.at_s - base_s) // step_s).astype(np.uint16)
        return self._packed(
            interval_s,
            len(low),
            _sliced(offsets),
            _sliced(buckets.counts.astype(np.uint32)),
            _sliced(_differences(low)),
            *(_sliced(_words(column) ^ low) for column in (buckets.high, buckets.mean, buckets.last)),
        )

    def unpack_buckets(self, series: int, base_s: int, step_s: int, packed: bytes) -> tuple[float, Buckets]:
        """The interval of the samples below them, and the buckets."""
        interval_s, columns = self._unpacked(packed)
        offsets, counts = columns.integers(np.uint16), columns.integers(np.uint32)
        low = _summed(columns.words())
        high, mean, last = (_floats(columns.words() ^ low) for _ in range(3))
        at_s = offsets * step_s + base_s
        return interval_s, Buckets(
            np.full(len(low), series, np.int64), at_s, counts, _floats(low), high, mean, last
        )

    def _packed(self, interval_s: float, count: int, *columns: bytes) -> bytes:
        plain = b"".join(columns)
        smaller = self._compressor.compress(plain)
        how, body = (_ZSTD, smaller) if len(smaller) < len(plain) else (_PLAIN, plain)
        return _HEAD.pack(how, interval_s, count) + body

    def _unpacked(self, packed: bytes) -> "tuple[float, _Columns]":
        how, interval_s, count = _HEAD.unpack_from(packed)
        body = packed[_HEAD.size :]
        return interval_s, _Columns(self._decompressor.decompress(body) if how == _ZSTD else body, count)


def _words(values: Floats) -> Words:
    return np.ascontiguousarray(values, dtype="<f8").view(np.uint64)


def _floats(words: Words) -> Floats:
    return words.view(np.float64)


def _differences(words: Words) -> Words:
    """Neighbours alike become zeros."""
    found = words.copy()
    found[1:] ^= words[:-1]
    return found


def _summed(differences: Words) -> Words:
    return np.bitwise_xor.accumulate(differences) if len(differences) else differences


def _sliced(column: "npt.NDArray[Any]") -> bytes:
    """All first bytes, then all second ones: those alike come together."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


class _Columns:
    """Takes one column after the other."""

    def __init__(self, body: bytes, count: int) -> None:
        self._body = body
        self._count = count
        self._offset = 0

    def words(self) -> Words:
        return self._next(np.dtype(np.uint64))

    def integers(self, kind: type[np.uint16] | type[np.uint32]) -> Integers:
        return self._next(np.dtype(kind)).astype(np.int64)

    def _next(self, kind: "np.dtype[Any]") -> "npt.NDArray[Any]":
        size = self._count * kind.itemsize
        sliced = np.frombuffer(self._body, np.uint8, size, self._offset)
        self._offset += size
        return (
            np.ascontiguousarray(sliced.reshape(kind.itemsize, self._count).T).view(kind).reshape(self._count)
        )
