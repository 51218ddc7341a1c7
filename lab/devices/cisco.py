"""Cisco: IOS XR in the core, NX-OS, IOS XE and IOS below."""

from collections.abc import Callable

from lab import ber
from lab.devices.entity import CHASSIS, FAN, MODULE, POWER_SUPPLY, SENSOR, STACK, Physical, add_physical
from lab.devices.model import LOOPBACK, VLAN, Cdp, Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Breathing, Objects

_CISCO = "1.3.6.1.4.1.9"
_SERIAL = serial_of("FOC2#1#X*@*")
_MAKER = "Cisco Systems, Inc."
_10G, _25G, _100G = 10_000_000_000, 25_000_000_000, 100_000_000_000


def _add_cpu(objects: Objects, entity: int) -> None:
    """CISCO-PROCESS-MIB: cpmCPUTotalPhysicalIndex and the loads over 5 s, 1 and 5 minutes."""
    entry = f"{_CISCO}.9.109.1.1.1.1"
    objects.integer(f"{entry}.2.1", entity)
    for column in (6, 7, 8):
        objects.live(f"{entry}.{column}.1", Breathing(4, 48, 1, ber.GAUGE32))


def _add_memory(objects: Objects, size: int) -> None:
    """CISCO-MEMORY-POOL-MIB."""
    entry = f"{_CISCO}.9.48.1.1.1"
    objects.text(f"{entry}.2.1", "Processor")
    objects.integer(f"{entry}.3.1", 0)
    objects.integer(f"{entry}.4.1", 1)
    objects.live(f"{entry}.5.1", Breathing(size * 0.30, size * 0.36, 2, ber.GAUGE32))
    objects.gauge(f"{entry}.6.1", int(size * 0.6))
    objects.gauge(f"{entry}.7.1", int(size * 0.58))


def _add_environment(objects: Objects, index: int, descr: str, hot: float) -> None:
    """CISCO-ENVMON-MIB temperatures, in Celsius."""
    entry = f"{_CISCO}.9.13.1.3.1"
    objects.text(f"{entry}.2.{index}", descr)
    objects.live(f"{entry}.3.{index}", Breathing(hot - 9, hot, index, ber.GAUGE32))
    objects.integer(f"{entry}.4.{index}", 56)
    objects.integer(f"{entry}.5.{index}", 0)
    objects.integer(f"{entry}.6.{index}", 1)
    objects.text(f"{_CISCO}.9.13.1.4.1.2.{index + 4}", "Switch 1 - FAN 1, Normal")
    objects.integer(f"{_CISCO}.9.13.1.4.1.3.{index + 4}", 1)


def _add_sensor(objects: Objects, index: int, hot: float) -> None:
    """CISCO-ENTITY-SENSOR-MIB: a temperature in Celsius."""
    entry = f"{_CISCO}.9.91.1.1.1.1"
    objects.integer(f"{entry}.1.{index}", 8)
    objects.integer(f"{entry}.2.{index}", 9)
    objects.integer(f"{entry}.3.{index}", 0)
    objects.live(f"{entry}.4.{index}", Breathing(hot - 9, hot, index))
    objects.integer(f"{entry}.5.{index}", 1)


def _ios_banner(software: str, year: int, builder: str) -> Callable[[Unit], str]:
    def describe(unit: Unit) -> str:
        return (
            f"Cisco IOS Software{software}, Version {unit.version}, RELEASE SOFTWARE (fc3)\r\n"
            "Technical Support: http://www.cisco.com/techsupport\r\n"
            f"Copyright (c) 1986-{year} by Cisco Systems, Inc.\r\n"
            f"Compiled Wed 12-Jul-{year % 100} 09:14 by {builder}"
        )

    return describe


def _switch_own(stack: str) -> Callable[[Objects, Unit], None]:
    """Catalysts: a stack with the switch in it, whose row has the serial number."""

    def own(objects: Objects, unit: Unit) -> None:
        add_physical(
            objects,
            Physical(
                index=1, descr=stack, class_=STACK, name=stack, serial=unit.serial, model=unit.model.name
            ),
        )
        add_physical(
            objects,
            Physical(
                index=1_000,
                descr=unit.model.name,
                class_=CHASSIS,
                contained_in=1,
                position=1,
                name="Switch 1",
                hardware_rev="V02",
                firmware_rev=unit.version,
                software_rev=unit.version,
                serial=unit.serial,
                manufacturer=_MAKER,
                model=unit.model.name,
                fru=True,
            ),
        )
        objects.text(f"{_CISCO}.3.6.3.0", unit.serial)

    return own


