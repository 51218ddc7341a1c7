"""A steady rate: when the next of many equal things may be done."""

_CATCH_UP_S = 0.02


class Pace:
    """A token bucket that makes up for a pause of at most 20 ms, so that no pause ends in a flood.

    Times are seconds of any clock that only goes forward.
    """

    def __init__(self, rate_per_s: float, now: float) -> None:
        self._rate_per_s = rate_per_s
        self._depth = max(1.0, rate_per_s * _CATCH_UP_S)
        # At high rates a wait for a single one would take longer than it should: half a bucket may be owed first.
        self._debt = self._depth / 2 if self._depth > 1.0 else 0.0
        self._credit = 1.0
        self._seen = now

    def take(self, now: float) -> float:
        """Counts one, and tells how many seconds to wait before doing it."""
        self._credit = min(self._depth, self._credit + (now - self._seen) * self._rate_per_s) - 1.0
        self._seen = now
        return 0.0 if self._credit >= -self._debt else -self._credit / self._rate_per_s
