"""Times of samples, which may be any number, as moments on the calendar."""

from datetime import UTC, datetime
from math import isfinite

_LATEST = 253_402_300_799.0
"""The last second of the year 9999."""


def moment(at_s: float) -> datetime:
    """UTC; before 1970 and after 9999 the nearest moment that can be written."""
    return datetime.fromtimestamp(min(max(at_s, 0.0), _LATEST) if isfinite(at_s) else 0.0, UTC)


def written(at_s: float) -> str:
    """RFC 3339."""
    return moment(at_s).isoformat()
