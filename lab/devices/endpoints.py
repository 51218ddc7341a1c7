"""What hangs on access ports: Linux servers, printers, UPSes, cameras."""

from lab import ber
from lab.devices.model import LOOPBACK, Lldp, Model, Port, Unit, ethernet_ports, no_serial, nothing, serial_of
from lab.devices.objects import Breathing, BreathingText, Objects, mac_text
from lab.devices.system import DISK, RAM, Storage, add_host_resources
from lab.snmp_live import time_ticks

_UCD = "1.3.6.1.4.1.2021"
_BROTHER = "1.3.6.1.4.1.2435.2"
_APC = "1.3.6.1.4.1.318.1.1.1"
_HIKVISION = "1.3.6.1.4.1.39165.1"
_100M = 100_000_000


def _linux_shared(objects: Objects) -> None:
    """UCD-SNMP-MIB loads and memory in kB, beside HOST-RESOURCES-MIB with net-snmp's indexes."""
    for row, name in enumerate(("Load-1", "Load-5", "Load-15"), 1):
        objects.integer(f"{_UCD}.10.1.1.{row}", row)
        objects.text(f"{_UCD}.10.1.2.{row}", name)
        objects.live(f"{_UCD}.10.1.3.{row}", BreathingText("{:.2f}", 0.05, 3.5, row))
        objects.live(f"{_UCD}.10.1.5.{row}", Breathing(5, 350, row))
    objects.integer(f"{_UCD}.4.3.0", 1_998_844)
    objects.integer(f"{_UCD}.4.4.0", 1_998_332)
    objects.integer(f"{_UCD}.4.5.0", 16_308_520)
    objects.live(f"{_UCD}.4.6.0", Breathing(4_000_000, 9_000_000, 6))
    objects.live(f"{_UCD}.11.11.0", Breathing(45, 97, 11))
    add_host_resources(
        objects,
        processors=range(196_608, 196_612),
        cpu_descr="GenuineIntel: Intel(R) Xeon(R) CPU E-2236 @ 3.40GHz",
        storages=(
            Storage(1, RAM, "Physical memory", 1_024, 16_308_520, 0.55),
            Storage(31, DISK, "/", 4_096, 25_000_000, 0.43),
            Storage(36, DISK, "/var", 4_096, 60_000_000, 0.71),
        ),
    )


LINUX = Model(
    vendor="Linux",
    name="Linux server",
    os="Linux",
    type="server",
    sys_object_id="1.3.6.1.4.1.8072.3.2.10",
    oui=0x3CECEF,
    ports=(
        Port(if_index=1, name="lo", type=LOOPBACK, use="virtual", mtu=65_536, speed_bps=10_000_000),
        *ethernet_ports("eno{}", (1,), first_index=2, use="uplink", first_mac=0),
    ),
    versions=("6.1.0-28-amd64", "5.10.0-32-amd64", "6.8.0-49-generic"),
    describe=lambda unit: (
        f"Linux {unit.name} {unit.version} #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22) x86_64"
    ),
    make_serial=no_serial,
    shared=_linux_shared,
    own=nothing,
    enterprise=8072,
    services=72,
    lldp=Lldp(),
)


def _printer_own(objects: Objects, unit: Unit) -> None:
    """BROTHER-MIB has the serial number and the firmware, and so has Printer-MIB the former (RFC 3805)."""
    objects.text(f"{_BROTHER}.3.9.4.2.1.5.5.1.0", unit.serial)
    objects.text(f"{_BROTHER}.4.3.1240.6.5.0", f"Firmware Ver.{unit.version}")
    objects.text("1.3.6.1.2.1.43.5.1.1.17.1", unit.serial)


