"""HP ProCurve and Aruba switches (ArubaOS-Switch)."""

from collections.abc import Callable

from lab import ber
from lab.devices.entity import CHASSIS, POWER_SUPPLY, Physical, add_physical
from lab.devices.model import VLAN, Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Breathing, Objects

_HP = "1.3.6.1.4.1.11.2"
_VERSION_PREFIX = {"J9775A": "YA", "JL253A": "WC", "J9085A": "R"}


def _banner(maker: str, part: str, rom: str) -> Callable[[Unit], str]:
    def describe(unit: Unit) -> str:
        title = unit.model.name.split(" ", 1)[1]
        return (
            f"{maker} {part} {title} Switch, revision {unit.version}, ROM {rom} "
            f"(/ws/swbuildm/rel_code/{_VERSION_PREFIX[part].lower()})"
        )

    return describe


def _own(objects: Objects, unit: Unit) -> None:
    """SEMI-MIB and NETSWITCH-MIB: hpSwitchOsVersion, hpHttpMgSerialNumber; ENTITY-MIB has both too."""
    objects.text(f"{_HP}.14.11.5.1.1.3.0", unit.version)
    objects.text(f"{_HP}.36.1.1.2.9.0", unit.serial)
    part, title = unit.model.name.split(" ", 1)
    add_physical(
        objects,
        Physical(
            index=1,
            descr=f"HP {part} Switch {title}",
            class_=CHASSIS,
            position=0,
            name="Chassis",
            software_rev=unit.version,
            serial=unit.serial,
            manufacturer="HP",
            model=part,
        ),
    )


def _shared(objects: Objects) -> None:
    objects.live(f"{_HP}.14.11.5.1.9.6.1.0", Breathing(4, 45, 6))
    entry, size = f"{_HP}.14.11.5.1.1.2.1.1.1", 121_000_000
    objects.integer(f"{entry}.5.1", size)
    objects.live(f"{entry}.6.1", Breathing(size * 0.6, size * 0.66, 5))
    objects.live(f"{entry}.7.1", Breathing(size * 0.34, size * 0.4, 7))
    # hpicfSensorTable: a fan (2) and a temperature (3), both good (4).
    for index, kind in ((1, 2), (2, 3)):
        objects.oid(f"{_HP}.14.11.1.2.6.1.2.{index}", f"1.3.6.1.4.1.11.2.3.7.8.3.{kind}")
        objects.integer(f"{_HP}.14.11.1.2.6.1.4.{index}", 4)
    # hpSystemAirTemperatureTable: name, degrees as text, unit.
    objects.text(f"{_HP}.14.11.5.1.54.2.1.1.2.0", "Sys-1")
    objects.live(f"{_HP}.14.11.5.1.54.2.1.1.8.0", Breathing(24, 38, 8, ber.INTEGER))
    add_physical(
        objects, Physical(index=10, descr="HP power supply", class_=POWER_SUPPLY, contained_in=1, position=1)
    )


def _model(
    name: str,
    sys_object_id: str,
    ports: int,
    uplink_bps: int,
    versions: tuple[str, ...],
    maker: str,
    rom: str,
) -> Model:
    return Model(
        vendor="Aruba" if maker == "Aruba" else "HP",
        name=name,
        os="ArubaOS-Switch" if maker == "Aruba" else "ProCurve",
        type="switch",
        sys_object_id=sys_object_id,
        oui=0x9457A5 if maker == "HP" else 0x20677C,
        ports=(
            *ethernet_ports("{}", range(1, ports + 1), first_index=1),
            *ethernet_ports(
                "{}",
                range(ports + 1, ports + 5),
                first_index=ports + 1,
                speed_bps=uplink_bps,
                use="uplink",
                first_mac=ports + 1,
            ),
            Port(if_index=ports + 28, name="DEFAULT_VLAN", type=VLAN, use="management"),
        ),
        versions=versions,
        describe=_banner(maker, name.split(" ", 1)[0], rom),
        make_serial=serial_of("CN#*FP4***"),
        shared=_shared,
        own=_own,
        enterprise=11,
        services=74,
        lldp=Lldp(port_id="local"),
    )


J9775A = _model(
    "J9775A 2530-48G",
    "1.3.6.1.4.1.11.2.3.7.11.139",
    48,
    1_000_000_000,
    ("YA.16.11.0012", "YA.16.08.0003", "YA.15.18.0008"),
    "HP",
    "YA.15.20",
)
JL253A = _model(
    "JL253A 2930F-24G-4SFP+",
    "1.3.6.1.4.1.11.2.3.7.11.181.18",
    24,
    10_000_000_000,
    ("WC.16.11.0016", "WC.16.10.0012", "WC.16.04.0008"),
    "Aruba",
    "WC.16.01.0010",
)