def _catalyst_shared(objects: Objects) -> None:
    add_physical(
        objects,
        Physical(
            index=1_010, descr="Switch 1 - Inlet Temp Sensor", class_=SENSOR, contained_in=1_000, position=1
        ),
    )
    add_physical(
        objects,
        Physical(
            index=1_014,
            descr="Switch 1 - FAN 1",
            class_=FAN,
            contained_in=1_000,
            position=1,
            manufacturer=_MAKER,
        ),
    )
    _add_cpu(objects, 1_000)
    _add_memory(objects, 858_000_000)
    _add_environment(objects, 1_010, "Switch 1 - Inlet Temp Sensor, GREEN", 34)


def _vlan1(index: int) -> Port:
    return Port(if_index=index, name="Vl1", descr="Vlan1", type=VLAN, use="management")


C9300 = Model(
    vendor="Cisco",
    name="C9300-48P",
    os="IOS XE",
    type="switch",
    sys_object_id="1.3.6.1.4.1.9.1.2494",
    oui=0xA0F849,
    ports=(
        _vlan1(1),
        *ethernet_ports("Gi1/0/{}", range(1, 49), first_index=9, descr="GigabitEthernet1/0/{}", first_lldp=1),
        *ethernet_ports(
            "Te1/1/{}",
            range(1, 9),
            first_index=57,
            descr="TenGigabitEthernet1/1/{}",
            speed_bps=_10G,
            use="uplink",
            first_lldp=49,
            first_mac=49,
        ),
    ),
    versions=("17.9.4a", "17.6.5", "16.12.4"),
    describe=_ios_banner(" [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE)", 2023, "mcpre"),
    make_serial=_SERIAL,
    shared=_catalyst_shared,
    own=_switch_own("c93xx Stack"),
    enterprise=9,
    lldp=Lldp(),
    cdp=Cdp(platform="cisco C9300-48P"),
)
C2960X = Model(
    vendor="Cisco",
    name="WS-C2960X-48TS-L",
    os="IOS",
    type="switch",
    sys_object_id="1.3.6.1.4.1.9.1.1208",
    oui=0x00CAE5,
    ports=(
        _vlan1(1),
        *ethernet_ports(
            "Gi1/0/{}", range(1, 49), first_index=10101, descr="GigabitEthernet1/0/{}", first_lldp=1
        ),
        *ethernet_ports(
            "Gi1/0/{}",
            range(49, 53),
            first_index=10149,
            descr="GigabitEthernet1/0/{}",
            use="uplink",
            first_lldp=49,
            first_mac=49,
        ),
    ),
    versions=("15.2(7)E6", "15.2(4)E8", "15.2(2)E9"),
    describe=_ios_banner(", C2960X Software (C2960X-UNIVERSALK9-M)", 2021, "prod_rel_team"),
    make_serial=_SERIAL,
    shared=_catalyst_shared,
    own=_switch_own("WS-C2960X-48TS-L - Fixed Module 0"),
    enterprise=9,
    lldp=Lldp(),
    cdp=Cdp(platform="cisco WS-C2960X-48TS-L"),
)


def _chassis_own(index: int, descr: str) -> Callable[[Objects, Unit], None]:
    def own(objects: Objects, unit: Unit) -> None:
        add_physical(
            objects,
            Physical(
                index=index,
                descr=descr or unit.model.name,
                class_=CHASSIS,
                name=f"{unit.model.name} chassis",
                hardware_rev="V06",
                software_rev=unit.version,
                serial=unit.serial,
                manufacturer=_MAKER,
                model=unit.model.name,
            ),
        )

    return own


def _isr_shared(objects: Objects) -> None:
    _add_cpu(objects, 7_035)
    _add_memory(objects, 1_900_000_000)
    _add_environment(objects, 1, "Temp: Inlet 1, GREEN", 31)
    add_physical(
        objects,
        Physical(
            index=7_035, descr="Cisco ISR4321 Route Processor", class_=MODULE, contained_in=1, position=7
        ),
    )


ISR4321 = Model(
    vendor="Cisco",
    name="ISR4321/K9",
    os="IOS XE",
    type="router",
    sys_object_id="1.3.6.1.4.1.9.1.2093",
    oui=0x70DB98,
    ports=(
        *ethernet_ports(
            "Gi0/0/{}", range(0, 2), first_index=1, descr="GigabitEthernet0/0/{}", use="uplink", first_lldp=1
        ),
        Port(if_index=5, name="Lo0", descr="Loopback0", type=LOOPBACK, use="management"),
    ),
    versions=("17.6.4", "17.3.5", "16.9.8"),
    describe=_ios_banner(" [Bengaluru], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M)", 2022, "mcpre"),
    make_serial=serial_of("FDO2#0#*@**"),
    shared=_isr_shared,
    own=_chassis_own(1, "Cisco ISR4321 Chassis"),
    enterprise=9,
    services=78,
    routed=True,
    lldp=Lldp(),
    cdp=Cdp(platform="cisco ISR4321/K9"),
)