def _printer_shared(objects: Objects) -> None:
    objects.live("1.3.6.1.2.1.25.1.1.0", time_ticks)
    objects.integer("1.3.6.1.2.1.25.3.2.1.1.1", 1)
    objects.oid("1.3.6.1.2.1.25.3.2.1.2.1", "1.3.6.1.2.1.25.3.1.5")
    objects.text("1.3.6.1.2.1.25.3.2.1.3.1", "Brother HL-L6400DW series")
    objects.integer("1.3.6.1.2.1.25.3.2.1.5.1", 2)
    objects.integer("1.3.6.1.2.1.25.3.5.1.1.1", 3)
    objects.text(
        f"{_BROTHER}.3.9.1.1.7.0", "MFG:Brother;CMD:PJL,PCL,PCLXL;MDL:HL-L6400DW series;CLS:PRINTER;"
    )
    objects.text(f"{_BROTHER}.4.3.2435.5.13.3.0", "Brother HL-L6400DW series")
    objects.live("1.3.6.1.2.1.43.10.2.1.4.1.1", Breathing(20_000, 21_000, 4, ber.COUNTER32))
    for row, (kind, title, size) in enumerate(
        ((3, "Black Toner Cartridge", 8_000), (9, "Drum Unit", 50_000)), 1
    ):
        entry = "1.3.6.1.2.1.43.11.1.1"
        objects.integer(f"{entry}.5.1.{row}", kind)
        objects.text(f"{entry}.6.1.{row}", title)
        objects.integer(f"{entry}.8.1.{row}", size)
        objects.integer(f"{entry}.9.1.{row}", size * 2 // 3)


PRINTER = Model(
    vendor="Brother",
    name="HL-L6400DW",
    os="Brother",
    type="printer",
    sys_object_id="1.3.6.1.4.1.2435.2.3.9.1",
    oui=0x3C2AF4,
    ports=(
        *ethernet_ports(
            "eth{}", (0,), first_index=1, use="uplink", first_mac=0, descr="Brother NC-360, 1000BASE-T"
        ),
        Port(if_index=2, name="lo", type=LOOPBACK, use="virtual"),
        Port(if_index=3, name="wlan0", use="virtual", mac_offset=1),
    ),
    versions=("1.67", "1.52", "Q"),
    describe=lambda unit: f"Brother NC-360, Firmware Ver.{unit.version}  (21.06.29),MID 84U-G14",
    make_serial=serial_of("E75#####*#@######"),
    shared=_printer_shared,
    own=_printer_own,
    enterprise=2435,
    services=72,
    v1_only=True,
    high_capacity=False,
)


def _ups_own(objects: Objects, unit: Unit) -> None:
    """PowerNet-MIB: upsBasicIdentModel, upsAdvIdentFirmwareRevision, upsAdvIdentSerialNumber."""
    objects.text(f"{_APC}.1.1.1.0", "Smart-UPS X 750")
    objects.text(f"{_APC}.1.1.2.0", unit.name)
    objects.text(f"{_APC}.1.2.1.0", "UPS 09.8 (ID20) ")
    objects.text(f"{_APC}.1.2.3.0", unit.serial)


def _ups_shared(objects: Objects) -> None:
    """Charge and load in percent, temperature in Celsius, voltages in volts."""
    objects.integer(f"{_APC}.2.1.1.0", 2)
    objects.live(f"{_APC}.2.2.1.0", Breathing(96, 100, 1, ber.GAUGE32))
    objects.live(f"{_APC}.2.2.2.0", Breathing(21, 29, 2, ber.GAUGE32))
    objects.ticks(f"{_APC}.2.2.3.0", 10_976_200 // 60)
    objects.integer(f"{_APC}.2.2.4.0", 1)
    objects.live(f"{_APC}.3.2.1.0", Breathing(226, 236, 3, ber.GAUGE32))
    objects.integer(f"{_APC}.4.1.1.0", 2)
    objects.live(f"{_APC}.4.2.1.0", Breathing(228, 232, 5, ber.GAUGE32))
    objects.live(f"{_APC}.4.2.3.0", Breathing(18, 63, 6, ber.GAUGE32))


def _ups_describe(unit: Unit) -> str:
    squeezed = unit.version.replace(".", "")
    card = f"ZA{unit.seed % 10**10:010}"
    return (
        f"APC Web/SNMP Management Card (MB:v4.1.0 PF:v{unit.version} PN:apc_hw05_aos_{squeezed}.bin "
        f"AF1:v{unit.version} AN1:apc_hw05_sumx_{squeezed}.bin MN:AP9631 HR:08 SN: {card} MD:04/10/2018) "
        "(Embedded PowerNet SNMP Agent SW v2.2 compatible)"
    )


UPS = Model(
    vendor="APC",
    name="Smart-UPS X 750",
    os="AOS",
    type="ups",
    sys_object_id="1.3.6.1.4.1.318.1.3.27",
    oui=0x282986,
    ports=(
        Port(if_index=1, name="lo0", descr="LOOPBACK", type=LOOPBACK, use="virtual", speed_bps=0),
        *ethernet_ports("vmac{}", (0,), first_index=2, use="uplink", speed_bps=_100M, first_mac=0),
    ),
    versions=("7.0.8", "6.9.6", "7.1.2"),
    describe=_ups_describe,
    make_serial=serial_of("AS##########"),
    shared=_ups_shared,
    own=_ups_own,
    enterprise=318,
    services=72,
    high_capacity=False,
)


def _camera_own(objects: Objects, unit: Unit) -> None:
    """HIK-DEVICE-MIB: deviceType, softwVersion, macAddr."""
    objects.text(f"{_HIKVISION}.1.0", unit.model.name)
    objects.text(f"{_HIKVISION}.3.0", unit.version)
    objects.text(f"{_HIKVISION}.4.0", mac_text(unit.mac))


def _camera_shared(objects: Objects) -> None:
    objects.live(f"{_HIKVISION}.7.0", BreathingText("{:.0f} PERCENT", 15, 62, 7))
    objects.text(f"{_HIKVISION}.8.0", "0.0 GB")
    objects.text(f"{_HIKVISION}.9.0", "0 PERCENT")
    objects.text(f"{_HIKVISION}.10.0", "512 MB")
    objects.live(f"{_HIKVISION}.11.0", BreathingText("{:.0f} PERCENT", 55, 83, 11))
    objects.text(f"{_HIKVISION}.21.0", "H.264")
    objects.text(f"{_HIKVISION}.22.0", "MJPEG")


CAMERA = Model(
    vendor="Hikvision",
    name="DS-2CD2185FWD-I",
    os="Hikvision",
    type="camera",
    sys_object_id="1.3.6.1.4.1.39165.1.1",
    oui=0x4CBD8F,
    ports=(
        Port(if_index=1, name="lo", type=LOOPBACK, use="virtual", mtu=16_436),
        *ethernet_ports("eth{}", (0,), first_index=2, use="uplink", speed_bps=_100M, first_mac=0),
    ),
    versions=("V5.5.3 build 171025", "V5.6.5 build 200316"),
    describe=lambda _: "Linux Hikvision 3.0.8 #1 Wed Oct 25 2017 armv7l",
    make_serial=no_serial,
    shared=_camera_shared,
    own=_camera_own,
    enterprise=39165,
    services=72,
    high_capacity=False,
)
