"""Turns rows of telemetry.recent into columns of samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from adapters.telemetry.rollup import Floats, Integers

Row = tuple[int, float, bytes, bytes]
"""at_ms, interval_s, series and samples."""


class Columns(NamedTuple):
    """One entry a sample, in the order of the rows."""

    series: Integers
    at_ms: Integers
    values: Floats
    interval_s: Floats


def columns(rows: Sequence[Row]) -> Columns:
    lengths = [len(samples) // 8 for _, _, _, samples in rows]
    return Columns(
        np.frombuffer(b"".join(row[2] for row in rows), np.int32).astype(np.int64),
        np.repeat(np.array([row[0] for row in rows], np.int64), lengths),
        np.frombuffer(b"".join(row[3] for row in rows), np.float64),
        np.repeat(np.array([row[1] for row in rows], np.float64), lengths),
    )


def of_series(found: Columns, wanted: Integers) -> Columns:
    """Those of these series alone."""
    chosen = np.isin(found.series, wanted)
    return Columns(found.series[chosen], found.at_ms[chosen], found.values[chosen], found.interval_s[chosen])


def intervals(found: Columns) -> dict[int, float]:
    """Of each series, at its last sample here."""
    return dict(zip(found.series.tolist(), found.interval_s.tolist(), strict=True))
