"""CISCO-CDP-MIB: the neighbours that a Cisco device heard."""

import ipaddress

from lab.devices.model import Cdp, Unit
from lab.devices.objects import Objects

BASE = "1.3.6.1.4.1.9.9.23.1"
_ROUTER, _SWITCH, _HOST = 0x01, 0x08, 0x10
_CAPABILITIES = {"router": _ROUTER, "firewall": _ROUTER, "switch": _SWITCH | 0x20}


def device_id(unit: Unit, cdp: Cdp) -> str:
    return f"{unit.name}({unit.serial})" if cdp.serial_in_id else unit.name


def add_cache(objects: Objects, unit: Unit) -> None:
    """cdpGlobal, and a cache row for each link whose far end speaks CDP."""
    cdp = unit.model.cdp
    if cdp is None or not cdp.served:
        return
    objects.integer(f"{BASE}.3.1.0", 1)
    objects.integer(f"{BASE}.3.2.0", 60)
    objects.integer(f"{BASE}.3.3.0", 180)
    objects.text(f"{BASE}.3.4.0", device_id(unit, cdp))
    for number, link in enumerate(unit.links, 1):
        far, far_cdp = link.far, link.far.model.cdp
        if far_cdp is None:
            continue
        entry, row = f"{BASE}.2.1.1", f"{link.port.if_index}.{number}"
        objects.integer(f"{entry}.3.{row}", 1)
        objects.octets(f"{entry}.4.{row}", ipaddress.IPv4Address(far.addresses[0]).packed)
        objects.text(f"{entry}.5.{row}", far.model.describe(far))
        objects.text(f"{entry}.6.{row}", device_id(far, far_cdp))
        objects.text(f"{entry}.7.{row}", link.far_port.if_descr)
        objects.text(f"{entry}.8.{row}", far_cdp.platform or far.model.name)
        objects.octets(f"{entry}.9.{row}", _CAPABILITIES.get(far.model.type, _HOST).to_bytes(4, "big"))
        objects.integer(f"{entry}.11.{row}", 1)
        objects.integer(f"{entry}.12.{row}", 3)
        objects.text(f"{BASE}.1.1.1.6.{link.port.if_index}", link.port.if_descr)
