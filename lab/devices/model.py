"""What a device model is, and one unit of it in a network."""

import random
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from lab.devices.objects import Objects

Use = Literal["access", "uplink", "management", "virtual"]
Role = Literal["core", "distribution", "access", "edge", "endpoint"]

ETHERNET, LOOPBACK, OTHER, VLAN, BRIDGE, WIRELESS = 6, 24, 1, 53, 209, 71
"""IANAifType values."""


class Port(msgspec.Struct, frozen=True, kw_only=True):
    if_index: int
    name: str
    """ifName."""
    descr: str = ""
    """ifDescr; the name where empty."""
    type: int = ETHERNET
    speed_bps: int = 1_000_000_000
    mtu: int = 1500
    use: Use = "access"
    mac_offset: int = 0
    """Which of the unit's MAC addresses it has."""
    lldp_number: int = 0
    """lldpLocPortNum."""

    @property
    def if_descr(self) -> str:
        return self.descr or self.name


class Lldp(msgspec.Struct, frozen=True, kw_only=True):
    """How a model speaks LLDP."""

    served: bool = True
    """Whether its agent has the LLDP-MIB, beside sending the frames."""
    port_id: Literal["name", "local"] = "name"
    """ifName (subtype 5), or the ifIndex as locally assigned (subtype 7)."""
    ascii_macs: bool = False
    """Whether its agent writes MAC addresses out as text, as RouterOS does."""


class Cdp(msgspec.Struct, frozen=True, kw_only=True):
    """How a model speaks the Cisco Discovery Protocol."""

    served: bool = True
    """Whether its agent has the CISCO-CDP-MIB, beside sending the frames."""
    serial_in_id: bool = False
    """Whether it calls itself `name(serial)`, as NX-OS does."""
    platform: str = ""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    vendor: str
    name: str
    os: str
    type: str
    """router, switch, firewall, wireless, server, printer, ups, camera."""
    sys_object_id: str
    oui: int
    """The vendor's 24 bits of its MAC addresses."""
    ports: tuple[Port, ...]
    versions: tuple[str, ...]
    describe: Callable[["Unit"], str]
    """Makes sysDescr."""
    make_serial: Callable[[random.Random, int], str]
    """From a dice and the unit's MAC address; empty where the model shows no serial number."""
    shared: Callable[[Objects], None]
    """Adds the vendor's objects that all units have alike."""
    own: Callable[[Objects, "Unit"], None]
    """Adds those that differ from unit to unit."""
    enterprise: int
    """The vendor's number in its engine IDs."""
    services: int = 6
    """sysServices (RFC 3418)."""
    routed: bool = False
    """Whether its links to other routers carry addresses."""
    lldp: Lldp | None = None
    cdp: Cdp | None = None
    high_capacity: bool = True
    """Whether it has 64-bit counters (ifXTable)."""
    v1_only: bool = False

    @property
    def management(self) -> Port:
        """The port with the management address: the only one, on a host."""
        by_use = {port.use: port for port in reversed(self.ports)}
        return by_use.get("management") or by_use["uplink"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a link, as its unit has it."""

    port: Port
    far: "Unit"
    far_port: Port
    speed_bps: int
    address: int = 0
    """On routed links the addresses of both ends, in a /31; else zero."""
    far_address: int = 0

    def __repr__(self) -> str:
        return f"<Link {self.port.name} to {self.far.name} {self.far_port.name}>"


class Unit:
    """One device of the fleet and the truth about it, for whoever checks what was discovered."""

    def __init__(
        self,
        model: Model,
        *,
        name: str,
        site: str,
        role: Role,
        serial: str,
        version: str,
        mac: int,
        seed: int,
    ) -> None:
        self.model = model
        self.name = name
        self.site = site
        self.role = role
        self.serial = serial
        self.version = version
        self.mac = mac
        """The lowest of its block of MAC addresses, which is also its chassis ID."""
        self.seed = seed
        self.addresses: Sequence[str] = ()
        """Where its agent answers; the first is its management address."""
        self.prefix_len = 24
        self.links: list[Link] = []
        self._free = [port for port in model.ports if port.use in ("access", "uplink")]

    def __repr__(self) -> str:
        return f"<Unit {self.name} {self.model.name}>"

    def take_port(self, use: Use) -> Port:
        """A free port, of this use if there is one left; IndexError when all are taken."""
        port = next((port for port in self._free if port.use == use), None) or self._free[0]
        self._free.remove(port)
        return port

    def interface_addresses(self) -> list[tuple[int, str, int]]:
        """ifIndex, IPv4 address and prefix length of each address it has."""
        management = self.model.management
        length = 32 if management.type == LOOPBACK else self.prefix_len
        found = [(management.if_index, self.addresses[0], length)]
        routed = [link.port.if_index for link in self.links if link.address] or [management.if_index]
        for at, address in enumerate(self.addresses[1:]):
            found.append((routed[at % len(routed)], address, 32))
        return found


def ethernet_ports(
    name: str,
    numbers: Sequence[int],
    *,
    first_index: int,
    use: Use = "access",
    speed_bps: int = 1_000_000_000,
    descr: str = "",
    index_step: int = 1,
    first_lldp: int = 0,
    mtu: int = 1500,
    first_mac: int = 1,
) -> tuple[Port, ...]:
    """A row of like ports; `name` and `descr` have `{}` where the port's number goes."""
    return tuple(
        Port(
            if_index=first_index + at * index_step,
            name=name.format(number),
            descr=descr.format(number),
            speed_bps=speed_bps,
            mtu=mtu,
            use=use,
            mac_offset=first_mac + at,
            lldp_number=(first_lldp + at) if first_lldp else first_index + at * index_step,
        )
        for at, number in enumerate(numbers)
    )


def serial_of(pattern: str) -> Callable[[random.Random, int], str]:
    """Serial numbers of a form: `#` becomes a digit, `@` a letter, `*` either, all else stays."""
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    alphabets = {"#": "0123456789", "@": letters, "*": "0123456789" + letters}

    def make(dice: random.Random, _mac: int) -> str:
        return "".join(dice.choice(alphabets.get(char, char)) for char in pattern)

    return make


def mac_serial(_dice: random.Random, mac: int) -> str:
    """For vendors whose serial number is the MAC address."""
    return f"{mac:012X}"


def no_serial(_dice: random.Random, _mac: int) -> str:
    return ""


def nothing(_objects: Objects, _unit: Unit | None = None) -> None:
    """For models that have no objects of their own."""
