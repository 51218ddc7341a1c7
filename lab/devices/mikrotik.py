"""MikroTik RouterOS: CCR, CRS, RB, hEX and CHR."""

import ipaddress

from lab.devices.entity import CHASSIS, Physical, add_physical
from lab.devices.model import BRIDGE, Cdp, Lldp, Model, Port, Unit, ethernet_ports, no_serial, serial_of
from lab.devices.objects import Breathing, Objects, mac_octets
from lab.devices.system import DISK, RAM, Storage, add_host_resources

_MTXR = "1.3.6.1.4.1.14988.1.1"
_ENTITY_INDEX = 65_536
_VERSIONS = ("7.20.6", "7.16.2", "7.12.1", "6.49.17", "6.49.10")
_10G, _100G = 10_000_000_000, 100_000_000_000


def _describe(unit: Unit) -> str:
    return f"RouterOS {unit.model.name}"


def _own(objects: Objects, unit: Unit) -> None:
    """MIKROTIK-MIB: mtxrLicVersion, mtxrSerialNumber, mtxrFirmwareVersion, mtxrBoardName; and whom MNDP found."""
    objects.text(f"{_MTXR}.4.1.0", f"{unit.seed:08X}"[:4] + "-" + f"{unit.seed * 7:08X}"[:4])
    objects.text(f"{_MTXR}.4.4.0", unit.version)
    if unit.model.name != "CHR":
        objects.text(f"{_MTXR}.7.3.0", unit.serial)
        objects.text(f"{_MTXR}.7.4.0", unit.version)
        objects.text(f"{_MTXR}.7.7.0", unit.version)
    objects.text(f"{_MTXR}.7.8.0", unit.model.name)
    add_physical(
        objects,
        Physical(
            index=_ENTITY_INDEX,
            descr=f"RouterOS {unit.version} (stable) on {unit.model.name}",
            class_=CHASSIS,
            name="x86_64" if unit.model.name == "CHR" else "ARM64",
        ),
    )
    for number, link in enumerate(unit.links, 1):
        far = link.far
        if far.model.lldp is None and far.model.cdp is None:
            continue
        entry = f"{_MTXR}.11.1.1"
        objects.ip(f"{entry}.2.{number}", int(ipaddress.IPv4Address(far.addresses[0])))
        objects.octets(f"{entry}.3.{number}", mac_octets(far.mac + link.far_port.mac_offset))
        objects.text(f"{entry}.4.{number}", far.version)
        objects.text(f"{entry}.5.{number}", far.model.vendor)
        objects.text(f"{entry}.6.{number}", far.name)
        objects.text(f"{entry}.7.{number}", "")
        objects.integer(f"{entry}.8.{number}", link.port.if_index)


def _model(
    name: str,
    ports: tuple[Port, ...],
    *,
    type_: str = "router",
    cores: int = 4,
    memory_kib: int = 1_048_576,
    hot: float = 62,
    level: int = 6,
) -> Model:
    def shared(objects: Objects) -> None:
        objects.integer(f"{_MTXR}.4.3.0", level)
        if name != "CHR":
            objects.live(f"{_MTXR}.3.8.0", Breathing(238, 244, 8))
            objects.live(f"{_MTXR}.3.10.0", Breathing(330, hot * 8, 10))
            objects.live(f"{_MTXR}.3.11.0", Breathing(400, hot * 10, 11))
            objects.integer(f"{_MTXR}.3.14.0", 1_400)
            # mtxrGaugeTable: unit 1 is Celsius, 3 decivolt.
            for index, title, unit, reading in (
                (14, "temperature", 1, Breathing(33, hot * 0.8, 14)),
                (17, "cpu-temperature", 1, Breathing(40, hot, 17)),
                (7201, "jack-voltage", 3, Breathing(238, 244, 8)),
            ):
                objects.text(f"{_MTXR}.3.100.1.2.{index}", title)
                objects.live(f"{_MTXR}.3.100.1.3.{index}", reading)
                objects.integer(f"{_MTXR}.3.100.1.4.{index}", unit)
        add_host_resources(
            objects,
            processors=range(1, cores + 1),
            storages=(
                Storage(65_536, RAM, "main memory", 1_024, memory_kib, 0.31),
                Storage(131_072, DISK, "system disk", 1_024, 131_072, 0.22),
            ),
        )

    return Model(
        vendor="MikroTik",
        name=name,
        os="RouterOS",
        type=type_,
        sys_object_id="1.3.6.1.4.1.14988.1",
        oui=0x48A98A if type_ == "router" else 0xDC2C6E,
        ports=ports,
        versions=_VERSIONS,
        describe=_describe,
        make_serial=serial_of("H@#0*******") if name != "CHR" else no_serial,
        shared=shared,
        own=_own,
        enterprise=14988,
        services=78,
        routed=type_ == "router",
        lldp=Lldp(ascii_macs=True),
        cdp=Cdp(served=False, platform="MikroTik"),
    )


def _bridge(index: int, name: str = "bridge1") -> Port:
    return Port(if_index=index, name=name, type=BRIDGE, use="management", mac_offset=0)


def _loopback(index: int) -> Port:
    return Port(if_index=index, name="lo", type=24, mtu=65_536, speed_bps=0, use="management")


CCR2216 = _model(
    "CCR2216-1G-12XS-2XQ",
    (
        *ethernet_ports("sfp28-{}", range(1, 13), first_index=2, speed_bps=25_000_000_000),
        *ethernet_ports(
            "qsfp28-{}-1", range(1, 3), first_index=14, speed_bps=_100G, use="uplink", first_mac=13
        ),
        _loopback(16),
    ),
    cores=16,
    memory_kib=16_777_216,
)
CCR2004 = _model(
    "CCR2004-1G-12S+2XS",
    (
        *ethernet_ports("sfp-sfpplus{}", range(1, 13), first_index=2, speed_bps=_10G),
        *ethernet_ports(
            "sfp28-{}", range(1, 3), first_index=14, speed_bps=25_000_000_000, use="uplink", first_mac=13
        ),
        _loopback(16),
    ),
    memory_kib=4_194_304,
)
CRS326 = _model(
    "CRS326-24G-2S+",
    (
        *ethernet_ports("ether{}", range(1, 25), first_index=1),
        *ethernet_ports(
            "sfp-sfpplus{}", range(1, 3), first_index=25, speed_bps=_10G, use="uplink", first_mac=25
        ),
        _bridge(27),
    ),
    type_="switch",
    cores=1,
    memory_kib=524_288,
)
RB5009 = _model(
    "RB5009UG+S+",
    (
        *ethernet_ports("ether{}", range(1, 9), first_index=2),
        *ethernet_ports("sfp-sfpplus{}", (1,), first_index=10, speed_bps=_10G, use="uplink", first_mac=9),
        _bridge(11, "bridge"),
    ),
    level=5,
)
HEX = _model(
    "RB750Gr3",
    (
        *ethernet_ports("ether{}", (1,), first_index=1, use="uplink"),
        *ethernet_ports("ether{}", range(2, 6), first_index=2, first_mac=2),
        _bridge(6, "bridge"),
    ),
    memory_kib=262_144,
    level=4,
)
CHR = _model(
    "CHR",
    (
        *ethernet_ports("ether{}", (1,), first_index=1, use="uplink", speed_bps=_10G),
        *ethernet_ports("ether{}", range(2, 5), first_index=2, first_mac=2, speed_bps=_10G),
        _loopback(5),
    ),
    cores=2,
    level=0,
)
