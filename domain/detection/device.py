"""The detector of one device: its metrics together, so that a combination is found in which no single metric stands out."""

import math
import struct
import sys
from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from domain.detection.hold import hold, share
from domain.detection.state import SnapshotError
from domain.detection.tail import BUCKETS, position, surprise

MOST_METRICS: Final = 16
WARM_UP: Final = 100
"""Polls before anything is said of a device."""

_SEEN: Final = 0
_TOTAL: Final = 1
_UNIT: Final = 2
_HELD: Final = 3
_FIXED: Final = 4
_HEADER: Final = struct.Struct("<4sHH")
_MAGIC: Final = b"NLM1"
_LARGEST: Final = 1e30
_DEVIATION: Final = 1.2533
"""Standard deviation of a normal variable in mean absolute deviations."""
_MOST_DEVIATIONS: Final = 8.0
_USUAL_EXCESS: Final = 1.0
_RESCALE_AT: Final = 1e12


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of the detector. Counts are polls of the device."""

    warm_up: int = WARM_UP
    level_memory: int = 500
    tail_memory: int = 20_000
    shrinkage: float = 0.1
    """How far correlations are drawn towards none, so that metrics that move as one do not divide by zero."""
    relearn_every: int = 16
    """After so many polls the inverse of the correlations is computed anew."""
    history_discount: float = 0.285
    hold: int = 120
    hold_margin: float = 0.3
    alarm_strength: float = 4.0
    """The strength that scores 0.5: about one poll in ten thousand by chance."""


class MetricView(msgspec.Struct, frozen=True, gc=False):
    """One metric as seen from all the others: what they let expect, and how many standard deviations it is off."""

    metric: str
    value: float
    expected: float
    deviations: float


class DeviceVerdict(msgspec.Struct, frozen=True):
    """`score` and `strength` as for a series; `views` holds the metrics that came, the strangest first."""

    score: float
    strength: float
    views: tuple[MetricView, ...]


_UNKNOWN: Final = DeviceVerdict(0.0, 0.0, ())


class DeviceState:
    """Means, deviations, correlations and their inverse of up to 16 metrics: 0.6 kB for four, 2.7 kB for twelve."""

    __slots__ = ("metrics", "scalars", "tail")

    def __init__(self, metrics: int) -> None:
        if not 2 <= metrics <= MOST_METRICS:
            raise ValueError(f"a device detector takes 2 to {MOST_METRICS} metrics, not {metrics}")
        self.metrics = metrics
        self.scalars = array("d", bytes(8 * _scalars(metrics)))
        self.tail = array("f", bytes(4 * BUCKETS))

    @property
    def seen(self) -> int:
        """Polls that were learned."""
        return int(self.scalars[_SEEN])

    def snapshot(self) -> bytes:
        scalars, tail = self.scalars[:], self.tail[:]
        if sys.byteorder == "big":
            scalars.byteswap()
            tail.byteswap()
        return _HEADER.pack(_MAGIC, self.metrics, BUCKETS) + scalars.tobytes() + tail.tobytes()

    @classmethod
    def restore(cls, snapshot: bytes) -> "DeviceState":
        """The state that was snapshot, bit for bit. Raises SnapshotError for anything else."""
        if len(snapshot) < _HEADER.size:
            raise SnapshotError("not a device detector snapshot: too short")
        magic, metrics, buckets = _HEADER.unpack_from(snapshot)
        known = magic == _MAGIC and buckets == BUCKETS and 2 <= metrics <= MOST_METRICS
        middle = _HEADER.size + 8 * _scalars(metrics)
        if not known or len(snapshot) != middle + 4 * BUCKETS:
            raise SnapshotError(f"not a device detector snapshot of this version ({len(snapshot)} bytes)")
        state = cls(metrics)
        state.scalars = array("d", snapshot[_HEADER.size : middle])
        state.tail = array("f", snapshot[middle:])
        if sys.byteorder == "big":
            state.scalars.byteswap()
            state.tail.byteswap()
        return state


class DeviceDetector:
    """Scores polls of any number of devices that have the same metrics; everything learned is in the state passed in."""

    def __init__(self, metrics: Sequence[str], settings: DeviceSettings | None = None) -> None:
        self._metrics = tuple(metrics)
        self._settings = settings or DeviceSettings()

    def new_state(self) -> DeviceState:
        return DeviceState(len(self._metrics))

    def observe(self, state: DeviceState, values: Sequence[float | None]) -> DeviceVerdict:
        """Scores one poll: the values in the order of the metrics, None or NaN where one did not come."""
        count = state.metrics
        if count != len(self._metrics) or len(values) != count:
            raise ValueError(f"{len(values)} values and a state of {count} for {len(self._metrics)} metrics")
        scalars, settings = state.scalars, self._settings
        present = [
            number for number, value in enumerate(values) if value is not None and math.isfinite(value)
        ]
        if not present:
            return _UNKNOWN
        rate = max(1.0 / settings.level_memory, 1.0 / (scalars[_SEEN] + 1.0))
        deviations = self._deviations(state, values, present, rate)
        if scalars[_SEEN] % settings.relearn_every == 0.0:
            _relearn_inverse(state, settings.shrinkage)
        pulls = _pulls(state, deviations)
        distance = math.sqrt(max(0.0, math.fsum(map(float.__mul__, deviations, pulls))) / count)
        strength = self._strength(state, distance)
        views = self._views(state, values, present, deviations, pulls)
        _learn_correlations(state, deviations, rate)
        scalars[_SEEN] += 1.0
        if scalars[_SEEN] <= settings.warm_up:
            return _UNKNOWN
        left, scalars[_HELD] = hold(scalars[_HELD], strength, settings.hold, settings.hold_margin)
        half = settings.alarm_strength
        return DeviceVerdict(share(left, half), share(strength, half), views)

    def _deviations(
        self, state: DeviceState, values: Sequence[float | None], present: list[int], rate: float
    ) -> list[float]:
        """Standard deviations from the mean, bounded, 0 for what did not come; means and deviations then learn."""
        scalars, count = state.scalars, state.metrics
        deviations = [0.0] * count
        for number in present:
            value = min(max(float(values[number] or 0.0), -_LARGEST), _LARGEST)
            if not scalars[_SEEN]:
                scalars[_FIXED + number] = value
            mean, size = scalars[_FIXED + number], scalars[_FIXED + count + number]
            off = value - mean
            usual = _DEVIATION * size + 1e-9 * abs(mean) + 1e-12
            bounded = min(max(off / usual, -_MOST_DEVIATIONS), _MOST_DEVIATIONS)
            deviations[number] = bounded
            taught = bounded * usual if size > 0.0 else off
            scalars[_FIXED + number] = mean + rate * taught
            scalars[_FIXED + count + number] = size + rate * (abs(taught) - size)
        return deviations

    def _strength(self, state: DeviceState, distance: float) -> float:
        """How rare such a distance is for this device, less for a long history."""
        scalars, settings = state.scalars, self._settings
        if scalars[_SEEN] < settings.warm_up // 2:
            return 0.0
        total, unit = scalars[_TOTAL], scalars[_UNIT] or 1.0
        at = position(distance)
        strength = surprise(state.tail, 0, total, unit, at, _USUAL_EXCESS)
        if total > 0.0:
            strength -= settings.history_discount * (math.log10(total / unit) - 3.0)
        state.tail[int(at)] += unit
        total += unit
        unit *= 1.0 + 1.0 / settings.tail_memory
        if unit > _RESCALE_AT:
            for place in range(BUCKETS):
                state.tail[place] /= unit
            total /= unit
            unit = 1.0
        scalars[_TOTAL], scalars[_UNIT] = total, unit
        return max(0.0, strength)

    def _views(
        self,
        state: DeviceState,
        values: Sequence[float | None],
        present: list[int],
        deviations: list[float],
        pulls: list[float],
    ) -> tuple[MetricView, ...]:
        scalars, count = state.scalars, state.metrics
        inverse = _inverse_at(count)
        views = []
        for number in present:
            own = scalars[inverse + number * count + number]
            usual = _DEVIATION * scalars[_FIXED + count + number]
            expected = scalars[_FIXED + number] + usual * (deviations[number] - pulls[number] / own)
            value = float(values[number] or 0.0)
            views.append(MetricView(self._metrics[number], value, expected, pulls[number] / math.sqrt(own)))
        return tuple(sorted(views, key=lambda view: -abs(view.deviations)))


def _scalars(metrics: int) -> int:
    return _FIXED + 2 * metrics + 2 * metrics * metrics


def _correlations_at(metrics: int) -> int:
    return _FIXED + 2 * metrics


def _inverse_at(metrics: int) -> int:
    return _FIXED + 2 * metrics + metrics * metrics


def _pulls(state: DeviceState, deviations: list[float]) -> list[float]:
    """The inverse of the correlations times the deviations."""
    count, at = state.metrics, _inverse_at(state.metrics)
    rows = (state.scalars[at + row * count : at + (row + 1) * count] for row in range(count))
    return [math.fsum(map(float.__mul__, row, deviations)) for row in rows]


def _learn_correlations(state: DeviceState, deviations: list[float], rate: float) -> None:
    """Over all metrics, also those that did not come (0): the matrix stays positive semidefinite that way."""
    scalars, count, at = state.scalars, state.metrics, _correlations_at(state.metrics)
    for row in range(count):
        for column in range(count):
            place = at + row * count + column
            scalars[place] += rate * (deviations[row] * deviations[column] - scalars[place])


def _relearn_inverse(state: DeviceState, shrinkage: float) -> None:
    """Inverts the shrunk correlations by Gauss-Jordan; they are positive definite, so that no pivoting is needed."""
    scalars, count, at = state.scalars, state.metrics, _correlations_at(state.metrics)
    variances = [max(scalars[at + number * count + number], 0.05) for number in range(count)]
    rows = []
    for row in range(count):
        left = [(1.0 - shrinkage) * scalars[at + row * count + column] for column in range(count)]
        left[row] = variances[row] * (1.0 + 1e-6)
        rows.append(left + [1.0 if column == row else 0.0 for column in range(count)])
    for pivot in range(count):
        scale = rows[pivot][pivot]
        rows[pivot] = [value / scale for value in rows[pivot]]
        for row in range(count):
            factor = rows[row][pivot]
            if row != pivot and factor:
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[pivot], strict=True)]
    inverse = _inverse_at(count)
    for row in range(count):
        for column in range(count):
            scalars[inverse + row * count + column] = rows[row][count + column]
