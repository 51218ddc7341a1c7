"""Sets a recording in motion: up-time goes on from where it was recorded, and interface counters count on."""

from lab import ber
from lab.snmp_live import Device, Live, swung
from lab.snmp_tree import Variable, value_of

SYS_UP_TIME = ber.oid("1.3.6.1.2.1.1.3.0")
_OCTETS, _PACKETS = 1.0, 1 / 720
# Columns of ifTable and ifXTable: octets, unicast packets; direction by position.
_COLUMNS = {
    ber.oid(f"1.3.6.1.2.1.{column}"): (direction, per_octet)
    for direction, columns in enumerate(
        (
            {"2.2.1.10": _OCTETS, "2.2.1.11": _PACKETS, "31.1.1.1.6": _OCTETS, "31.1.1.1.7": _PACKETS},
            {"2.2.1.16": _OCTETS, "2.2.1.17": _PACKETS, "31.1.1.1.10": _OCTETS, "31.1.1.1.11": _PACKETS},
        )
    )
    for column, per_octet in columns.items()
}


class Growing:
    """A counter that goes on from a recorded value at a mean rate a second."""

    __slots__ = ("_bits", "_per_s", "_phase", "_recorded", "_tag")

    def __init__(self, recorded: int, tag: int, per_s: float, phase: float) -> None:
        self._recorded = recorded
        self._tag = tag
        self._per_s = per_s
        self._phase = phase
        self._bits = 64 if tag == ber.COUNTER64 else 32

    def __call__(self, device: Device, now: float) -> bytes:
        seconds = max(swung(now, self._phase) - swung(device.booted_at, self._phase), 0.0)
        return ber.integer(self._recorded + int(seconds * self._per_s) & (1 << self._bits) - 1, self._tag)


class GoneOn:
    """sysUpTime, from the recorded hundredths of a second."""

    __slots__ = ("_recorded",)

    def __init__(self, recorded: int) -> None:
        self._recorded = recorded

    def __call__(self, device: Device, now: float) -> bytes:
        ticks = self._recorded + int(device.uptime_s(now) * 100)
        return ber.integer(ticks & 0xFFFF_FFFF, ber.TIME_TICKS)


def in_motion(objects: dict[bytes, Variable]) -> dict[bytes, Variable]:
    """The objects with moving ones in place of up-time, which is added if missing, and of interface counters.

    A counter recorded as zero stays there: its interface had no traffic.
    """
    moving = {oid: live for oid, variable in objects.items() if (live := _counter(oid, variable))}
    recorded, _ = _number(objects.get(SYS_UP_TIME))
    return {**objects, **moving, SYS_UP_TIME: Live(SYS_UP_TIME, GoneOn(recorded))}


def _counter(oid: bytes, variable: Variable) -> Live | None:
    arcs = ber.subidentifiers(oid)
    column = _COLUMNS.get(ber.suffix(arcs[:-1]))
    if column is None:
        return None
    recorded, tag = _number(variable)
    if not recorded or tag not in (ber.COUNTER32, ber.COUNTER64):
        return None
    direction, per_octet = column
    # Any rate of 0.2 to 25 Mbit/s that an interface's 32-bit and 64-bit counters agree upon.
    octets_per_s = 25_000 * (1 + (arcs[-1] * 37 + direction * 59) % 125)
    return Live(oid, Growing(recorded, tag, octets_per_s * per_octet, arcs[-1] % 7))


def _number(variable: Variable | None) -> tuple[int, int]:
    """The number and its tag; zero where there is none."""
    if not isinstance(variable, bytes):
        return 0, 0
    value = value_of(variable)
    tag, start, stop = ber.read(value, 0, len(value))
    number = ber.decode(tag, value[start:stop])
    return (number, tag) if isinstance(number, int) else (0, tag)
