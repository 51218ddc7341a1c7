"""Where samples rank among all that were seen, whether they keep to one side, and which ranks come when."""

import math
from typing import Final

from domain.detection.state import (
    BY_HOUR,
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
_HALF_GRID: Final = GRID / 2.0 - 0.001


def observe_ranks(
    state: SeriesState, at_s: float, deviation: float, unit: float
) -> tuple[float, float, float, float]:
    """How lopsided the last dozen and the last forty samples rank; how rarely this rank came after such samples, and at this hour.

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
    one_side_short = abs(short)
    one_side_long = abs(long)

    row = int((rank + 1.0) * _HALF_GRID)
    top, bottom = max(row - 1, 0) * GRID, min(row + 2, GRID) * GRID
    column = int((short + 1.0) * _HALF_GRID)
    left, right = max(column - 1, 0), min(column + 2, GRID)
    near = 0.0
    for start in range(PAIRS + top, PAIRS + bottom, GRID):
        near += sum(tables[start + left : start + right])
    hour = int(at_s // _HOUR_S) % HOURS
    before, after = (hour - 1) % HOURS, (hour + 1) % HOURS
    then = 0.0
    for start in range(BY_HOUR + top, BY_HOUR + bottom, HOURS):
        then += tables[start + before] + tables[start + hour] + tables[start + after]
    pairs = scalars[PAIRS_TOTAL]
    least = pairs * 0.0005 + 0.3 * unit
    tables[PAIRS + row * GRID + column] += unit
    tables[BY_HOUR + row * HOURS + hour] += unit
    scalars[PAIRS_TOTAL] = pairs + unit
    return (
        one_side_short / (1.02 - one_side_short),
        one_side_long / (1.02 - one_side_long),
        math.sqrt(pairs / (near + least)),
        math.sqrt(pairs / (then + least)),
    )
