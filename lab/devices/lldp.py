"""LLDP-MIB (IEEE 802.1AB-2005): a unit's own side and what it heard from its neighbours."""

from lab import ber
from lab.devices.model import Link, Lldp, Model, Unit
from lab.devices.objects import Objects, mac_octets, mac_text
from lab.snmp_live import Device

BASE = "1.0.8802.1.1.2.1"
_MAC_CHASSIS, _NAME_PORT, _LOCAL_PORT = 4, 5, 7
_TIME_MARK_MAX = 40_000_000

# LldpSystemCapabilitiesMap, most significant bit first: bridge is bit 2, access point 3, router 4, station only 7.
_CAPABILITIES = {
    "router": b"\x28\x00",
    "firewall": b"\x08\x00",
    "switch": b"\x20\x00",
    "wireless": b"\x30\x00",
}
_STATION = b"\x01\x00"


class ChassisMac:
    __slots__ = ("_ascii",)

    def __init__(self, ascii_macs: bool) -> None:
        self._ascii = ascii_macs

    def __call__(self, device: Device, _now: float) -> bytes:
        return ber.tlv(ber.OCTET_STRING, _chassis(device.mac, self._ascii))


def _chassis(mac: int, ascii_macs: bool) -> bytes:
    return mac_text(mac).upper().encode() if ascii_macs else mac_octets(mac)


def capabilities(unit: Unit) -> bytes:
    return _CAPABILITIES.get(unit.model.type, _STATION)


def add_local_ports(objects: Objects, model: Model) -> None:
    """lldpLocChassis and lldpLocPortTable, as every unit of the model has them."""
    lldp = model.lldp
    if lldp is None or not lldp.served:
        return
    objects.integer(f"{BASE}.3.1.0", _MAC_CHASSIS)
    objects.live(f"{BASE}.3.2.0", ChassisMac(lldp.ascii_macs))
    for port in model.ports:
        if port.use not in ("access", "uplink"):
            continue
        by_name = lldp.port_id == "name"
        row = port.lldp_number
        objects.integer(f"{BASE}.3.7.1.2.{row}", _NAME_PORT if by_name else _LOCAL_PORT)
        objects.text(f"{BASE}.3.7.1.3.{row}", port.name if by_name else str(port.if_index))
        objects.text(f"{BASE}.3.7.1.4.{row}", port.if_descr)


def add_neighbours(objects: Objects, unit: Unit) -> None:
    """The unit's own names, and a remote row for each link whose far end speaks LLDP."""
    lldp = unit.model.lldp
    if lldp is None or not lldp.served:
        return
    objects.text(f"{BASE}.3.3.0", unit.name)
    objects.text(f"{BASE}.3.4.0", unit.model.describe(unit))
    objects.octets(f"{BASE}.3.5.0", capabilities(unit))
    objects.octets(f"{BASE}.3.6.0", capabilities(unit))
    entry = f"{BASE}.3.8.1"
    row = f"1.4.{unit.addresses[0]}"
    objects.integer(f"{entry}.3.{row}", 5)
    objects.integer(f"{entry}.4.{row}", 2)
    objects.integer(f"{entry}.5.{row}", unit.model.management.if_index)
    for number, link in enumerate(unit.links, 1):
        if link.far.model.lldp is not None:
            _add_remote(
                objects, lldp, link, f"{unit.seed * 131 % _TIME_MARK_MAX}.{link.port.lldp_number}.{number}"
            )


def _add_remote(objects: Objects, lldp: Lldp, link: Link, row: str) -> None:
    far, far_lldp = link.far, link.far.model.lldp
    by_name = far_lldp is None or far_lldp.port_id == "name"
    entry = f"{BASE}.4.1.1"
    objects.integer(f"{entry}.4.{row}", _MAC_CHASSIS)
    objects.octets(f"{entry}.5.{row}", _chassis(far.mac, lldp.ascii_macs))
    objects.integer(f"{entry}.6.{row}", _NAME_PORT if by_name else _LOCAL_PORT)
    objects.text(f"{entry}.7.{row}", link.far_port.name if by_name else str(link.far_port.if_index))
    objects.text(f"{entry}.8.{row}", link.far_port.if_descr)
    objects.text(f"{entry}.9.{row}", far.name)
    objects.text(f"{entry}.10.{row}", far.model.describe(far))
    objects.octets(f"{entry}.11.{row}", capabilities(far))
    objects.octets(f"{entry}.12.{row}", capabilities(far))
    # Address subtype 1 is IPv4; interface subtype 2 is an ifIndex.
    entry, row = f"{BASE}.4.2.1", f"{row}.1.4.{far.addresses[0]}"
    objects.integer(f"{entry}.3.{row}", 2)
    objects.integer(f"{entry}.4.{row}", far.model.management.if_index)
    objects.oid(f"{entry}.5.{row}", "0.0")
