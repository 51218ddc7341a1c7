"""When a verdict becomes an alert: threshold, sensitivity by metric, and what feedback has taught about single series."""

from collections.abc import Mapping
from typing import Annotated, Final
from zlib import crc32

import msgspec

from domain.event import one_line

MOST_LEVELS: Final = 6
STEP: Final = 0.85
"""Each `not useful` multiplies the sensitivity of its series by this, at most MOST_LEVELS times: down to 0.38."""
JOINT: Final = "joint"
"""The metric that stands for all metrics of a device together."""

_SKIPPED: Final = (
    "uptime_s",
    "device_up",
    "if_oper_up",
    "if_admin_up",
    "if_in_utilization_percent",
    "if_out_utilization_percent",
    "fan_ok",
    "power_ok",
)
_LONGEST_INTERFACE: Final = 120

LEAST_CHANGE: Final[Mapping[str, float]] = {
    "icmp_rtt_ms": 5.0,
    "icmp_loss_percent": 20.0,
    "snmp_response_ms": 50.0,
    "if_in_bps": 1e6,
    "if_out_bps": 1e6,
    "if_in_packets_per_s": 500.0,
    "if_out_packets_per_s": 500.0,
    "if_in_errors_per_s": 0.5,
    "if_out_errors_per_s": 0.5,
    "if_in_discards_per_s": 0.5,
    "if_out_discards_per_s": 0.5,
    "cpu_percent": 10.0,
    "memory_percent": 5.0,
    "storage_percent": 3.0,
    "load_1m": 1.0,
    "sessions": 100.0,
    "ppp_users": 5.0,
    "temperature_celsius": 3.0,
    "fan_rpm": 500.0,
    "power_watts": 20.0,
    "voltage_volts": 0.3,
    "current_amperes": 0.5,
    "humidity_percent": 5.0,
    "optical_rx_dbm": 1.0,
    "optical_tx_dbm": 1.0,
    "queue_rx_bps": 1e6,
    "queue_tx_bps": 1e6,
}
"""By metric, in its unit, what nobody needs to know of. A series that never moved is surprised by anything: one degree, one
broken packet."""

Sensitivity = Annotated[float, msgspec.Meta(ge=0.05, le=4.0)]


class DetectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is watched for anomalies, and how much has to be wrong before somebody is told."""

    enabled: bool = True
    """Off: series are learned all the same, and no alert is raised."""
    threshold: Annotated[float, msgspec.Meta(ge=0.5, le=0.999)] = 0.75
    """The score from which an anomaly is an alert. A single sample far off scores 0.76 to 0.88, the more the longer the history."""
    skipped_metrics: list[str] = msgspec.field(default_factory=lambda: list(_SKIPPED))
    """Metrics that are not learned: what only counts up, states that rules watch better, and what only says again
    what another metric says."""
    sensitivity: dict[str, Sensitivity] = {}
    """By metric, `joint` for a device's metrics together; 2 alarms at half the strength, 0.5 asks for twice as much."""
    least_change: dict[str, Annotated[float, msgspec.Meta(ge=0.0)]] = {}
    """By metric, in its unit: what is off by less is no alert, unless the series is usually off by more than a third of that.
    What is not named has the built-in value (1 Mbit/s, 3 °C, 10 % of CPU ...), or 0."""
    clear_samples: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 5
    """An alert is resolved after so many calm samples in a row."""
    refractory_s: Annotated[int, msgspec.Meta(ge=0, le=604_800)] = 1_800
    """For so long after it was resolved a series raises no other alert."""
    most_series: Annotated[int, msgspec.Meta(ge=16, le=10_000_000)] = 200_000
    """Series that are learned over all workers, at about 5 kB each; what comes beyond is counted and left out."""
    checkpoint_s: Annotated[int, msgspec.Meta(ge=1, le=3_600)] = 300
    """How often what was learned is saved; after a crash so much of the stream is read again."""
    retrain_on_drift: bool = True
    """When a device's behaviour has changed for good, its series are learned anew from what was stored since."""


class Bar(msgspec.Struct, frozen=True):
    """The score that it takes, and the change that matters, in the unit of the series."""

    score: float
    least: float = 0.0

    def matters(self, value: float, expected: float, usual_error: float) -> bool:
        """Whether a deviation, or else the noise that a series has, is large enough to be told."""
        return max(abs(value - expected), 3.0 * usual_error) >= self.least


class AlarmRules(msgspec.Struct, frozen=True):
    """Settings, and by alert key how often feedback has lowered the sensitivity. Part of every checkpoint: what is read
    again after a crash is judged by the rules of the first time."""

    settings: DetectionSettings = msgspec.field(default_factory=DetectionSettings)
    levels: dict[str, int] = {}

    def needed(self, metric: str, key: str) -> float:
        """The score from which this series alarms."""
        return _scaled(self.settings.threshold, self._sensitivity(metric, key))

    def calm(self, metric: str, key: str) -> float:
        """The strength below which its alarm is over: half the strength that raises it."""
        return _scaled(self.settings.threshold, 2.0 * self._sensitivity(metric, key))

    def bar(self, metric: str, key: str) -> "Bar":
        """What a sample of this series has to be to alarm."""
        least = self.settings.least_change.get(metric, LEAST_CHANGE.get(metric, 0.0))
        return Bar(self.needed(metric, key), least)

    def _sensitivity(self, metric: str, key: str) -> float:
        level = min(max(self.levels.get(key, 0), 0), MOST_LEVELS)
        return self.settings.sensitivity.get(metric, 1.0) * STEP**level


def _scaled(threshold: float, sensitivity: float) -> float:
    """The threshold that asks for 1/sensitivity of the strength; scores are s^2 / (s^2 + constant)."""
    ratio = threshold / (1.0 - threshold) / (sensitivity * sensitivity)
    return ratio / (1.0 + ratio)


def alert_key(device_id: str, metric: str, interface: str) -> str:
    """One alert a series. Names of interfaces come from devices: they are cleaned and cut, and stay distinct."""
    name = one_line(interface, _LONGEST_INTERFACE)
    if name != interface:
        name = f"{name}#{crc32(interface.encode('utf-8', 'surrogatepass')):08x}"
    return f"anomaly/{device_id}/{one_line(metric, 60)}/{name}"
