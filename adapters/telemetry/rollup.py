"""Rollups of samples, for many series at once: per series and span of time the least, greatest, mean and last value."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Samples(NamedTuple):
    """Sorted by series and time, one for each series and time. A value of NaN is a null: the device did not know."""

    series: Integers
    at_ms: Integers
    values: Floats


class Buckets(NamedTuple):
    """Sorted by series and time; spans without a value have none."""

    series: Integers
    at_s: Integers
    """Where the span begins."""
    counts: Integers
    low: Floats
    high: Floats
    mean: Floats
    last: Floats


def in_order(series: Integers, at_ms: Integers, values: Floats) -> Samples:
    """Of several samples of a series at one time, the one that comes last here counts."""
    order = np.lexsort((at_ms, series))  # stable
    series, at_ms, values = series[order], at_ms[order], values[order]
    if not len(series):
        return Samples(series, at_ms, values)
    last = np.append((series[1:] != series[:-1]) | (at_ms[1:] != at_ms[:-1]), True)
    return Samples(series[last], at_ms[last], values[last])


def roll(samples: Samples, step_s: int) -> Buckets:
    known = ~np.isnan(samples.values)
    series, at_ms, values = samples.series[known], samples.at_ms[known], samples.values[known]
    span = at_ms // (step_s * 1000) * step_s
    starts, ends = _runs(series, span)
    if not len(starts):
        return Buckets(series, span, span, values, values, values, values)
    count = ends - starts
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    mean = np.clip(np.add.reduceat(values / np.repeat(count, count), starts), low, high)
    return Buckets(series[starts], span[starts], count, low, high, mean, values[ends - 1])


def coarser(buckets: Buckets, step_s: int) -> Buckets:
    """Into longer spans; `step_s` is a multiple of theirs."""
    span = buckets.at_s // step_s * step_s
    starts, ends = _runs(buckets.series, span)
    if not len(starts):
        return buckets
    count = np.add.reduceat(buckets.counts, starts)
    low, high = np.minimum.reduceat(buckets.low, starts), np.maximum.reduceat(buckets.high, starts)
    share = buckets.counts / np.repeat(count, ends - starts)
    mean = np.clip(np.add.reduceat(buckets.mean * share, starts), low, high)
    return Buckets(buckets.series[starts], span[starts], count, low, high, mean, buckets.last[ends - 1])


def chosen(buckets: Buckets, which: "slice | Integers") -> Buckets:
    return Buckets(
        buckets.series[which],
        buckets.at_s[which],
        buckets.counts[which],
        buckets.low[which],
        buckets.high[which],
        buckets.mean[which],
        buckets.last[which],
    )


def nothing() -> Buckets:
    none, no_value = np.empty(0, np.int64), np.empty(0, np.float64)
    return Buckets(none, none, none, no_value, no_value, no_value, no_value)


def in_order_of_time(buckets: Buckets) -> Buckets:
    """By series and time."""
    return chosen(buckets, np.lexsort((buckets.at_s, buckets.series)))


def joined(parts: list[Buckets]) -> Buckets:
    """Of one after the other."""
    return Buckets(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _runs(series: Integers, span: Integers) -> tuple[Integers, Integers]:
    """Where runs of equal series and span begin and end."""
    if not len(series):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    changes = np.flatnonzero((series[1:] != series[:-1]) | (span[1:] != span[:-1])) + 1
    return np.concatenate(([0], changes)), np.concatenate((changes, [len(series)]))