def _nexus_shared(objects: Objects) -> None:
    """CISCO-SYSTEM-EXT-MIB has the processor's load and the memory in use, in percent."""
    objects.live(f"{_CISCO}.9.305.1.1.1.0", Breathing(5, 40, 1, ber.GAUGE32))
    objects.live(f"{_CISCO}.9.305.1.1.2.0", Breathing(28, 36, 2, ber.GAUGE32))
    _add_cpu(objects, 22)
    add_physical(
        objects,
        Physical(
            index=470, descr="Nexus9000 C93180YC-FX3 AC power supply", class_=POWER_SUPPLY, contained_in=278
        ),
    )
    add_physical(
        objects,
        Physical(index=21_590, descr="Module-1, Outlet-1 temperature", class_=SENSOR, contained_in=22),
    )
    _add_sensor(objects, 21_590, 43)


def _nexus_banner(unit: Unit) -> str:
    return (
        f"Cisco NX-OS(tm) Nexus9000 C93180YC-FX3, Software (NXOS 64-bit), Version {unit.version}, RELEASE SOFTWARE "
        "Copyright (c) 2002-2024 by Cisco Systems, Inc. Compiled 11/30/2024 12:00:00"
    )


N9K = Model(
    vendor="Cisco",
    name="N9K-C93180YC-FX3",
    os="NX-OS",
    type="switch",
    sys_object_id="1.3.6.1.4.1.9.12.3.1.3.2193",
    oui=0x6CB2AE,
    ports=(
        Port(if_index=83_886_080, name="mgmt0", use="management"),
        *ethernet_ports(
            "Ethernet1/{}",
            range(1, 49),
            first_index=436_207_616,
            index_step=512,
            speed_bps=_25G,
            first_lldp=1,
        ),
        *ethernet_ports(
            "Ethernet1/{}",
            range(49, 55),
            first_index=436_232_192,
            index_step=512,
            speed_bps=_100G,
            use="uplink",
            first_lldp=49,
            first_mac=49,
        ),
    ),
    versions=("10.5(2)", "10.2(5)", "9.3(9)"),
    describe=_nexus_banner,
    make_serial=serial_of("FDO2#0#*@**"),
    shared=_nexus_shared,
    own=_chassis_own(149, "Nexus9000 C93180YC-FX3 Chassis"),
    enterprise=9,
    services=70,
    routed=True,
    lldp=Lldp(),
    cdp=Cdp(serial_in_id=True),
)


def _xr_shared(objects: Objects) -> None:
    _add_cpu(objects, 8_384_513)
    add_physical(
        objects,
        Physical(
            index=8_384_513,
            descr="ASR9001 Route Switch Processor",
            class_=MODULE,
            contained_in=24_555_730,
            position=0,
        ),
    )
    add_physical(
        objects, Physical(index=8_390_000, descr="Inlet temperature", class_=SENSOR, contained_in=8_384_513)
    )
    _add_sensor(objects, 8_390_000, 36)


def _xr_banner(unit: Unit) -> str:
    return (
        f"Cisco IOS XR Software (Cisco ASR9K Series),  Version {unit.version}[Default]\r\n"
        "Copyright (c) 2020 by Cisco Systems, Inc."
    )


ASR9001 = Model(
    vendor="Cisco",
    name="ASR-9001",
    os="IOS XR",
    type="router",
    sys_object_id="1.3.6.1.4.1.9.1.1639",
    oui=0x10F311,
    ports=(
        Port(if_index=1, name="Loopback0", type=LOOPBACK, use="management"),
        *ethernet_ports("TenGigE0/0/1/{}", range(0, 20), first_index=10, speed_bps=_10G, mtu=9_216),
        *ethernet_ports(
            "TenGigE0/0/2/{}",
            range(0, 4),
            first_index=30,
            speed_bps=_10G,
            use="uplink",
            mtu=9_216,
            first_mac=21,
        ),
    ),
    versions=("6.4.2", "6.6.3", "6.5.3"),
    describe=_xr_banner,
    make_serial=serial_of("FOC1#2#N***"),
    shared=_xr_shared,
    own=_chassis_own(24_555_730, "ASR-9001 Chassis"),
    enterprise=9,
    services=78,
    routed=True,
    lldp=Lldp(),
    cdp=Cdp(platform="cisco ASR9K Series"),
)
