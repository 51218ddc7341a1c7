"""Tail probabilities of a statistic against its own past: histograms in log buckets, extrapolated beyond the maximum."""

import math
from array import array

BUCKETS_PER_OCTAVE = 4
OCTAVES_BELOW_ONE = 3
BUCKETS = 48
"""From 2**-3 to 2**9 of the statistic's unit; what lies outside falls into the first or the last bucket."""

_TAIL_SHARE = 0.05
_PSEUDO_COUNT = 2.0
_LAST = BUCKETS - 1e-6
_SHORT_BELOW = 18
_NEVER = 1e-300


def position(statistic: float) -> float:
    """Where a statistic >= 0 falls: bucket number and, after the point, how far into that bucket."""
    if statistic <= 0.125:
        return 0.0
    at = (math.log2(statistic) + OCTAVES_BELOW_ONE) * BUCKETS_PER_OCTAVE
    return at if at < _LAST else _LAST


def surprise(
    counts: "array[float]", start: int, total: float, unit: float, at: float, typical_excess: float
) -> float:
    """-log10 of the share of the past at or above a position.

    `counts[start : start + BUCKETS]` is the histogram, `total` its sum and `unit` the weight of one sample (recent samples
    weigh more, so that the past fades). Within the upper 5 % the tail is taken to be a power law whose exponent is Hill's
    estimate from the buckets (B. M. Hill, Annals of Statistics 3, 1975), drawn towards `typical_excess` buckets as long
    as few samples are there; two pseudo-samples that follow it make the result finite beyond the maximum.
    """
    if total <= 0.0:
        return 0.0
    bucket = int(at)
    place = start + bucket
    if bucket < _SHORT_BELOW:  # the shorter sum; its rounding matters only where the share is small
        share = total - sum(counts[start:place]) - (at - bucket) * counts[place]
    else:
        share = sum(counts[place + 1 : start + BUCKETS]) + (1.0 - at + bucket) * counts[place]
    needed = _TAIL_SHARE * total
    if share > needed:
        return math.log10(total / share) if share < total else 0.0
    return _extrapolated(counts, start, total, unit, at, share, needed, typical_excess)


def _extrapolated(
    counts: "array[float]",
    start: int,
    total: float,
    unit: float,
    at: float,
    share: float,
    needed: float,
    typical_excess: float,
) -> float:
    tail = counts[start : start + BUCKETS]
    mass = 0.0
    excess = 0.0
    base = BUCKETS
    # Walking down, each step moves all mass seen so far one bucket further above the base.
    while base > 0 and mass < needed:
        base -= 1
        excess += mass
        mass += tail[base]
    pseudo = _PSEUDO_COUNT * unit
    mean_excess = max((excess + 0.5 * mass + pseudo * typical_excess) / (mass + pseudo), 0.25)
    beyond = at - base
    fitted = mass / total * math.exp(-beyond / mean_excess) if beyond > 0.0 else mass / total
    probability = (share + pseudo * fitted) / (total + pseudo)
    return -math.log10(max(probability, _NEVER)) if probability < 1.0 else 0.0
