"""BRIDGE-MIB (RFC 4188): a switch's ports, and which MAC addresses it learned behind them."""

from lab import ber
from lab.devices.model import Model, Unit
from lab.devices.objects import Objects, mac_octets
from lab.snmp_live import Device

BASE = "1.3.6.1.2.1.17"


def _bridge_address(device: Device, _now: float) -> bytes:
    return ber.tlv(ber.OCTET_STRING, mac_octets(device.mac))


def add_ports(objects: Objects, model: Model) -> None:
    """Bridge ports are numbered as LLDP numbers them."""
    if model.type != "switch":
        return
    ports = [port for port in model.ports if port.use in ("access", "uplink")]
    objects.live(f"{BASE}.1.1.0", _bridge_address)
    objects.integer(f"{BASE}.1.2.0", len(ports))
    objects.integer(f"{BASE}.1.3.0", 2)
    for port in ports:
        objects.integer(f"{BASE}.1.4.1.1.{port.lldp_number}", port.lldp_number)
        objects.integer(f"{BASE}.1.4.1.2.{port.lldp_number}", port.if_index)


def add_learned(objects: Objects, unit: Unit) -> None:
    """dot1dTpFdbTable: the near end of each link, whatever it speaks."""
    if unit.model.type != "switch":
        return
    for link in unit.links:
        mac = mac_octets(link.far.mac + link.far_port.mac_offset)
        row = ".".join(map(str, mac))
        objects.octets(f"{BASE}.4.3.1.1.{row}", mac)
        objects.integer(f"{BASE}.4.3.1.2.{row}", link.port.lldp_number)
        objects.integer(f"{BASE}.4.3.1.3.{row}", 3)
