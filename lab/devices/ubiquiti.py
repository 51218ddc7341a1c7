"""Ubiquiti: EdgeSwitch, UniFi access points and airMAX radios."""

from lab import ber
from lab.devices.model import (
    BRIDGE,
    LOOPBACK,
    OTHER,
    Lldp,
    Model,
    Port,
    Unit,
    ethernet_ports,
    mac_serial,
    no_serial,
)
from lab.devices.objects import Breathing, BreathingText, Objects

_UBNT = "1.3.6.1.4.1.41112.1"
_FASTPATH = "1.3.6.1.4.1.4413.1.1"


def _edge_describe(unit: Unit) -> str:
    return f"EdgeSwitch 24-Port 250W, {unit.version}, Linux 3.6.5-1b505fb7, 0.0.0.0000000"


def _edge_own(objects: Objects, unit: Unit) -> None:
    """agentInventoryGroup of the FASTPATH switching MIB: model, serial number, software version."""
    objects.text(f"{_FASTPATH}.1.1.1.1.0", _edge_describe(unit))
    objects.text(f"{_FASTPATH}.1.1.1.2.0", "EdgeSwitch 24-Port 250W")
    objects.text(f"{_FASTPATH}.1.1.1.3.0", unit.model.name)
    objects.text(f"{_FASTPATH}.1.1.1.4.0", unit.serial)
    objects.text(f"{_FASTPATH}.1.1.1.13.0", unit.version)


def _edge_shared(objects: Objects) -> None:
    objects.integer(f"{_FASTPATH}.1.1.4.1.0", 85_068)
    objects.integer(f"{_FASTPATH}.1.1.4.2.0", 256_404)
    load = "    5 Secs ({0:8.4f}%)   60 Secs ({0:8.4f}%)  300 Secs ({0:8.4f}%)"
    objects.live(f"{_FASTPATH}.1.1.4.9.0", BreathingText(load, 8, 45, 9))
    for sensor in range(3):
        entry, row = f"{_FASTPATH}.43.1.8.1", f"1.{sensor}"
        objects.integer(f"{entry}.2.{row}", sensor)
        objects.integer(f"{entry}.4.{row}", 1)
        objects.live(f"{entry}.5.{row}", Breathing(38, 55, sensor))


EDGESWITCH = Model(
    vendor="Ubiquiti",
    name="ES-24-250W",
    os="EdgeSwitch",
    type="switch",
    sys_object_id="1.3.6.1.4.1.4413",
    oui=0xF09FC2,
    ports=(
        *ethernet_ports("0/{}", range(1, 25), first_index=1, descr="Slot: 0 Port: {} Gigabit - Level"),
        *ethernet_ports(
            "0/{}",
            range(25, 27),
            first_index=25,
            descr="Slot: 0 Port: {} Gigabit - Level",
            use="uplink",
            first_mac=25,
        ),
        Port(
            if_index=65, name="5/1", descr="CPU Interface for Slot: 5 Port: 1", type=OTHER, use="management"
        ),
    ),
    versions=("1.9.3.5466126", "1.8.0.5106045"),
    describe=_edge_describe,
    make_serial=mac_serial,
    shared=_edge_shared,
    own=_edge_own,
    enterprise=4413,
    services=6,
    lldp=Lldp(),
)


def _unifi_own(objects: Objects, unit: Unit) -> None:
    """UBNT-UniFi-MIB: unifiApSystemModel, unifiApSystemVersion."""
    objects.text(f"{_UBNT}.6.3.3.0", unit.model.name)
    objects.text(f"{_UBNT}.6.3.6.0", unit.version)


def _unifi_shared(objects: Objects) -> None:
    for row, (band, ssid) in enumerate((("ng", "office"), ("na", "office"), ("ng", "guest")), 1):
        entry = f"{_UBNT}.6.1.2.1"
        objects.text(f"{entry}.6.{row}", ssid)
        objects.live(f"{entry}.8.{row}", Breathing(0, 18, row))
        objects.text(f"{entry}.9.{row}", band)


UNIFI = Model(
    vendor="Ubiquiti",
    name="UAP-AC-Pro-Gen2",
    os="UniFi",
    type="wireless",
    sys_object_id="1.3.6.1.4.1.41112",
    oui=0x788A20,
    ports=(
        Port(if_index=1, name="lo", type=LOOPBACK, use="virtual", mtu=65_536),
        *ethernet_ports("eth{}", (0,), first_index=2, use="uplink", first_mac=0),
        Port(if_index=4, name="wifi0", type=OTHER, use="virtual", mac_offset=1),
        Port(if_index=8, name="br0", type=BRIDGE, use="management"),
    ),
    versions=("6.6.77.15402", "6.5.62.14788"),
    describe=lambda unit: f"{unit.model.name} {unit.version}",
    make_serial=no_serial,
    shared=_unifi_shared,
    own=_unifi_own,
    enterprise=41112,
    services=79,
    lldp=Lldp(served=False),
)


def _radio_own(objects: Objects, unit: Unit) -> None:
    """IEEE802dot11-MIB: dot11manufacturerProductName and -Version, in which airOS has its model and firmware."""
    objects.text("1.2.840.10036.3.1.2.1.2.7", "Ubiquiti Networks, Inc.")
    objects.text("1.2.840.10036.3.1.2.1.3.7", unit.model.name)
    objects.text("1.2.840.10036.3.1.2.1.4.7", f"WA.ar934x.v{unit.version}")


def _radio_shared(objects: Objects) -> None:
    """UBNT-AirMAX-MIB: frequency in MHz, signal and noise in dBm, rates in bit/s."""
    objects.integer(f"{_UBNT}.4.1.1.4.1", 5_780)
    objects.live(f"{_UBNT}.4.5.1.5.1", Breathing(-74, -58, 5))
    objects.live(f"{_UBNT}.4.5.1.8.1", Breathing(-96, -90, 8))
    objects.live(f"{_UBNT}.4.5.1.9.1", Breathing(39_000_000, 130_000_000, 9))
    objects.live(f"{_UBNT}.4.5.1.15.1", Breathing(1, 9, 15, ber.GAUGE32))
    objects.live(f"{_UBNT}.4.8.3.0", Breathing(5, 60, 3))


AIRMAX = Model(
    vendor="Ubiquiti",
    name="LiteBeam 5AC Gen2",
    os="airOS",
    type="wireless",
    sys_object_id="1.3.6.1.4.1.10002.1",
    oui=0x74ACB9,
    ports=(
        Port(if_index=1, name="lo", type=LOOPBACK, use="virtual", mtu=16_436),
        *ethernet_ports("eth{}", (0,), first_index=2, use="uplink", speed_bps=1_000_000_000, first_mac=0),
        Port(if_index=7, name="ath0", use="virtual", mac_offset=1),
        Port(if_index=8, name="br0", use="management"),
    ),
    versions=("8.7.4.45112.210415.1103", "8.7.11.46972.220614.0420"),
    describe=lambda _: "Linux 2.6.32.68 #1 Thu Apr 15 11:03:44 EEST 2021 mips",
    make_serial=no_serial,
    shared=_radio_shared,
    own=_radio_own,
    enterprise=10002,
    services=72,
    v1_only=True,
    high_capacity=False,
)
