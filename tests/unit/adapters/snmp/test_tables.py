"""Rows as agents send them, and what they mean."""

import pytest

from adapters.snmp.tables import addresses, cdp, entities, interfaces, lldp
from adapters.snmp.tables.table import Columns, Table
from domain.observation import Interface, Neighbour, OidValue, PhysicalEntity

PORTS = (
    Interface(if_index=1, name="Gi0/1", description="GigabitEthernet0/1", mac="02:00:00:00:00:01"),
    Interface(if_index=10, name="ether10"),
    Interface(if_index=501, name="xe-0/0/1"),
)


def columns(table: Table, rows: dict[int, dict[str, OidValue]]) -> Columns:
    found = {
        f"{table.oid(column)}.{index}": value
        for column, cells in rows.items()
        for index, value in cells.items()
    }
    return table.columns(found)


def test_an_entity_is_read_from_its_row() -> None:
    table = columns(
        entities.ENTITIES,
        {
            2: {"1": b"Chassis"},
            3: {"1": "1.3.6.1.4.1.9.12.3.1.3.1"},
            4: {"1": 0, "20": 1},
            5: {"1": 3, "20": 9},
            11: {"1": b"FOX1234 ", "20": b""},
            13: {"1": b"WS-C3750"},
        },
    )
    assert entities.entities(table) == (
        PhysicalEntity(
            index=1,
            class_=3,
            descr="Chassis",
            vendor_type="1.3.6.1.4.1.9.12.3.1.3.1",
            serial="FOX1234",
            model="WS-C3750",
        ),
        PhysicalEntity(index=20, contained_in=1, class_=9),
    )


@pytest.mark.parametrize(
    ("speed", "high_speed", "speed_bps"),
    [
        (100_000_000, None, 100_000_000),
        (100_000_000, 100, 100_000_000),
        (2**32 - 1, 10_000, 10_000_000_000),
        (0, 40_000, 40_000_000_000),
        (None, 25_000, 25_000_000_000),
        (0, 0, 0),
        (None, None, None),
    ],
)
def test_the_speed_of_an_interface(speed: int | None, high_speed: int | None, speed_bps: int | None) -> None:
    rows = columns(interfaces.INTERFACES, {2: {"1": b"port"}, 5: {} if speed is None else {"1": speed}})
    names, aliases = columns(interfaces.NAMES, {}), columns(interfaces.ALIASES, {})
    assert interfaces.speeds_missing(rows, names) == (speed_bps != 100_000_000)
    high_speeds = columns(interfaces.HIGH_SPEEDS, {15: {} if high_speed is None else {"1": high_speed}})
    (port,) = interfaces.interfaces(rows | names | high_speeds | aliases, {})
    assert port.speed_bps == speed_bps
    assert port.name == "port"


def test_addresses_of_both_tables_come_together() -> None:
    prefix = "1.3.6.1.2.1.4.32.1.5"
    newer = columns(
        addresses.IP_ADDRESSES,
        {
            3: {
                "1.4.192.0.2.1": 1,
                "1.4.192.0.2.255": 1,
                "1.4.10.0.0.1": 10,
                "2.16." + ".".join(["32", "1", "13", "184", *["0"] * 11, "1"]): 1,
                "4.20." + ".".join(["254", "128", *["0"] * 13, "9", "0", "0", "0", "3"]): 1,
                "16.3.1.2.3": 1,
            },
            4: {"1.4.192.0.2.1": 1, "1.4.192.0.2.255": 3},
            5: {
                "1.4.192.0.2.1": f"{prefix}.1.1.4.192.0.2.0.25",
                "1.4.10.0.0.1": "0.0",
                "2.16."
                + ".".join(
                    ["32", "1", "13", "184", *["0"] * 11, "1"]
                ): f"{prefix}.1.2.16.{'.'.join(['0'] * 16)}.64",
            },
        },
    )
    older = columns(
        addresses.IPV4_ADDRESSES,
        {
            2: {"192.0.2.1": 1, "10.0.0.1": 10, "198.51.100.7": 10, "not.an.address": 1},
            3: {"192.0.2.1": "255.255.255.0", "10.0.0.1": "255.255.255.252", "198.51.100.7": "255.0.255.0"},
        },
    )
    assert addresses.addresses(newer, older) == {
        1: ["192.0.2.1/25", "2001:db8::1/64", "fe80::9/128"],
        10: ["10.0.0.1/30", "198.51.100.7/32"],
    }


