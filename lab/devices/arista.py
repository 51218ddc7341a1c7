"""Arista EOS switches."""

from lab.devices.entity import CHASSIS, POWER_SUPPLY, SENSOR, Physical, add_physical, add_temperature
from lab.devices.model import Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Objects
from lab.devices.system import FLASH, RAM, Storage, add_host_resources

_CPU_SENSOR = 100_006_001


def _describe(unit: Unit) -> str:
    return f"Arista Networks EOS version {unit.version} running on an Arista Networks {unit.model.name}"


def _own(objects: Objects, unit: Unit) -> None:
    add_physical(
        objects,
        Physical(
            index=1,
            descr="48x25GbE (SFP) & 8x100GbE (QSFP) Ethernet Switch",
            class_=CHASSIS,
            position=0,
            hardware_rev="11.02",
            firmware_rev="Aboot-norcal7-7.2.0-11466012",
            software_rev=unit.version,
            serial=unit.serial,
            manufacturer="Arista Networks",
            model=unit.model.name,
        ),
    )


def _shared(objects: Objects) -> None:
    add_physical(
        objects,
        Physical(
            index=_CPU_SENSOR, descr="Cpu temp sensor", class_=SENSOR, contained_in=1_100_006_000, position=1
        ),
    )
    add_temperature(objects, _CPU_SENSOR, 38, 58)
    add_physical(
        objects,
        Physical(
            index=100_711_000,
            descr="PowerSupply1",
            class_=POWER_SUPPLY,
            contained_in=100_710_000,
            position=1,
            manufacturer="Arista Networks",
            model="PWR-500AC-R",
            fru=True,
        ),
    )
    add_host_resources(
        objects,
        processors=(1, 2, 3, 4),
        cpu_descr="AMD GX-424CC SOC",
        storages=(
            Storage(1, RAM, "RAM", 1_024, 8_099_732, 0.38),
            Storage(3, RAM, "RAM (Cache)", 1_024, 8_099_732, 0.22),
            Storage(4, FLASH, "Flash", 4_096, 954_000, 0.46),
        ),
    )


DCS7050 = Model(
    vendor="Arista",
    name="DCS-7050SX3-48YC8",
    os="EOS",
    type="switch",
    sys_object_id="1.3.6.1.4.1.30065.1.3011.7050.3741.3.48.1654.8",
    oui=0x985D82,
    ports=(
        Port(if_index=999_001, name="Management1", use="management"),
        *ethernet_ports("Ethernet{}", range(1, 49), first_index=1, speed_bps=25_000_000_000),
        *ethernet_ports(
            "Ethernet{}/1",
            range(49, 57),
            first_index=49_001,
            index_step=1_000,
            speed_bps=100_000_000_000,
            use="uplink",
            first_mac=49,
        ),
    ),
    versions=("4.30.4M", "4.28.9M", "4.26.8M"),
    describe=_describe,
    make_serial=serial_of("JPE########"),
    shared=_shared,
    own=_own,
    enterprise=30065,
    services=14,
    routed=True,
    lldp=Lldp(),
)
