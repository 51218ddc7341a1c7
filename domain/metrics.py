"""The catalogue of metrics: what each name measures, in which unit, and what values make sense."""

from difflib import get_close_matches
from typing import Literal

import msgspec

from domain.errors import Invalid
from domain.telemetry import Group

Scope = Literal["device", "interface", "storage", "sensor", "queue"]
"""What `interface` of a sample names: nothing, a port, a file system, a sensor, a user's queue."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """`low` and `high` bound what a device may say; beyond them it errs, and the value is not known."""

    name: str
    unit: str
    group: Group
    scope: Scope = "device"
    description: str
    low: float | None = None
    high: float | None = None


def _interface(name: str, unit: str, description: str, high: float | None = None) -> Metric:
    return Metric(
        name=name,
        unit=unit,
        group="interfaces",
        scope="interface",
        description=description,
        low=0,
        high=high,
    )


def _sensor(
    name: str, unit: str, description: str, low: float | None = None, high: float | None = None
) -> Metric:
    return Metric(
        name=name, unit=unit, group="sensors", scope="sensor", description=description, low=low, high=high
    )


_ALL = (
    Metric(
        name="icmp_rtt_ms",
        unit="ms",
        group="availability",
        description="median round trip of the echo requests that were answered",
        low=0,
    ),
    Metric(
        name="icmp_loss_percent",
        unit="%",
        group="availability",
        description="echo requests that were not answered",
        low=0,
        high=100,
    ),
    Metric(
        name="device_up",
        unit="1 or 0",
        group="availability",
        description="whether the device answered by any means",
        low=0,
        high=1,
    ),
    Metric(
        name="snmp_response_ms",
        unit="ms",
        group="resources",
        description="how long the agent took for the first answer of a poll",
        low=0,
    ),
    _interface("if_in_bps", "bit/s", "received, from ifHCInOctets or ifInOctets"),
    _interface("if_out_bps", "bit/s", "sent, from ifHCOutOctets or ifOutOctets"),
    _interface("if_in_packets_per_s", "1/s", "unicast packets received"),
    _interface("if_out_packets_per_s", "1/s", "unicast packets sent"),
    _interface("if_in_errors_per_s", "1/s", "packets received broken (ifInErrors)"),
    _interface("if_out_errors_per_s", "1/s", "packets not sent because of errors (ifOutErrors)"),
    _interface(
        "if_in_discards_per_s",
        "1/s",
        "good packets dropped on receipt, mostly for want of room (ifInDiscards)",
    ),
    _interface("if_out_discards_per_s", "1/s", "packets dropped instead of sent (ifOutDiscards)"),
    _interface("if_oper_up", "1 or 0", "whether the interface passes packets (ifOperStatus up)", 1),
    _interface("if_admin_up", "1 or 0", "whether the interface shall be up (ifAdminStatus up)", 1),
    _interface("if_in_utilization_percent", "%", "received, of the interface's speed"),
    _interface("if_out_utilization_percent", "%", "sent, of the interface's speed"),
    Metric(
        name="cpu_percent",
        unit="%",
        group="resources",
        description="processor load, the mean of all processors",
        low=0,
        high=100,
    ),
    Metric(
        name="memory_percent",
        unit="%",
        group="resources",
        description="memory in use; caches that can be given up count as free where the device tells them apart",
        low=0,
        high=100,
    ),
    Metric(
        name="storage_percent",
        unit="%",
        group="resources",
        scope="storage",
        description="a file system's room in use",
        low=0,
        high=100,
    ),
    Metric(name="load_1m", unit="1", group="resources", description="load average of one minute", low=0),
    Metric(
        name="sessions", unit="1", group="resources", description="sessions that a firewall tracks", low=0
    ),
    Metric(
        name="uptime_s",
        unit="s",
        group="resources",
        description="since the device, or its SNMP agent, last started",
        low=0,
    ),
    _sensor("temperature_celsius", "°C", "of a place in the device", -80, 300),
    _sensor("fan_rpm", "1/min", "speed of a fan", 0, 100_000),
    _sensor("fan_ok", "1 or 0", "whether a fan works", 0, 1),
    _sensor("power_ok", "1 or 0", "whether a power supply works", 0, 1),
    _sensor("power_watts", "W", "drawn or delivered", -100_000, 100_000),
    _sensor("voltage_volts", "V", "at a place in the device", -10_000, 10_000),
    _sensor("current_amperes", "A", "at a place in the device", -10_000, 10_000),
    _sensor("humidity_percent", "%", "relative humidity", 0, 100),
    _sensor("optical_rx_dbm", "dBm", "light received by a transceiver", -60, 30),
    _sensor("optical_tx_dbm", "dBm", "light sent by a transceiver", -60, 30),
    Metric(
        name="queue_rx_bps",
        unit="bit/s",
        group="queues",
        scope="queue",
        description="a user's upload through the queue on the router",
        low=0,
    ),
    Metric(
        name="queue_tx_bps",
        unit="bit/s",
        group="queues",
        scope="queue",
        description="a user's download through the queue on the router",
        low=0,
    ),
    Metric(
        name="ppp_users",
        unit="1",
        group="resources",
        description="PPP sessions that are up on a router",
        low=0,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def check_name(name: str, field: str) -> None:
    """Refuses a name that no sample will ever have; raises Invalid with the nearest name that there is."""
    if name not in METRICS:
        near = get_close_matches(name, METRICS, 1)
        meant = f"; {near[0]}?" if near else ", see GET /telemetry/metrics"
        raise Invalid(f"there is no metric {name}{meant}", field=field)


def sane(metric: str, value: float) -> float | None:
    """The value, or None where it is none that the metric can have: NaN, infinite, or beyond its bounds."""
    known = METRICS[metric]
    if not (known.low is None or value >= known.low) or not (known.high is None or value <= known.high):
        return None
    return value if abs(value) < 1e300 else None
