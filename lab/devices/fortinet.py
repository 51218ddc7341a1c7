"""Fortinet FortiGate firewalls."""

from lab import ber
from lab.devices.entity import CHASSIS, Physical, add_physical
from lab.devices.model import Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Breathing, BreathingText, Objects

_CORE = "1.3.6.1.4.1.12356.100.1.1.1.0"
_GATE = "1.3.6.1.4.1.12356.101.4"


def _own(objects: Objects, unit: Unit) -> None:
    """FORTINET-CORE-MIB: fnSysSerial; FORTINET-FORTIGATE-MIB: fgSysVersion."""
    objects.text(_CORE, unit.serial)
    objects.text(f"{_GATE}.1.1.0", unit.version)
    add_physical(
        objects,
        Physical(
            index=1,
            descr=f"Fortinet {unit.model.name}, HW Serial#: {unit.serial}",
            class_=CHASSIS,
            name=unit.model.name,
            software_rev=f"FortiGate-60F {unit.version}",
            serial=unit.serial,
            manufacturer="Fortinet",
            model=unit.model.name,
        ),
    )


def _shared(objects: Objects) -> None:
    """fgSysCpuUsage and fgSysMemUsage in percent, the session count, and fgHwSensorTable with values as text."""
    objects.live(f"{_GATE}.1.3.0", Breathing(1, 38, 3, ber.GAUGE32))
    objects.live(f"{_GATE}.1.4.0", Breathing(33, 47, 4, ber.GAUGE32))
    objects.gauge(f"{_GATE}.1.5.0", 1_963_972)
    objects.live(f"{_GATE}.1.8.0", Breathing(150, 9_000, 8, ber.GAUGE32))
    objects.integer(f"{_GATE}.3.1.0", 2)
    for index, title in enumerate(("CPU ON-DIE Temperature", "B50182 Temperature"), 1):
        objects.integer(f"{_GATE}.3.2.1.1.{index}", index)
        objects.text(f"{_GATE}.3.2.1.2.{index}", title)
        objects.live(f"{_GATE}.3.2.1.3.{index}", BreathingText("{:.6g}", 39, 56, index))
        objects.integer(f"{_GATE}.3.2.1.4.{index}", 0)


FGT60F = Model(
    vendor="Fortinet",
    name="FGT_60F",
    os="FortiOS",
    type="firewall",
    sys_object_id="1.3.6.1.4.1.12356.101.1.644",
    oui=0x000F09,
    ports=(
        *ethernet_ports("wan{}", range(1, 3), first_index=1, use="uplink"),
        *ethernet_ports("internal{}", range(1, 6), first_index=3, first_mac=3),
        Port(if_index=10, name="internal", use="management"),
    ),
    versions=(
        "v7.2.6,build1575,230926 (GA.F)",
        "v7.0.14,build0601,240206 (GA.M)",
        "v7.4.3,build2573,240201 (GA.F)",
    ),
    # FortiOS has there whatever its owner typed.
    describe=lambda unit: f"{unit.site.upper()} branch firewall",
    make_serial=serial_of("FGT60FTK########"),
    shared=_shared,
    own=_own,
    enterprise=12356,
    services=78,
    routed=True,
    lldp=Lldp(served=False),
)
