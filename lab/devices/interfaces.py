"""IF-MIB (RFC 2863), IP-MIB addresses (RFC 4293, RFC 1213) and the ARP table of a unit."""

import ipaddress

from lab import ber
from lab.devices.model import LOOPBACK, Model, Port, Unit
from lab.devices.objects import Objects, dotted_ip, mac_octets
from lab.snmp_live import Device, Flow, swung

IF_ENTRY = "1.3.6.1.2.1.2.2.1"
IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
_MEAN_PACKET_OCTETS = 720
_GAUGE_MAX = 0xFFFF_FFFF
_UP, _DOWN = 1, 2


class Octets:
    """Octets that an interface has passed since the device started."""

    __slots__ = ("_if_index", "_out", "_tag")

    def __init__(self, if_index: int, out: bool, tag: int) -> None:
        self._if_index = if_index
        self._out = out
        self._tag = tag

    def count(self, flow: Flow, device: Device, now: float) -> float:
        seconds = swung(now, flow.phase) - swung(device.booted_at, flow.phase)
        return max(seconds, 0.0) * (flow.out_bps if self._out else flow.in_bps) / 8

    def __call__(self, device: Device, now: float) -> bytes:
        flow = device.flows.get(self._if_index)
        count = int(self.count(flow, device, now)) if flow else 0
        return ber.integer(count & 0xFFFF_FFFF if self._tag == ber.COUNTER32 else count, self._tag)


class Packets(Octets):
    """Packets that it has passed, or with `share` those among them that were of a kind."""

    __slots__ = ("_share",)

    def __init__(self, if_index: int, out: bool, tag: int, share: float = 1.0) -> None:
        super().__init__(if_index, out, tag)
        self._share = share

    def count(self, flow: Flow, device: Device, now: float) -> float:
        return super().count(flow, device, now) / _MEAN_PACKET_OCTETS * self._share


class Errors(Octets):
    """Packets that were received broken."""

    __slots__ = ()

    def count(self, flow: Flow, device: Device, now: float) -> float:
        return super().count(flow, device, now) / _MEAN_PACKET_OCTETS * flow.error_share


class OperStatus:
    """Up where a link with traffic is."""

    __slots__ = ("_if_index",)

    def __init__(self, if_index: int) -> None:
        self._if_index = if_index

    def __call__(self, device: Device, _now: float) -> bytes:
        return ber.integer(_UP if self._if_index in device.flows else _DOWN)


class PortMac:
    __slots__ = ("_offset",)

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def __call__(self, device: Device, _now: float) -> bytes:
        return ber.tlv(ber.OCTET_STRING, mac_octets(device.mac + self._offset))


def add_interfaces(objects: Objects, model: Model) -> None:
    """The rows of all ports, as every unit of the model has them."""
    objects.integer("1.3.6.1.2.1.2.1.0", len(model.ports))
    for port in model.ports:
        _add_if_row(objects, port)
        _add_if_x_row(objects, port, high_capacity=model.high_capacity)


def _add_if_row(objects: Objects, port: Port) -> None:
    index = port.if_index
    virtual = port.use in ("management", "virtual")
    objects.integer(f"{IF_ENTRY}.1.{index}", index)
    objects.text(f"{IF_ENTRY}.2.{index}", port.if_descr)
    objects.integer(f"{IF_ENTRY}.3.{index}", port.type)
    objects.integer(f"{IF_ENTRY}.4.{index}", port.mtu)
    objects.gauge(f"{IF_ENTRY}.5.{index}", min(port.speed_bps, _GAUGE_MAX))
    if port.type == LOOPBACK:
        objects.octets(f"{IF_ENTRY}.6.{index}", b"")
    else:
        objects.live(f"{IF_ENTRY}.6.{index}", PortMac(port.mac_offset))
    objects.integer(f"{IF_ENTRY}.7.{index}", _UP)
    if virtual:
        objects.integer(f"{IF_ENTRY}.8.{index}", _UP)
    else:
        objects.live(f"{IF_ENTRY}.8.{index}", OperStatus(index))
    objects.ticks(f"{IF_ENTRY}.9.{index}", 2_400)
    for column, out in ((10, False), (16, True)):
        objects.live(f"{IF_ENTRY}.{column}.{index}", Octets(index, out, ber.COUNTER32))
        objects.live(f"{IF_ENTRY}.{column + 1}.{index}", Packets(index, out, ber.COUNTER32, 0.98))
        objects.live(f"{IF_ENTRY}.{column + 2}.{index}", Packets(index, out, ber.COUNTER32, 0.02))
        objects.counter(f"{IF_ENTRY}.{column + 3}.{index}", 0)
    objects.live(f"{IF_ENTRY}.14.{index}", Errors(index, False, ber.COUNTER32))
    objects.counter(f"{IF_ENTRY}.15.{index}", 0)
    objects.counter(f"{IF_ENTRY}.20.{index}", 0)
    objects.gauge(f"{IF_ENTRY}.21.{index}", 0)
    objects.oid(f"{IF_ENTRY}.22.{index}", "0.0")


