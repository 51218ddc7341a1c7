"""How an hour of samples, or of their rollups, lies in one row: columns of equal bytes side by side, compressed."""

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from adapters.telemetry.rollup import Buckets, Floats, Integers, in_order_of_time, joined, nothing

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
        interval_s, count, body = self._unpacked(packed)
        columns = _Columns([body], count)
        steps = columns.integers(np.uint32)[0]
        return Chunk(interval_s, np.cumsum(steps) + base_ms, _floats(_summed(columns.words()[0])))

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

    def unpack_buckets(
        self, rows: Sequence[tuple[int, int, bytes]], step_s: int
    ) -> tuple[dict[int, float], Buckets]:
        """Of rows of series, base in seconds, and what is packed: the interval of each series' samples, and all buckets,
        sorted by series and time. Rows of as many buckets are unpacked together, which takes a tenth of the time."""
        every: dict[int, float] = {}
        alike: dict[int, list[tuple[int, int, bytes]]] = {}
        for series, base_s, packed in rows:
            every[series], count, body = self._unpacked(packed)
            alike.setdefault(count, []).append((series, base_s, body))
        parts = [_unpacked_together(count, same, step_s) for count, same in alike.items()]
        return every, in_order_of_time(joined(parts)) if parts else nothing()

    def _packed(self, interval_s: float, count: int, *columns: bytes) -> bytes:
        plain = b"".join(columns)
        smaller = self._compressor.compress(plain)
        how, body = (_ZSTD, smaller) if len(smaller) < len(plain) else (_PLAIN, plain)
        return _HEAD.pack(how, interval_s, count) + body

    def _unpacked(self, packed: bytes) -> tuple[float, int, bytes]:
        """Interval, number of entries, and their columns."""
        how, interval_s, count = _HEAD.unpack_from(packed)
        body = packed[_HEAD.size :]
        return interval_s, count, self._decompressor.decompress(body) if how == _ZSTD else body


def _unpacked_together(count: int, rows: Sequence[tuple[int, int, bytes]], step_s: int) -> Buckets:
    columns = _Columns([body for _, _, body in rows], count)
    offsets, counts = columns.integers(np.uint16), columns.integers(np.uint32)
    low = _summed(columns.words())
    high, mean, last = ((columns.words() ^ low).reshape(-1) for _ in range(3))
    base_s = np.array([base for _, base, _ in rows], np.int64)
    return Buckets(
        np.repeat(np.array([series for series, _, _ in rows], np.int64), count),
        (offsets * step_s + base_s[:, None]).reshape(-1),
        counts.reshape(-1),
        _floats(low.reshape(-1)),
        _floats(high),
        _floats(mean),
        _floats(last),
    )


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
    return np.bitwise_xor.accumulate(differences, axis=-1) if differences.size else differences


def _sliced(column: "npt.NDArray[Any]") -> bytes:
    """All first bytes, then all second ones: those alike come together."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


class _Columns:
    """Takes one column after the other, of several rows of as many entries: a row of the result each."""

    def __init__(self, bodies: Sequence[bytes], count: int) -> None:
        self._bytes = np.frombuffer(b"".join(bodies), np.uint8).reshape(len(bodies), -1)
        self._count = count
        self._offset = 0

    def words(self) -> Words:
        return self._next(np.dtype(np.uint64))

    def integers(self, kind: type[np.uint16] | type[np.uint32]) -> Integers:
        return self._next(np.dtype(kind)).astype(np.int64)

    def _next(self, kind: "np.dtype[Any]") -> "npt.NDArray[Any]":
        begin, rows = self._offset, len(self._bytes)
        self._offset += self._count * kind.itemsize
        sliced = self._bytes[:, begin : self._offset].reshape(rows, kind.itemsize, self._count)
        return np.ascontiguousarray(sliced.transpose(0, 2, 1)).view(kind).reshape(rows, self._count)
