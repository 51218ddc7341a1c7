"""From the rollups and samples of a series to what is shown of it: spans on a grid, figures of them all, gaps."""

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

import numpy as np

from adapters.telemetry.rollup import Buckets, Floats, chosen, coarser
from domain.telemetry_history import Figures, MetricWindow, Spans

_NOTHING = Figures(None, None, None, None, 0.0, 0.0)


class Measured(NamedTuple):
    """The series of a window at one resolution."""

    names: Mapping[int, tuple[str, float]]
    """Number of the series -> interface and interval."""
    buckets: Buckets
    """Sorted by series and time."""
    every: Mapping[int, float]
    """Number of the series -> its interval in the window, where it differs from the one by its name."""


def spans_of(measured: Measured, window: MetricWindow, step_s: int) -> dict[str, Spans]:
    """By interface."""
    first = int(window.since // step_s) * step_s
    count = max(ceil((window.until - first) / step_s), 0)
    steps = _within(coarser(measured.buckets, step_s), first, first + count * step_s)
    return {
        interface: _grid(_of(steps, number), first, count, step_s, measured.every.get(number, interval_s))
        for number, (interface, interval_s) in measured.names.items()
    }


def figures_of(measured: Measured, window: MetricWindow, step_s: int) -> dict[str, Figures]:
    """By interface."""
    first = int(window.since // step_s) * step_s
    steps = _within(coarser(measured.buckets, step_s), first, window.until)
    return {
        interface: _figures(_of(steps, number), step_s, measured.every.get(number, interval_s))
        for number, (interface, interval_s) in measured.names.items()
    }


def with_gaps(at: Floats, values: Floats, every: Floats) -> list[tuple[float, float | None]]:
    """A silence of more than twice the interval is a gap, and has one None."""
    found: list[tuple[float, float | None]] = []
    before: float | None = None
    for when, value, interval_s in zip(at.tolist(), values.tolist(), every.tolist(), strict=True):
        if before is not None and when - before > 2 * interval_s:
            found.append((before + interval_s, None))
        found.append((when, value if value == value else None))
        before = when
    return found


def _within(buckets: Buckets, first: float, end: float) -> Buckets:
    return chosen(buckets, np.flatnonzero((buckets.at_s >= first) & (buckets.at_s < end)))


def _of(buckets: Buckets, number: int) -> Buckets:
    return chosen(buckets, slice(*np.searchsorted(buckets.series, [number, number + 1]).tolist()))


def _grid(inside: Buckets, first: int, count: int, step_s: int, interval_s: float) -> Spans:
    """Every span, those without a value with None."""
    places = (inside.at_s - first) // step_s
    counts = np.zeros(count, np.int64)
    counts[places] = inside.counts
    values = np.full((4, count), None, object)
    for row, column in enumerate((inside.low, inside.high, inside.mean, inside.last)):
        values[row, places] = column
    covered_s = np.minimum(counts * interval_s, float(step_s)).tolist()
    at = (np.arange(count) * float(step_s) + first).tolist()
    low, high, mean, last = values.tolist()
    return Spans(at, low, high, mean, last, counts.tolist(), covered_s)


def _figures(inside: Buckets, step_s: int, interval_s: float) -> Figures:
    size = len(inside.mean)
    if not size:
        return _NOTHING
    covered_s = np.minimum(inside.counts * interval_s, float(step_s))
    share = inside.counts / inside.counts.sum()
    place = ceil(size * 0.95) - 1
    return Figures(
        float(inside.low.min()),
        float(inside.high.max()),
        float((inside.mean * share).sum()),
        float(np.partition(inside.mean, place)[place]),
        float((inside.mean * covered_s).sum()),
        float(covered_s.sum()),
    )
