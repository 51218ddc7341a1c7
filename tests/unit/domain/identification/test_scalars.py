"""Vendors' own scalars, sysObjectID codes and sysDescr formats, as their MIBs and manuals give them."""

import pytest

from domain.identification import Identity, identify, wanted
from domain.observation import OidValue, SnmpFacts, SystemGroup

ENTERPRISES = "1.3.6.1.4.1."

Said = tuple[str, str, str, str, str]
AGENTS: dict[str, tuple[str, str, dict[str, OidValue], Said]] = {
    "pan-os by product number": (
        "25461.2.3.38",
        "Palo Alto Networks PA-220 series firewall",
        {"25461.2.1.2.1.1.0": b"10.1.6", "25461.2.1.2.1.3.0": b"012801000001"},
        ("Palo Alto Networks", "panos", "10.1.6", "PA-220", "012801000001"),
    ),
    "vxoa": (
        "23867.1.2.46",
        "Linux sp 2.6.38",
        {
            "23867.3.1.1.1.1.0": b"8.1.9.5_72342",
            "23867.3.1.1.1.2.0": b"EC-S",
            "23867.3.1.1.1.5.0": 123456,
            "23867.3.1.1.1.6.0": b"001BBC000001",
        },
        ("Silver Peak", "vxoa", "8.1.9.5_72342", "EC-S", "001BBC000001"),
    ),
    "siklu runs its second bank": (
        "31926",
        "EH-1200TX",
        {"31926.1.5.0": b"5.4.0", "31926.1.6.0": b"6.9.1", "31926.1.7.0": 1, "31926.1.8.0": 2},
        ("Siklu", "siklu", "6.9.1", "EH-1200TX", ""),
    ),
    "telepresence codec": (
        "5596.150.6.4.1",
        "Cisco Codec\nSoftW: TC7.3.6.ac6b46b\nMCU: Cisco TelePresence SX20\nDate: 2016-02-29\nS/N: FTT1801000A",
        {},
        ("Cisco", "vccodec", "TC7.3.6.ac6b46b", "Cisco TelePresence SX20", "FTT1801000A"),
    ),
    "midspan": (
        "7428.1.1.1.2",
        "PD-9524G.  Unit S/N=2123456.  App Ver=2.21,Boot Ver=1.0",
        {},
        ("Microchip", "microsemipdsine", "2.21", "PD-9524G", "2123456"),
    ),
    "canopy subscriber": (
        "161.19.250.256",
        "CANOPY 13.1.3 SM-DES",
        {"161.19.3.3.1.6.0": b"5.7GHz MIMO OFDM - Subscriber Module - 0a-00-3e-00-00-01"},
        ("Cambium Networks", "pmp", "13.1.3", "PMP 450 SM", ""),
    ),
    "netbotz": ("5528.100.20.10.2006", "", {}, ("APC", "netbotz", "", "NetBotz 420E Rack", "")),
    "raisecom ros": (
        "8886.6.1",
        "ROS",
        {
            "8886.60.131.1.1.1.0": b"ROS_5.2.1",
            "8886.60.131.1.1.4.0": b"R200001",
            "8886.60.131.1.1.6.0": b"ISCOM2600G",
        },
        ("Raisecom", "raisecom-ros", "ROS_5.2.1", "ISCOM2600G", "R200001"),
    ),
    "optidriver": (
        "629.200.1",
        "OptiDriver",
        {
            "629.200.2.2.0": b"4.1.2",
            "629.200.6.1.1.3.1": b"NC316-10PSU",
            "629.200.6.1.1.48.1": b"000000012345",
        },
        ("MRV", "mrv-od", "4.1.2", "NC316-10PSU", "000000012345"),
    ),
    "ups behind plain linux": (
        "8072.3.2.10",
        "Linux ups 3.2.0",
        {"21111.1.1.1.3.0": b"VR3000", "21111.1.1.1.4.0": b"83001", "21111.1.1.1.6.0": b"VER1.20"},
        ("Orvaldi", "orvaldi-ups", "VER1.20", "VR3000", "83001"),
    ),
    "printer with a print server's MIB": (
        "683.6",
        "ZebraNet PrintServer",
        {"683.1.4.0": b"79071", "683.1.5.0": b"12345678", "683.1.9.0": b"7.02"},
        ("Zebra", "zebra", "7.02", "79071", "12345678"),
    ),
    "switch with SwOS": (
        "14988.2",
        "CRS305-1G-4S+ SwOS v2.13",
        {"14988.1.1.7.3.0": b"AAAA0A000001"},
        ("MikroTik", "swos", "2.13", "CRS305-1G-4S+", "AAAA0A000001"),
    ),
    "plain linux stays linux": (
        "8072.3.2.10",
        "Linux web1 5.10.0-21-amd64 #1 SMP Debian x86_64",
        {},
        ("", "linux", "5.10.0-21-amd64", "Generic x86 64-bit", ""),
    ),
}


def asked(object_id: str, descr: str, values: dict[str, OidValue]) -> Identity:
    """What an agent is taken for by a reader that fetches no more than what is wanted."""
    system = SystemGroup(sys_descr=descr, sys_object_id=ENTERPRISES + object_id)
    want = wanted(system)
    whole = {ENTERPRISES + oid: value for oid, value in values.items()}
    prefixes = tuple(f"{walk}." for walk in want.walks)
    fetched = {oid: v for oid, v in whole.items() if oid in want.gets or oid.startswith(prefixes)}
    return identify(SnmpFacts(system=system, values=fetched))


@pytest.mark.parametrize("agent", AGENTS)
def test_agent_is_recognised(agent: str) -> None:
    object_id, descr, values, expected = AGENTS[agent]
    found = asked(object_id, descr, values)
    assert (found.vendor, found.os, found.os_version, found.model, found.serial) == expected


@pytest.mark.parametrize(
    ("object_id", "descr", "os"),
    [
        ("11863.5.33", "JetStream 24-Port Gigabit Switch", "jetstream"),
        ("11863.1.1.1", "TL-SL3428", "tplink"),
        ("11606.24.1.1.10", "", "pbn-cp"),
        ("17713.6", "PTP 600", "ptp600"),
        ("17713.11.1", "PTP 670", "ptp670"),
        ("207.1.4.127", "AT-8000S", "radlan"),
        ("207.1.1", "Allied Telesis AT-9924T, version 3.2", "allied"),
        ("2682.1", "NetGuardian 216", "netguardian"),
        ("5597.30", "Meinberg LANTIME M600", "mbg-ltos6"),
        ("601.3.1.1", "", "ssu2000"),
        ("33049.1.1.1.2100", "Mellanox MSN2100,Onyx,SWv3.7.1134", "mellanox"),
        ("8072.3.2.3", "SunOS oi_151 5.11 oi_151a9 i86pc", "openindiana"),
        ("8072.3.2.10", "Linux atd 3.6.2-14.2.mlos2.x86_64", "mlos-atd"),
        ("9.12.3.1.3.472", "Cisco SAN-OS(tm) m9500, Version 3.3(1c)", "sanos"),
    ],
)
def test_system_is_told_from_its_relatives(object_id: str, descr: str, os: str) -> None:
    assert asked(object_id, descr, {}).os == os
