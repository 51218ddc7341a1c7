"""Collects an agent's objects under dotted OIDs."""

import ipaddress

from lab import ber
from lab.snmp_live import Device, Live, Reading, swing
from lab.snmp_tree import Variable, varbind


class Objects(dict[bytes, Variable]):
    """Objects under their OID content octets. Each method sets one of the type it is named for."""

    def _put(self, oid: str, value: bytes) -> None:
        key = ber.oid(oid)
        self[key] = varbind(key, value)

    def integer(self, oid: str, value: int) -> None:
        self._put(oid, ber.integer(value))

    def gauge(self, oid: str, value: int) -> None:
        self._put(oid, ber.integer(value, ber.GAUGE32))

    def counter(self, oid: str, value: int) -> None:
        self._put(oid, ber.integer(value, ber.COUNTER32))

    def ticks(self, oid: str, value: int) -> None:
        self._put(oid, ber.integer(value, ber.TIME_TICKS))

    def text(self, oid: str, value: str) -> None:
        self._put(oid, ber.tlv(ber.OCTET_STRING, value.encode()))

    def octets(self, oid: str, value: bytes) -> None:
        self._put(oid, ber.tlv(ber.OCTET_STRING, value))

    def oid(self, oid: str, value: str) -> None:
        self._put(oid, ber.tlv(ber.OID, ber.oid(value)))

    def ip(self, oid: str, value: int) -> None:
        """An IpAddress, given as the number that the address is."""
        self._put(oid, ber.tlv(ber.IP_ADDRESS, value.to_bytes(4, "big")))

    def live(self, oid: str, reading: Reading) -> None:
        key = ber.oid(oid)
        self[key] = Live(key, reading)


def dotted_ip(value: int) -> str:
    return str(ipaddress.IPv4Address(value))


def mac_octets(value: int) -> bytes:
    return value.to_bytes(6, "big")


def mac_text(value: int, separator: str = ":") -> str:
    return mac_octets(value).hex(separator)


class Breathing:
    """A gauge that moves between two values with the device's load; `salt` sets one gauge apart from the next."""

    __slots__ = ("_high", "_low", "_salt", "_tag")

    def __init__(self, low: float, high: float, salt: int = 0, tag: int = ber.INTEGER) -> None:
        self._low = low
        self._high = high
        self._salt = salt
        self._tag = tag

    def value(self, device: Device, now: float) -> float:
        phase = (device.seed * 31 + self._salt * 7919) % 6283 / 1000
        return self._low + (self._high - self._low) * (swing(now, phase) - 0.15) / 1.7

    def __call__(self, device: Device, now: float) -> bytes:
        return ber.integer(round(self.value(device, now)), self._tag)


class BreathingText(Breathing):
    """The same, for agents that write the number into a string of this form."""

    __slots__ = ("_form",)

    def __init__(self, form: str, low: float, high: float, salt: int = 0) -> None:
        super().__init__(low, high, salt)
        self._form = form

    def __call__(self, device: Device, now: float) -> bytes:
        return ber.tlv(ber.OCTET_STRING, self._form.format(self.value(device, now)).encode())
