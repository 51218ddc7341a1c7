"""Scores one series from standard input as it comes: `timestamp,value` lines in, one anomaly score a line out."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

_LONGEST_LINE = 1000
_MOST_TOLD = 10


def score(stdin: TextIO, stdout: TextIO, *, tell: Callable[[str], None] = lambda _line: None) -> None:
    """Reads a header and then records; writes one score in [0, 1] per record, before the next record is read.

    A timestamp is RFC 3339 or `YYYY-MM-DD HH:MM:SS` (UTC unless it says otherwise), or seconds since the epoch. Lines that
    hold no finite number score 0, so the output always has as many lines as there were records; `tell` gets what was
    wrong with the first of them, and in the end how many there were.
    """
    detector, state = SeriesDetector(), SeriesState()
    bad = 0
    for number, line in enumerate(stdin, 1):
        at_s, value = _record(line)
        if number == 1 and math.isnan(value):
            continue
        if not math.isfinite(value):
            bad += 1
            if bad <= _MOST_TOLD:
                tell(
                    f"line {number}: no finite number after the first comma, scored 0: {line[:60].rstrip()!r}"
                )
        stdout.write(f"{detector.observe(state, at_s, value).score:.9f}\n")
        stdout.flush()
    if bad > _MOST_TOLD:
        tell(f"{bad} lines without a finite number in all")


def _record(line: str) -> tuple[float, float]:
    """Timestamp and value of a line, NaN for what cannot be read; further columns are ignored."""
    stamp, _, rest = line[:_LONGEST_LINE].partition(",")
    return _seconds(stamp.strip().strip('"')), _number(rest.partition(",")[0].strip().strip('"'))


def _seconds(stamp: str) -> float:
    number = _number(stamp)
    if not math.isnan(number):
        return number
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return math.nan
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    try:
        return at.timestamp()
    except (OverflowError, ValueError):  # an offset that leads before year 1
        return math.nan


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
