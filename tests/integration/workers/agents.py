"""Single simulated agents, each as thin or as thick as a test needs it."""

from collections.abc import Mapping

import msgspec

from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from lab.devices.objects import Objects
from lab.snmp_agent import Agent
from lab.snmp_live import Device, time_ticks
from lab.snmp_tree import Tree, View
from lab.snmp_usm_keys import User

COMMUNITY = "public"
MIKROTIK = "1.3.6.1.4.1.14988.1"
_MTX_SERIAL = "1.3.6.1.4.1.14988.1.1.7.3.0"
_SYSTEM = "1.3.6.1.2.1.1"
_IF = "1.3.6.1.2.1.2.2.1"


class Network(msgspec.Struct, frozen=True):
    """Agents by address."""

    agents: Mapping[str, Agent]


def access(port: int, *, id: str = "v2c", community: str = COMMUNITY) -> SnmpV2cAccess:
    return SnmpV2cAccess(id=id, community=community, port=port)


def agent(
    name: str,
    *,
    serial: str = "",
    mac: str = "",
    descr: str = "RouterOS RB750Gr3",
    object_id: str = MIKROTIK,
    booted_at: float | None = None,
    opens: SnmpAccess | None = None,
) -> Agent:
    """A RouterOS device with one interface where it has a MAC; without `booted_at` it tells no up-time."""
    objects = Objects()
    objects.text(f"{_SYSTEM}.1.0", descr)
    objects.oid(f"{_SYSTEM}.2.0", object_id)
    if name:
        objects.text(f"{_SYSTEM}.5.0", name)
    if booted_at is not None:
        objects.live(f"{_SYSTEM}.3.0", time_ticks)
    if serial:
        objects.text(_MTX_SERIAL, serial)
    if mac:
        objects.integer("1.3.6.1.2.1.2.1.0", 1)
        objects.text(f"{_IF}.2.1", "ether1")
        objects.integer(f"{_IF}.3.1", 6)
        objects.octets(f"{_IF}.6.1", bytes.fromhex(mac.replace(":", "")))
        objects.integer(f"{_IF}.7.1", 1)
        objects.integer(f"{_IF}.8.1", 1)
    device = Device(booted_at=booted_at or 0.0, engine_id=bytes.fromhex("80003a8c05") + name.encode()[:20])
    return _opened(name, View(Tree(objects), {}), device, opens or SnmpV2cAccess(id="", community=COMMUNITY))


def _opened(name: str, view: View, device: Device, opens: SnmpAccess) -> Agent:
    if isinstance(opens, SnmpV3Access):
        return Agent(name, lambda: view, device=device, users=[User(opens)])
    community = (opens.community.encode(),)
    if isinstance(opens, SnmpV1Access):
        return Agent(name, lambda: view, device=device, v1=community)
    return Agent(name, lambda: view, device=device, v2c=community)
