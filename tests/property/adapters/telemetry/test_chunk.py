"""What is packed comes out again, whatever it was."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adapters.telemetry.chunk import ChunkCodec
from adapters.telemetry.rollup import Buckets, Samples, coarser, in_order, roll

HOUR = 500_000
values = st.floats(allow_nan=True, allow_infinity=False)
samples = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3_599_999), values), max_size=200)


def ordered(rows: list[tuple[int, int, float]]) -> Samples:
    series, offsets, found = zip(*rows, strict=True) if rows else ((), (), ())
    at_ms = np.array(offsets, np.int64) + HOUR * 3_600_000
    return in_order(np.array(series, np.int64), at_ms, np.array(found, np.float64))


@given(samples)
def test_samples_come_out_as_they_went_in(rows: list[tuple[int, int, float]]) -> None:
    codec, packed = ChunkCodec(), ordered([(1, at, value) for _, at, value in rows])
    base_ms = HOUR * 3_600_000
    chunk = codec.unpack_samples(base_ms, codec.samples(base_ms, 60.0, packed.at_ms, packed.values))
    assert chunk.at_ms.tolist() == packed.at_ms.tolist()
    np.testing.assert_array_equal(chunk.values, packed.values)


@given(samples, st.sampled_from((60, 300)))
def test_buckets_of_several_series_come_out_together(rows: list[tuple[int, int, float]], step_s: int) -> None:
    codec, rolled = ChunkCodec(), roll(ordered(rows), step_s)
    packed = []
    for series in sorted(set(rolled.series.tolist())):
        mine = Buckets(*(column[rolled.series == series] for column in rolled))
        packed.append((series, HOUR * 3_600, codec.buckets(HOUR * 3_600, step_s, 60.0, mine)))
    every, found = codec.unpack_buckets(packed[::-1], step_s)
    assert set(every) == set(rolled.series.tolist())
    for name, column, expected in zip(Buckets._fields, found, rolled, strict=True):
        np.testing.assert_array_equal(column, expected, err_msg=name)


@given(samples)
def test_rollups_of_rollups_are_those_of_the_samples(rows: list[tuple[int, int, float]]) -> None:
    found, direct = coarser(roll(ordered(rows), 60), 3_600), roll(ordered(rows), 3_600)
    for name, column, expected in zip(Buckets._fields, found, direct, strict=True):
        if name == "mean":
            scale = np.maximum(np.abs(direct.low), np.abs(direct.high))
            assert np.all(np.abs(column - expected) <= scale * 1e-9)
        else:
            np.testing.assert_array_equal(column, expected, err_msg=name)
    assert np.all((found.low <= found.mean) & (found.mean <= found.high))