def test_an_lldp_neighbour_is_read_with_its_addresses() -> None:
    remotes = columns(
        lldp.REMOTES,
        {
            4: {"900.1.3": 4},
            5: {"900.1.3": b"\x02\x00\x00\xaa\xbb\xcc"},
            6: {"900.1.3": 5},
            7: {"900.1.3": b"Ethernet1/7"},
            8: {"900.1.3": b"uplink"},
            9: {"900.1.3": b"spine-1"},
            10: {"900.1.3": b"Spine OS\r\n9.1"},
        },
    )
    managed = columns(
        lldp.REMOTE_ADDRESSES,
        {
            3: {
                "900.1.3.1.4.192.0.2.9": 2,
                "900.1.3.2.16." + ".".join(["32", "1", "13", "184", *["0"] * 11, "9"]): 2,
                "900.2.1.1.4.192.0.2.8": 2,
            }
        },
    )
    assert lldp.neighbours(remotes, managed, columns(lldp.LOCAL_PORTS, {}), PORTS) == (
        Neighbour(
            protocol="lldp",
            local_interface="Gi0/1",
            local_if_index=1,
            chassis_id="02:00:00:aa:bb:cc",
            port_id="Ethernet1/7",
            port_description="uplink",
            system_name="spine-1",
            system_description="Spine OS\n9.1",
            addresses=("192.0.2.9", "2001:db8::9"),
        ),
    )


@pytest.mark.parametrize(
    ("subtype", "local_id", "description", "local", "if_index"),
    [
        (5, b"xe-0/0/1", b"", "xe-0/0/1", 501),
        (5, b"GigabitEthernet0/1", b"", "Gi0/1", 1),
        (3, b"\x02\x00\x00\x00\x00\x01", b"", "Gi0/1", 1),
        (7, b"501", b"", "xe-0/0/1", 501),
        (7, b"whatever", b"ether10", "ether10", 10),
        (7, b"whatever", b"", "whatever", None),
        (None, None, b"", "", None),
    ],
)
def test_the_local_port_of_an_lldp_neighbour(
    subtype: int | None, local_id: bytes | None, description: bytes, local: str, if_index: int | None
) -> None:
    remotes = columns(lldp.REMOTES, {9: {"0.77.1": b"far"}})
    rows: dict[int, dict[str, OidValue]] = {4: {"77": description}}
    if subtype is not None and local_id is not None:
        rows |= {2: {"77": subtype}, 3: {"77": local_id}}
    (neighbour,) = lldp.neighbours(
        remotes, columns(lldp.REMOTE_ADDRESSES, {}), columns(lldp.LOCAL_PORTS, rows), PORTS
    )
    assert (neighbour.local_interface, neighbour.local_if_index) == (local, if_index)


@pytest.mark.parametrize(
    ("subtype", "value", "chassis_id"),
    [
        (4, b"\x02\x00\x00\xaa\xbb\xcc", "02:00:00:aa:bb:cc"),
        (4, b"02-00-00-AA-BB-CC", "02:00:00:aa:bb:cc"),
        (5, b"\x01\xc0\x00\x02\x01", "192.0.2.1"),
        (7, b"core-1", "core-1"),
        (7, b"\x9c\x00\x00\xaa\xbb\xcc", "9c:00:00:aa:bb:cc"),
        (7, b"rack7a", "rack7a"),
        (4, 5, ""),
    ],
)
def test_the_chassis_id_in_its_kinds(subtype: int, value: OidValue, chassis_id: str) -> None:
    scalars = dict(zip(lldp.CHASSIS, (subtype, value), strict=True))
    assert lldp.local_chassis_id(scalars) == chassis_id


def test_cdp_neighbours_are_read() -> None:
    table = columns(
        cdp.CDP_CACHE,
        {
            4: {"501.2": b"\xc0\x00\x02\x07", "9.1": b"\x01"},
            5: {"501.2": b"Cisco IOS"},
            6: {"501.2": b"far.example.net", "9.1": b"\x02\x00\x00\xaa\xbb\xee"},
            7: {"501.2": b"GigabitEthernet0/2"},
            8: {"501.2": b"cisco WS-C2960"},
        },
    )
    assert cdp.neighbours(table, PORTS) == (
        Neighbour(
            protocol="cdp",
            local_interface="xe-0/0/1",
            local_if_index=501,
            port_id="GigabitEthernet0/2",
            system_name="far.example.net",
            system_description="Cisco IOS",
            platform="cisco WS-C2960",
            addresses=("192.0.2.7",),
        ),
        Neighbour(protocol="cdp", local_if_index=9, chassis_id="02:00:00:aa:bb:ee"),
    )
