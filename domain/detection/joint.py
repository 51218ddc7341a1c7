"""The few metrics of a device that are scored together, gathered from its polls as they come."""

from array import array
from collections.abc import Sequence
from typing import Final

from domain.detection.device import DeviceDetector, DeviceSettings, DeviceState, DeviceVerdict
from domain.telemetry import Poll

METRICS: Final = (
    "cpu_percent",
    "memory_percent",
    "if_in_bps",
    "if_out_bps",
    "if_faults_per_s",
    "icmp_rtt_ms",
)
"""CPU and memory: the highest of the device; traffic and faults (errors and discards): the sum over its interfaces."""

_SUMMED: Final = {
    "if_in_bps": 2,
    "if_out_bps": 3,
    "if_in_errors_per_s": 4,
    "if_out_errors_per_s": 4,
    "if_in_discards_per_s": 4,
    "if_out_discards_per_s": 4,
}
_HIGHEST: Final = {"cpu_percent": 0, "memory_percent": 1, "icmp_rtt_ms": 5}
_FRESH_INTERVALS: Final = 2.0
_DETECTOR: Final = DeviceDetector(METRICS, DeviceSettings())


class Joint:
    """About 0.9 kB a device."""

    __slots__ = ("fresh_until", "latest", "paced", "state")

    def __init__(self) -> None:
        self.state: DeviceState | None = None
        self.latest = array("d", [0.0] * len(METRICS))
        self.fresh_until = array("d", [-1e18] * len(METRICS))
        self.paced = False
        """Whether polls of interfaces come, which then set the pace; else those of resources do."""

    def observe(self, poll: Poll) -> DeviceVerdict | None:
        """The verdict where this poll completes a picture of at least two metrics."""
        self._gather(poll)
        if poll.group == "interfaces":
            self.paced = True
        elif poll.group != "resources" or self.paced:
            return None
        values: Sequence[float | None] = [
            value if until >= poll.at else None
            for value, until in zip(self.latest, self.fresh_until, strict=True)
        ]
        if len(values) - values.count(None) < 2:
            return None
        if self.state is None:
            self.state = _DETECTOR.new_state()
        return _DETECTOR.observe(self.state, values)

    def _gather(self, poll: Poll) -> None:
        found: dict[int, float] = {}
        for sample in poll.samples:
            value = sample.value
            if value is None:
                continue
            if (place := _SUMMED.get(sample.metric)) is not None:
                found[place] = found.get(place, 0.0) + value
            elif (place := _HIGHEST.get(sample.metric)) is not None:
                found[place] = max(found.get(place, value), value)
        for place, value in found.items():
            self.latest[place] = value
            self.fresh_until[place] = poll.at + _FRESH_INTERVALS * poll.interval_s