def _add_if_x_row(objects: Objects, port: Port, *, high_capacity: bool) -> None:
    index = port.if_index
    objects.text(f"{IF_X_ENTRY}.1.{index}", port.name)
    for column, out in ((2, False), (4, True)):
        objects.live(f"{IF_X_ENTRY}.{column}.{index}", Packets(index, out, ber.COUNTER32, 0.015))
        objects.live(f"{IF_X_ENTRY}.{column + 1}.{index}", Packets(index, out, ber.COUNTER32, 0.005))
    if high_capacity:
        for column, out in ((6, False), (10, True)):
            objects.live(f"{IF_X_ENTRY}.{column}.{index}", Octets(index, out, ber.COUNTER64))
            for at, share in enumerate((0.98, 0.015, 0.005), 1):
                objects.live(f"{IF_X_ENTRY}.{column + at}.{index}", Packets(index, out, ber.COUNTER64, share))
    objects.integer(f"{IF_X_ENTRY}.14.{index}", 1)
    objects.gauge(f"{IF_X_ENTRY}.15.{index}", port.speed_bps // 1_000_000)
    objects.integer(f"{IF_X_ENTRY}.16.{index}", 2)
    objects.integer(f"{IF_X_ENTRY}.17.{index}", 2 if port.use in ("management", "virtual") else 1)
    objects.text(f"{IF_X_ENTRY}.18.{index}", "")
    objects.ticks(f"{IF_X_ENTRY}.19.{index}", 0)


def add_links(objects: Objects, unit: Unit) -> None:
    """What a unit's links change in its interface tables: descriptions, and speeds that came out lower."""
    for link in unit.links:
        index = link.port.if_index
        objects.text(f"{IF_X_ENTRY}.18.{index}", f"to {link.far.name} {link.far_port.name}")
        if link.speed_bps != link.port.speed_bps:
            objects.gauge(f"{IF_ENTRY}.5.{index}", min(link.speed_bps, _GAUGE_MAX))
            objects.gauge(f"{IF_X_ENTRY}.15.{index}", link.speed_bps // 1_000_000)


def add_addresses(objects: Objects, unit: Unit) -> None:
    """The unit's own addresses, and those of its neighbours on routed links."""
    objects.integer("1.3.6.1.2.1.4.1.0", 1 if unit.model.routed else 2)
    for if_index, address, length in unit.interface_addresses():
        _add_address(objects, if_index, int(ipaddress.IPv4Address(address)), length)
    for link in unit.links:
        if not link.address:
            continue
        _add_address(objects, link.port.if_index, link.address, 31)
        row = f"{link.port.if_index}.{dotted_ip(link.far_address)}"
        objects.integer(f"1.3.6.1.2.1.4.22.1.1.{row}", link.port.if_index)
        objects.octets(f"1.3.6.1.2.1.4.22.1.2.{row}", mac_octets(link.far.mac + link.far_port.mac_offset))
        objects.ip(f"1.3.6.1.2.1.4.22.1.3.{row}", link.far_address)
        objects.integer(f"1.3.6.1.2.1.4.22.1.4.{row}", 3)


def _add_address(objects: Objects, if_index: int, address: int, length: int) -> None:
    mask = 0xFFFF_FFFF << (32 - length) & 0xFFFF_FFFF
    row = dotted_ip(address)
    entry = "1.3.6.1.2.1.4.20.1"
    objects.ip(f"{entry}.1.{row}", address)
    objects.integer(f"{entry}.2.{row}", if_index)
    objects.ip(f"{entry}.3.{row}", mask)
    objects.integer(f"{entry}.4.{row}", 1)
    objects.integer(f"{entry}.5.{row}", 18_024)
    entry, row = "1.3.6.1.2.1.4.34.1", f"1.4.{row}"
    objects.integer(f"{entry}.3.{row}", if_index)
    objects.integer(f"{entry}.4.{row}", 1)
    objects.oid(
        f"{entry}.5.{row}", f"1.3.6.1.2.1.4.32.1.5.{if_index}.1.4.{dotted_ip(address & mask)}.{length}"
    )
    objects.integer(f"{entry}.6.{row}", 2)
    objects.integer(f"{entry}.7.{row}", 1)
