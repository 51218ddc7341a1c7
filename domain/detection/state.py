"""All that is remembered of one series: three flat arrays of under 5 kB, snapshots of them, and their layout."""

import struct
import sys
from array import array
from typing import Final

from domain.detection.tail import BUCKETS


class SnapshotError(ValueError):
    """Bytes that are no snapshot of this version: drop them and let the series be learned anew."""


# Places in SeriesState.scalars (64-bit). Values are in the series' own unit unless stated.
SEEN: Final = 0  # samples
LEVEL: Final = 1
SCALE: Final = 2  # mean absolute deviation from the level
LOWEST: Final = 3
HIGHEST: Final = 4
MEAN_12: Final = 5  # over about 12 samples
MEAN_40: Final = 6
SPREAD: Final = 7  # recent mean absolute deviation from MEAN_12
RANK_12: Final = 8  # smoothed rank of the samples, -1..1
RANK_40: Final = 9
CALMEST: Final = 10  # lowest and highest log(SPREAD)
WILDEST: Final = 11
DAY_ERROR: Final = 12  # mean absolute residual of the daily profile
WEEK_ERROR: Final = 13
DAY_OFFSET_40: Final = 14  # smoothed residual of the daily profile
WEEK_OFFSET_12: Final = 15
PARTS_TOTAL: Final = 16  # total and unit weight of the parts' histograms
PARTS_UNIT: Final = 17
RANKS_TOTAL: Final = 18
PAIRS_TOTAL: Final = 19
JOINT_TOTAL: Final = 20
JOINT_UNIT: Final = 21
HELD: Final = 22  # the last alarm's strength, fading
REFERENCE: Final = 23  # the first sample; profiles are kept relative to it
LAST_AT: Final = 24  # s since the epoch
INTERVAL: Final = 25  # s between samples, smoothed
TREND_WEIGHT: Final = 26  # exponentially weighted regression of value on time
TREND_AT: Final = 27
TREND_VALUE: Final = 28
TREND_AT_AT: Final = 29
TREND_AT_VALUE: Final = 30
NEXT_DUE: Final = 31  # s since the epoch: the earliest outlook to be checked
OUTLOOK_DUE: Final = (
    32  # first of HORIZONS places: when it is checked, or, negative, when the next one is made
)

HORIZONS_S: Final = (3600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0)
"""How far ahead forecasts are made and checked all the time; horizons between them are interpolated."""

PREDICTORS: Final = 4
OUTLOOK_WIDTH: Final = 2 * PREDICTORS + 4
"""Per horizon: what each predictor said (less the reference), each one's mean absolute error, that of their blend, the band's
upper and lower edge in units of it, and how often all this was checked."""

HISTOGRAMS: Final = 7
DAY_SLOTS: Final = 24
WEEK_SLOTS: Final = 168
RANKS: Final = 40
GRID: Final = 12
HOURS: Final = 12  # of two hours each

SCALARS: Final = OUTLOOK_DUE + len(HORIZONS_S)
JOINT: Final = HISTOGRAMS * BUCKETS
RANK: Final = JOINT + BUCKETS
PAIRS: Final = RANK + RANKS
BY_HOUR: Final = PAIRS + GRID * GRID
DAY: Final = BY_HOUR + GRID * HOURS
WEEK: Final = DAY + DAY_SLOTS
OUTLOOK: Final = WEEK + WEEK_SLOTS
TABLES: Final = OUTLOOK + OUTLOOK_WIDTH * len(HORIZONS_S)
VISITS: Final = DAY_SLOTS + WEEK_SLOTS

_HEADER = struct.Struct("<4sHHHH")
_MAGIC = b"NLD1"
SNAPSHOT_SIZE = _HEADER.size + 8 * SCALARS + 4 * TABLES + VISITS


class SeriesState:
    """What one series has taught us. Mutable and owned by its worker; `snapshot` and `restore` are exact."""

    __slots__ = ("scalars", "tables", "visits")

    def __init__(self) -> None:
        self.scalars = array("d", bytes(8 * SCALARS))
        self.tables = array("f", bytes(4 * TABLES))
        self.visits = bytearray(VISITS)

    @property
    def seen(self) -> int:
        return int(self.scalars[SEEN])

    def snapshot(self) -> bytes:
        """Little-endian and the same on every host; 8 bytes a scalar, 4 a table cell, 1 a visit count."""
        scalars, tables = self.scalars[:], self.tables[:]
        if sys.byteorder == "big":
            scalars.byteswap()
            tables.byteswap()
        header = _HEADER.pack(_MAGIC, SCALARS, TABLES, VISITS, 0)
        return b"".join((header, scalars.tobytes(), tables.tobytes(), bytes(self.visits)))

    @classmethod
    def restore(cls, snapshot: bytes) -> "SeriesState":
        """The state that was snapshot, bit for bit. Raises SnapshotError for anything else."""
        if len(snapshot) != SNAPSHOT_SIZE or _HEADER.unpack_from(snapshot) != (
            _MAGIC,
            SCALARS,
            TABLES,
            VISITS,
            0,
        ):
            raise SnapshotError(
                f"not a detector snapshot of this version ({len(snapshot)} bytes, {SNAPSHOT_SIZE} expected)"
            )
        state = cls()
        middle = _HEADER.size + 8 * SCALARS
        end = middle + 4 * TABLES
        state.scalars = array("d", snapshot[_HEADER.size : middle])
        state.tables = array("f", snapshot[middle:end])
        if sys.byteorder == "big":
            state.scalars.byteswap()
            state.tables.byteswap()
        state.visits = bytearray(snapshot[end:])
        return state
