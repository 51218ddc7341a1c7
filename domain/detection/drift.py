"""Tells when the learned no longer fits: ADWIN over the hourly mean error of a model (Bifet and Gavaldà, SDM 2007)."""

from typing import Final

from river.__version__ import __version__ as river_version
from river._river_rust.drift import AdaptiveWindowing

from domain.detection.state import SnapshotError

_DELTA: Final = 0.002
_MOST_BUCKETS: Final = 5
_SHORTEST_WINDOW: Final = 5
_GRACE: Final = 10
"""These four are river's defaults."""
_HOUR_S: Final = 3600.0
_MOST_ERROR: Final = 20.0


def adwin() -> AdaptiveWindowing:
    """River's ADWIN that looks for a change with every value, without the wrapper `river.drift.ADWIN`: that one's package
    loads scipy, two seconds and 100 MB a process. `update` tells whether the mean has changed; it then begins anew with
    a new one, as the wrapper does."""
    return AdaptiveWindowing(_DELTA, 1, _MOST_BUCKETS, _SHORTEST_WINDOW, _GRACE)


class Drift:
    """Errors in units of the usual one; about 1.5 kB. Hours rather than samples, so that a noisy hour is one value."""

    __slots__ = ("_adwin", "_count", "_hour", "_sum", "events", "last_at")

    def __init__(self) -> None:
        self._adwin = adwin()
        self._hour = 0
        self._sum = 0.0
        self._count = 0
        self.events = 0
        self.last_at = 0.0

    def observe(self, at_s: float, error: float) -> bool:
        """Whether the errors have just been found to be larger than before, for good; that they shrink is no drift."""
        hour = int(at_s // _HOUR_S)
        drifted = False
        if hour != self._hour and self._count:
            drifted = self._hourly(self._sum / self._count)
            self._sum, self._count = 0.0, 0
        self._hour = hour
        self._sum += min(max(error, 0.0), _MOST_ERROR)
        self._count += 1
        if drifted:
            self.events += 1
            self.last_at = at_s
        return drifted

    def _hourly(self, error: float) -> bool:
        before = _mean(self._adwin)
        if not self._adwin.update(error):
            return False
        larger = _mean(self._adwin) > before
        self._adwin = adwin()
        return larger

    def dump(self) -> tuple[str, bytes, tuple[float, ...]]:
        """River's version, its learned window, and the hour that is under way."""
        learned: bytes = self._adwin.__getstate__()  # what river's own pickling calls
        rest = (float(self._hour), self._sum, float(self._count), float(self.events), self.last_at)
        return river_version, learned, rest

    @classmethod
    def load(cls, version: str, learned: bytes, rest: tuple[float, ...]) -> "Drift":
        """Raises SnapshotError for what another version of river wrote."""
        if version != river_version or len(rest) != 5:
            raise SnapshotError(f"not a drift detector of river {river_version}")
        drift = cls()
        drift._adwin.__setstate__(learned)
        hour, drift._sum, count, events, drift.last_at = rest
        drift._hour, drift._count, drift.events = int(hour), int(count), int(events)
        return drift


def _mean(window: AdaptiveWindowing) -> float:
    width = window.get_width()
    return float(window.get_total()) / width if width else 0.0
