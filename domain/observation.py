"""What a probe saw at one address: raw facts, before any decision about which device they belong to.

Strings are cleaned at the adapter's edge: valid text, no NUL and no other control characters but newline.
"""

import msgspec

OidValue = int | str | bytes
"""INTEGER, Counter, Gauge and TimeTicks as int (TimeTicks in 1/100 s); OBJECT IDENTIFIER and IpAddress as dotted str without a leading dot; OCTET STRING as bytes."""


class SystemGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The system group of SNMPv2-MIB (RFC 3418). An agent that leaves an object out leaves its default here."""

    sys_descr: str = ""
    sys_object_id: str = ""
    """Dotted, without a leading dot."""
    sys_name: str = ""
    sys_contact: str = ""
    sys_location: str = ""
    sys_services: int | None = None
    uptime_s: float | None = None


class PhysicalEntity(msgspec.Struct, frozen=True, kw_only=True):
    """A row of entPhysicalTable (ENTITY-MIB, RFC 6933)."""

    index: int
    contained_in: int = 0
    class_: int = msgspec.field(default=0, name="class")
    """3 chassis, 6 power supply, 9 module, 10 port, 11 stack; the MIB has the rest."""
    descr: str = ""
    name: str = ""
    vendor_type: str = ""
    hardware_rev: str = ""
    firmware_rev: str = ""
    software_rev: str = ""
    serial: str = ""
    manufacturer: str = ""
    model: str = ""


class Interface(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of ifTable and ifXTable (IF-MIB, RFC 2863), with its addresses (IP-MIB)."""

    if_index: int
    name: str = ""
    description: str = ""
    alias: str = ""
    type: int | None = None
    """IANAifType."""
    mtu: int | None = None
    mac: str = ""
    """Lower case, colons; empty where the interface has none."""
    addresses: tuple[str, ...] = ()
    """With prefix length: 192.0.2.1/24, 2001:db8::1/64."""
    speed_bps: int | None = None
    admin_status: str = "unknown"
    """up, down, testing, unknown."""
    oper_status: str = "unknown"
    """up, down, testing, unknown, dormant, notPresent, lowerLayerDown."""


class Neighbour(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a device says of the far end of one of its links (LLDP-MIB, CISCO-CDP-MIB)."""

    protocol: str
    """lldp or cdp."""
    local_interface: str = ""
    local_if_index: int | None = None
    chassis_id: str = ""
    """MACs in lower case with colons, else as the neighbour writes it."""
    port_id: str = ""
    port_description: str = ""
    system_name: str = ""
    system_description: str = ""
    platform: str = ""
    addresses: tuple[str, ...] = ()


class SnmpFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that one agent told us in one visit."""

    system: SystemGroup = SystemGroup()
    engine_id: str = ""
    """snmpEngineID (RFC 3411) in lower-case hex, empty when unknown."""
    values: dict[str, OidValue] = {}
    """Further objects that the identification rules asked for; an absent key was not answered."""
    entities: tuple[PhysicalEntity, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    chassis_id: str = ""
    """lldpLocChassisId, a MAC in lower case with colons where it is one."""
    bridge_address: str = ""
    """dot1dBaseBridgeAddress, a MAC in lower case with colons."""
    incomplete: tuple[str, ...] = ()
    """Names of the tables that broke off (time-out, loop in the walk, garbage), for the summary."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The result of all probes at one address."""

    address: str
    icmp_rtt_ms: float | None = None
    snmp: SnmpFacts | None = None
    snmp_access_id: str = ""
    """The id of the credential that worked."""
    ssh_banner: str = ""
    routeros_api: bool = False
    asked_at: float | None = None
    """When SNMP began to be read, in seconds since 1970."""
    errors: dict[str, str] = {}
    """Probe name to error kind: timeout, auth, truncated, garbage, loop, unreachable."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """That a device answered, which is no news and so no event."""

    device_id: str
    address: str
    rtt_ms: float | None = None
    uptime_s: float | None = None
