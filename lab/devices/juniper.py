"""Juniper Junos: MX routers, QFX and EX switches."""

from collections.abc import Callable

from lab import ber
from lab.devices.model import LOOPBACK, Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Breathing, Objects
from lab.devices.system import RAM, Storage, add_host_resources

_BOX = "1.3.6.1.4.1.2636.3.1"
_10G, _40G, _100G = 10_000_000_000, 40_000_000_000, 100_000_000_000


def _banner(product: str, kind: str) -> Callable[[Unit], str]:
    def describe(unit: Unit) -> str:
        return (
            f"Juniper Networks, Inc. {product} {kind}, kernel JUNOS {unit.version}, Build date: 2022-11-24 "
            "10:26:21 UTC Copyright (c) 1996-2022 Juniper Networks, Inc."
        )

    return describe


def _own(objects: Objects, unit: Unit) -> None:
    """JUNIPER-MIB: jnxBoxSerialNo, jnxContentsSerialNo of the chassis; the version as installed software."""
    objects.text(f"{_BOX}.3.0", unit.serial)
    objects.text(f"{_BOX}.8.1.7.1.1.0.0", unit.serial)
    objects.text("1.3.6.1.2.1.25.6.3.1.2.2", f"JUNOS Software Release [{unit.version}]")


def _shared(box: str, fpc: str) -> Callable[[Objects], None]:
    def shared(objects: Objects) -> None:
        objects.text(f"{_BOX}.2.0", box)
        objects.text(f"{_BOX}.4.0", "")
        objects.text(f"{_BOX}.8.1.6.1.1.0.0", box)
        # jnxOperatingTable: descr, state, temperature, cpu, memory in MB, buffer in percent, memory again.
        for row, descr, salt in (("7.1.0.0", f"FPC: {fpc} @ 0/*/*", 7), ("9.1.0.0", "Routing Engine 0", 9)):
            entry = f"{_BOX}.13.1"
            objects.text(f"{entry}.5.{row}", descr)
            objects.integer(f"{entry}.6.{row}", 2)
            objects.live(f"{entry}.7.{row}", Breathing(31, 47, salt, ber.GAUGE32))
            objects.live(f"{entry}.8.{row}", Breathing(6, 52, salt + 20, ber.GAUGE32))
            objects.live(f"{entry}.11.{row}", Breathing(13, 19, salt + 40, ber.GAUGE32))
            objects.integer(f"{entry}.15.{row}", 2_048)
        for row, descr in (("2.1.1.0", "Power Supply 0 @ 0/0/*"), ("4.1.1.0", "Fan Tray 0 @ 0/0/*")):
            objects.text(f"{_BOX}.13.1.5.{row}", descr)
            objects.integer(f"{_BOX}.13.1.6.{row}", 2)
        add_host_resources(
            objects, processors=(1,), storages=(Storage(1, RAM, "/junos", 2_048, 1_200_000, 0.41),)
        )

    return shared


def _loopback() -> Port:
    return Port(if_index=16, name="lo0.0", type=LOOPBACK, speed_bps=0, use="management")


MX204 = Model(
    vendor="Juniper",
    name="MX204",
    os="Junos",
    type="router",
    sys_object_id="1.3.6.1.4.1.2636.1.1.1.2.144",
    oui=0x9CCC83,
    ports=(
        _loopback(),
        *ethernet_ports("xe-0/1/{}", range(0, 8), first_index=526, speed_bps=_10G, mtu=9_192),
        *ethernet_ports("xe-0/0/{}", range(0, 12), first_index=534, speed_bps=_10G, mtu=9_192, first_mac=9),
        *ethernet_ports(
            "et-0/0/{}",
            range(12, 16),
            first_index=546,
            speed_bps=_100G,
            use="uplink",
            mtu=9_192,
            first_mac=21,
        ),
    ),
    versions=("21.2R3-S2.9", "20.4R3-S3.4", "22.4R2.8"),
    describe=_banner("mx204", "internet router"),
    make_serial=serial_of("B@####"),
    shared=_shared("Juniper MX204 Edge Router", "FPC BUILTIN"),
    own=_own,
    enterprise=2636,
    services=78,
    routed=True,
    lldp=Lldp(port_id="local"),
)
QFX5100 = Model(
    vendor="Juniper",
    name="QFX5100-48S-6Q",
    os="Junos",
    type="switch",
    sys_object_id="1.3.6.1.4.1.2636.1.1.1.4.82.5",
    oui=0x54E032,
    ports=(
        _loopback(),
        *ethernet_ports("xe-0/0/{}", range(0, 48), first_index=513, speed_bps=_10G),
        *ethernet_ports(
            "et-0/0/{}", range(48, 54), first_index=561, speed_bps=_40G, use="uplink", first_mac=49
        ),
    ),
    versions=("21.4R3.15", "20.2R3-S7.3", "18.4R3-S9.2"),
    describe=_banner("qfx5100-48s-6q", "Ethernet Switch"),
    make_serial=serial_of("TA371#######"),
    shared=_shared("Juniper QFX5100-48S-6Q Switch", "QFX5100-48S-6Q"),
    own=_own,
    enterprise=2636,
    services=6,
    routed=True,
    lldp=Lldp(port_id="local"),
)
EX3400 = Model(
    vendor="Juniper",
    name="EX3400-48T",
    os="Junos",
    type="switch",
    sys_object_id="1.3.6.1.4.1.2636.1.1.1.4.131.2",
    oui=0xF04B3A,
    ports=(
        _loopback(),
        *ethernet_ports("ge-0/0/{}", range(0, 48), first_index=513),
        *ethernet_ports(
            "xe-0/2/{}", range(0, 4), first_index=561, speed_bps=_10G, use="uplink", first_mac=49
        ),
    ),
    versions=("20.4R3-S4.8", "18.4R2-S9.3", "15.1X53-D59.4"),
    describe=_banner("ex3400-48t", "Ethernet Switch"),
    make_serial=serial_of("NW02########"),
    shared=_shared("Juniper EX3400-48T Switch", "EX3400-48T"),
    own=_own,
    enterprise=2636,
    services=6,
    lldp=Lldp(port_id="local"),
)
