"""Huawei VRP: NetEngine routers and S switches."""

from collections.abc import Callable

from lab.devices.entity import CHASSIS, MODULE, Physical, add_physical
from lab.devices.model import LOOPBACK, VLAN, Lldp, Model, Port, Unit, ethernet_ports, serial_of
from lab.devices.objects import Breathing, Objects

_STATE = "1.3.6.1.4.1.2011.5.25.31.1.1.1.1"
_CHASSIS, _BOARD = 67_108_867, 67_108_873
_10G, _100G = 10_000_000_000, 100_000_000_000


def _switch_banner(unit: Unit) -> str:
    return (
        f"{unit.model.name}\nHuawei Versatile Routing Platform Software \r\n VRP (R) software,Version 5.170 "
        f"(S5720 {unit.version}) \r\n Copyright (C) 2007 Huawei Technologies Co., Ltd."
    )


def _router_banner(unit: Unit) -> str:
    return (
        "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 8.200 "
        f"(NetEngine 8000 {unit.version}) \r\nCopyright (C) 2012-2020 Huawei Technologies Co., Ltd. \r\n"
        f"HUAWEI {unit.model.name}"
    )


def _own(title: str) -> Callable[[Objects, Unit], None]:
    def own(objects: Objects, unit: Unit) -> None:
        for index, class_, name, within in (
            (_CHASSIS, CHASSIS, title, 0),
            (_BOARD, MODULE, "MPU Board 0", 67_108_869),
        ):
            add_physical(
                objects,
                Physical(
                    index=index,
                    descr=title if class_ == CHASSIS else "Assembling Components",
                    class_=class_,
                    contained_in=within,
                    position=1,
                    name=name,
                    software_rev=f"Version 5.170 {unit.version}",
                    serial=unit.serial,
                    manufacturer="Huawei",
                    model=unit.model.name,
                ),
            )
        objects.text("1.3.6.1.4.1.2011.5.25.188.1.1.0", unit.serial)

    return own


def _shared(objects: Objects) -> None:
    """HUAWEI-ENTITY-EXTENT-MIB: hwEntityCpuUsage, hwEntityMemUsage (percent), hwEntityTemperature (Celsius)."""
    for index in (_CHASSIS, _BOARD):
        working = index == _BOARD
        objects.integer(f"{_STATE}.1.{index}", 4)
        objects.integer(f"{_STATE}.2.{index}", 3)
        for column, low, high in ((5, 7, 46), (7, 31, 38), (11, 36, 51)):
            if working:
                objects.live(f"{_STATE}.{column}.{index}", Breathing(low, high, column))
            else:
                objects.integer(f"{_STATE}.{column}.{index}", 0)


S5720 = Model(
    vendor="Huawei",
    name="S5720-56C-PWR-EI-AC",
    os="VRP",
    type="switch",
    sys_object_id="1.3.6.1.4.1.2011.2.23.291",
    oui=0x84A8E4,
    ports=(
        Port(if_index=5, name="Vlanif1", type=VLAN, use="management"),
        *ethernet_ports("GigabitEthernet0/0/{}", range(1, 49), first_index=6, first_lldp=1),
        *ethernet_ports(
            "XGigabitEthernet0/0/{}",
            range(1, 5),
            first_index=54,
            speed_bps=_10G,
            use="uplink",
            first_lldp=49,
            first_mac=49,
        ),
    ),
    versions=("V200R019C10SPC500", "V200R010C00SPC600", "V200R011C10SPC600"),
    describe=_switch_banner,
    make_serial=serial_of("2102359576DM@#000###"),
    shared=_shared,
    own=_own("HUAWEI S5720 Routing Switch"),
    enterprise=2011,
    services=78,
    lldp=Lldp(),
)
NE8000 = Model(
    vendor="Huawei",
    name="NetEngine 8000 F1A-8H20Q",
    os="VRP",
    type="router",
    sys_object_id="1.3.6.1.4.1.2011.2.360.1.5",
    oui=0x30FD65,
    ports=(
        Port(if_index=3, name="LoopBack0", type=LOOPBACK, speed_bps=0, use="management"),
        *ethernet_ports("25GE0/1/{}", range(0, 20), first_index=6, speed_bps=25_000_000_000, first_lldp=1),
        *ethernet_ports(
            "100GE0/1/{}",
            range(20, 28),
            first_index=26,
            speed_bps=_100G,
            use="uplink",
            first_lldp=21,
            first_mac=21,
        ),
    ),
    versions=("V800R012C10SPC300", "V800R021C00SPC100"),
    describe=_router_banner,
    make_serial=serial_of("2102352HLB@#N###0###"),
    shared=_shared,
    own=_own("NetEngine 8000 F1A-8H20Q"),
    enterprise=2011,
    services=78,
    routed=True,
    lldp=Lldp(),
)
