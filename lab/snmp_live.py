"""Objects whose values move: up-time that ticks, counters that count, gauges that breathe; each a pure function of device and time."""

import math
from collections.abc import Callable, Mapping

import msgspec

from lab import ber


class Flow(msgspec.Struct, frozen=True):
    """The traffic of one interface: mean rates, and where in its daily wave it stands."""

    in_bps: float
    out_bps: float
    phase: float = 0.0
    error_share: float = 0.0
    """Errored packets among those received."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """What the moving values of one device depend on."""

    seed: int = 0
    booted_at: float = 0.0
    """The clock's reading, in seconds, at which sysUpTime was zero."""
    mac: int = 0
    """The lowest of the device's block of MAC addresses."""
    flows: Mapping[int, Flow] = {}
    """By ifIndex."""
    engine_id: bytes = b""
    """snmpEngineID (RFC 3411, 5)."""
    engine_boots: int = 1

    def uptime_s(self, now: float) -> float:
        return max(now - self.booted_at, 0.0)

    def engine_time(self, now: float) -> int:
        """snmpEngineTime: seconds since the engine booted."""
        return int(self.uptime_s(now)) & 0x7FFF_FFFF


Reading = Callable[[Device, float], bytes]
"""Makes an encoded value from the device and its clock's time in seconds."""


class Live:
    """An object whose value is made when it is asked for."""

    __slots__ = ("name", "reading")

    def __init__(self, oid: bytes, reading: Reading) -> None:
        self.name = ber.tlv(ber.OID, oid)
        self.reading = reading

    def varbind(self, device: Device, now: float) -> bytes:
        return ber.tlv(ber.SEQUENCE, self.name + self.reading(device, now))


def time_ticks(device: Device, now: float) -> bytes:
    """Hundredths of a second since the device started; wraps after 497 days, as sysUpTime does (RFC 3418)."""
    return ber.integer(int(device.uptime_s(now) * 100) & 0xFFFF_FFFF, ber.TIME_TICKS)


_DAY_S, _SURGE_S = 86_400.0, 97.0
_DAY_SWING, _SURGE_SWING = 0.6, 0.25


def swing(now: float, phase: float) -> float:
    """The share of its mean that a load has now: a daily wave with short surges on it, 0.15 to 1.85."""
    day = math.sin(2 * math.pi * now / _DAY_S + phase)
    surge = math.sin(2 * math.pi * now / _SURGE_S + phase * 7)
    return 1.0 + _DAY_SWING * day + _SURGE_SWING * surge


def swung(now: float, phase: float) -> float:
    """The integral of `swing` from time zero in seconds: what a counter of mean rate 1 has counted. Never falls."""
    day, surge = 2 * math.pi / _DAY_S, 2 * math.pi / _SURGE_S
    return (
        now
        + _DAY_SWING / day * (math.cos(phase) - math.cos(day * now + phase))
        + _SURGE_SWING / surge * (math.cos(phase * 7) - math.cos(surge * now + phase * 7))
    )
