"""Traffic that moves: a rate around its mean and the bytes that it adds up to, both functions of the clock."""

from math import cos, pi, sin

PERIOD_S = 60.0
SWING = 0.3


class Meter:
    """One direction. The rate is a sine of one minute around the mean; the counter is its integral, so it never falls."""

    __slots__ = ("_bytes", "_mean", "_phase", "_since")

    def __init__(self, mean_bps: float, *, now: float, phase: float) -> None:
        self._mean = mean_bps
        self._since = now
        self._phase = phase
        self._bytes = 0.0

    def rate_bps(self, now: float) -> int:
        return int(self._mean * (1 + SWING * sin(self._angle(now))))

    def bytes(self, now: float) -> int:
        return int(self._bytes + self._integral(now) / 8)

    def retarget(self, mean_bps: float, now: float) -> None:
        """Goes on with another mean, from the bytes counted so far."""
        self._bytes += self._integral(now) / 8
        self._since = now
        self._mean = mean_bps

    def _angle(self, at: float) -> float:
        return 2 * pi * at / PERIOD_S + self._phase

    def _integral(self, now: float) -> float:
        swing = SWING * PERIOD_S / (2 * pi) * (cos(self._angle(self._since)) - cos(self._angle(now)))
        return max(0.0, self._mean * (now - self._since + swing))
