"""Where samples rank among all that were seen, whether they keep to one side, and which ranks come when."""

import math
from typing import Final

from domain.detection.state import (
    BY_HOUR,
    DAY,
    GRID,
    HOURS,
    PAIRS,
    PAIRS_TOTAL,
    RANK,
    RANK_12,
    RANK_40,
    RANKS,
    RANKS_TOTAL,
    SeriesState,
)

_BUCKETS: Final = 2.0 / math.log(2.0)
_MIDDLE: Final = RANKS // 2
_HOUR_S: Final = 7200.0
_RARITY: Final = 0.9
"""Keeps the rarity of what always happens, about 1, off a bucket's edge, where rounding would move it to the next."""
_HALF_GRID: Final = GRID / 2.0 - 0.001


def observe_ranks(
    state: SeriesState, at_s: float, deviation: float, unit: float
) -> tuple[float, float, float]:
    """How lopsided the last forty samples rank; how rarely this rank came after such samples, and at this hour.

    `deviation` is in units of the usual one, `unit` the weight of one sample. Ranks come from a histogram in signed log buckets,
    rarities (square roots of inverse frequencies) from coarse grids of the rank beside the smoothed rank and the time of day.
    """
    scalars, tables = state.scalars, state.tables
    at = math.asinh(deviation * 4.0) * _BUCKETS + _MIDDLE
    bucket = 0 if at < 0.0 else RANKS - 1 if at >= RANKS else int(at)
    total = scalars[RANKS_TOTAL]
    place = RANK + bucket
    below = sum(tables[RANK:place]) + 0.5 * tables[place] + 0.5
    rank = min(below / (total + 1.0) * 2.0 - 1.0, 1.0)
    tables[place] += unit
    scalars[RANKS_TOTAL] = total + unit

    short = scalars[RANK_12]
    short += (rank - short) / 12.0
    scalars[RANK_12] = short
    long = scalars[RANK_40]
    long += (rank - long) * 0.025
    scalars[RANK_40] = long
    one_side = abs(long)

    row = int((rank + 1.0) * _HALF_GRID)
    top, bottom = max(row - 1, 0), min(row + 2, GRID)
    beside = int((short + 1.0) * _HALF_GRID)
    left, right = max(beside - 1, 0), min(beside + 2, GRID)
    near = 0.0
    for start in range(PAIRS + top * GRID, PAIRS + bottom * GRID, GRID):
        near += sum(tables[start + left : start + right])

    hour = int(at_s // _HOUR_S) % HOURS
    start = BY_HOUR + hour * GRID
    if 0 < hour < HOURS - 1:
        around = tables[start - GRID : start + 2 * GRID]
    elif hour:
        around = tables[start - GRID : start + GRID] + tables[BY_HOUR : BY_HOUR + GRID]
    else:
        around = tables[DAY - GRID : DAY] + tables[start : start + 2 * GRID]
    all_then = sum(around)
    then = (
        sum(around[top:bottom])
        + sum(around[GRID + top : GRID + bottom])
        + sum(around[2 * GRID + top : 2 * GRID + bottom])
    )
    pairs = scalars[PAIRS_TOTAL]
    tables[PAIRS + row * GRID + beside] += unit
    tables[start + row] += unit
    scalars[PAIRS_TOTAL] = pairs + unit
    return (
        one_side / (1.02 - one_side),
        _RARITY * math.sqrt(pairs / (near + pairs * 0.0005 + 0.3 * unit)),
        _RARITY * math.sqrt(all_then / (then + all_then * 0.0005 + 0.3 * unit)),
    )
