"""Devices of smaller makers, each with no more than the objects that its MIB gives it."""

import pytest

from domain.identification import identify, wanted
from domain.observation import OidValue, SnmpFacts, SystemGroup

ENTERPRISES = "1.3.6.1.4.1."
Said = tuple[str, str, str, str, str]
"""Vendor, OS, version, model, serial number."""

AGENTS: dict[str, tuple[str, str, dict[str, OidValue], Said]] = {
    "Acano": (
        "8072.3.2.10",
        "Acano Server 1.9.6, x86_64",
        {},
        ("Cisco", "acano", "1.9.6", "", ""),
    ),
    "ADVA line monitor": (
        "2544.1.14",
        "FSP3000 ALM",
        {
            "2544.1.14.2.1.9.0": b"16ALM/#1650D",
            "2544.1.14.2.1.2.0": b"2.1.1",
            "2544.1.14.2.1.5.0": b"FA70190100100",
        },
        ("ADVA", "adva-alm", "2.1.1", "16ALM/#1650D", "FA70190100100"),
    ),
    "Alcoma": (
        "12140.2",
        "ALCOMA",
        {"12140.2.2.9.0": b"AL10D MP600", "12140.2.2.10.0": b"3.27", "12140.2.3.11.0": b"1204-001"},
        ("Alcoma", "alcoma-almp", "3.27", "AL10D MP600", "1204-001"),
    ),
    "Allied Telesis AT-S39": (
        "207.1.4.64",
        "Allied Telesyn Ethernet Switch AT-8024GB",
        {"207.8.15.1.1.0": 2, "207.8.15.1.2.0": b"AT-S39", "207.8.15.1.3.0": b"v3.3.0"},
        ("Allied Telesis", "allied", "AT-S39 v3.3.0", "at8024GB", ""),
    ),
    "Allied Telesis access point": (
        "207.1.13.45",
        "AT-TQ4600 version 4.0.5",
        {},
        ("Allied Telesis", "allied-tq", "4.0.5", "AT-TQ4600", ""),
    ),
    "Alteon": (
        "1872.1.13.3.5",
        "Alteon Application Switch",
        {
            "1872.2.5.1.3.1.6.0": b"5224",
            "1872.2.5.1.3.1.7.0": b"02",
            "1872.2.5.1.1.1.10.0": b"30.5.3.0",
            "1872.2.5.1.3.1.18.0": b"31203001",
        },
        ("Radware", "alteonos", "30.5.3.0", "5224 Vers. 02", "31203001"),
    ),
    "APC Easy PDU": (
        "318.1.3.4.9",
        "",
        {
            "318.1.1.30.2.1.1.4.1": b"EPDU1016M",
            "318.1.1.30.2.1.1.3.1": b"Ver1.2.0",
            "318.1.1.30.2.1.1.5.1": b"506255600001",
        },
        ("APC", "apc-epdu", "1.2.0", "EPDU1016M", "506255600001"),
    ),
    "Cisco APIC": (
        "9.1.2238",
        "APIC VERSION 4.2(7f);APIC-SERVER-M2;Serial FCH1900V0AA",
        {},
        ("Cisco", "apic", "4.2(7f)", "APIC-SERVER-M2", "FCH1900V0AA"),
    ),
    "Arris modem": (
        "4115.820.1.1",
        "ARRIS DOCSIS 3.0 Touchstone WideBand Cable Modem <<HW_REV: 4; VENDOR: Arris Interactive, L.L.C.; BOOTR: 1.2.1; "
        "SW_REV: 7.5.125; MODEL: CM820S>>",
        {},
        ("Arris", "arris-cm", "7.5.125", "CM820S (Rev: 4)", ""),
    ),
    "AudioCodes": (
        "5003.8.1.1",
        "",
        {
            "5003.9.10.10.2.3.1.0": b"MP-118 FXS",
            "5003.9.10.10.2.2.1.0": b"6.60A.245.003",
            "5003.9.10.10.2.3.2.0": 4182014,
        },
        ("AudioCodes", "audiocodes", "6.60A.245.003", "MP-118 FXS", "4182014"),
    ),
    "BDT tape library": (
        "20884.10893.2.101",
        "FlexStor",
        {
            "20884.10893.2.101.4.1.0": b"00FRU0001",
            "20884.10893.2.101.4.2.0": b"BDT",
            "20884.10893.2.101.4.3.0": b"FlexStor II",
            "20884.10893.2.101.4.4.0": b"5.40",
        },
        ("BDT", "bdt-flexstor", "5.40", "BDT FlexStor II", "00FRU0001"),
    ),
    "BlueCat": (
        "13315.2.1",
        "Linux bluecat",
        {
            "13315.3.2.2.1.5.0": b"BDDS-60",
            "13315.3.2.2.1.2.0": b"9.2.0-919.GA.bcn",
            "13315.3.2.2.1.3.0": b"BC0001",
        },
        ("BlueCat", "bluecatnetworks", "9.2.0-919.GA.bcn", "BDDS-60", "BC0001"),
    ),
    "Ceragon": (
        "2281.1.20.1.3.1",
        "Ceragon IP-20G",
        {"2281.10.4.1.13.1.1.4.1": b"10.9.0.0.0.73", "2281.10.1.2.10.1.1.6.127": b"F112000001"},
        ("Ceragon", "ceraos", "10.9.0.0.0.73", "IP-20G", "F112000001"),
    ),
    "EtherWAN": (
        "2736.1.1",
        "EX77964-00VB Hardened Managed Switch, Firmware rev: 1.94.3 12/14/10",
        {},
        ("EtherWAN", "etherwan", "1.94.3", "EX77964-00VB Hardened Managed Switch", ""),
    ),
    "Exalt": (
        "25651.1.2",
        "ExtendAir",
        {"25651.1.2.1.1.0": b"EX-5r-c GigE", "25651.1.2.1.5.0": b"5.2.1", "25651.1.2.1.3.0": b"EX001"},
        ("Exalt", "extendair", "5.2.1", "EX-5r-c GigE", "EX001"),
    ),
    "IgniteNet": (
        "47307",
        "HeliOS",
        {"47307.1.1.1.0": b"ML2.5-60", "47307.1.1.3.0": b"2.2.3"},
        ("IgniteNet", "helios", "2.2.3", "ML2.5-60", ""),
    ),
    "3PAR": (
        "12925.1",
        "HP_3PAR 7200, ID: 1, Serial number: 1612345, InForm OS version: 3.1.3 (MU1)",
        {},
        ("HPE", "informos", "3.1.3", "HP 3Par 7200", "1612345"),
    ),
    "IPoMan": (
        "2468.1.4.2.1",
        "",
        {
            "2468.1.4.2.1.1.4.0": b"PDU System v1.06 (SN 11130141042005)",
            "2468.1.4.2.1.1.1.0": b"IPoMan II 1201",
        },
        ("Ingrasys", "ipoman", "1.06", "IPoMan II 1201", "11130141042005"),
    ),
    "Ciena packet switch": (
        "1271.1.2.23",
        "3930 Service Delivery Switch",
        {
            "1271.2.1.5.1.1.3.0": b"170-3930-900",
            "1271.2.1.5.1.1.4.0": b"M1234567",
            "1271.2.1.2.1.2.4.2.1.2.1": b"saos-06-18-00-0120",
        },
        ("Ciena", "ciena-sds", "saos-06-18-00-0120", "170-3930-900", "M1234567"),
    ),
    "EndRun": (
        "13827.5",
        "Linux tempus 2.6.26",
        {"13827.5.0.11.0": b"Tempus LX CDMA v 2.30 - Wed May 11 2011"},
        ("EndRun", "endrun", "2.30", "Tempus LX CDMA", ""),
    ),
    "FireEye": (
        "25597.1",
        "FireEye NX",
        {
            "25597.11.1.1.2.0": b"FireEyeNX2400",
            "25597.11.5.1.2.0": b"8.3.1.857",
            "25597.11.1.1.3.0": b"00259012AB34",
        },
        ("FireEye", "feos", "8.3.1.857", "FireEyeNX2400", "00259012AB34"),
    ),
    "FusionHub": (
        "23695",
        "Linux",
        {
            "23695.200.1.1.1.1.1.0": b"Peplink FusionHub Solo",
            "23695.200.1.1.1.1.2.0": b"1234-5678-9ABC",
            "23695.200.1.1.1.1.3.0": b"8.1.0",
        },
        ("Peplink", "fusionhub", "8.1.0", "Peplink FusionHub Solo", "1234-5678-9ABC"),
    ),
    "GE MDS": (
        "4130.10",
        "GE MDS Orbit",
        {
            "4130.10.1.1.1.2.3.0": b"MXNXR900N",
            "4130.10.1.1.1.2.2.0": b"2554417",
            "4130.10.1.1.1.2.7.1.2.2": b"6.4.7",
        },
        ("GE MDS", "gemds", "6.4.7", "MXNXR900N", "2554417"),
    ),
    "Inteno": (
        "12919",
        "EG300_3.12.4",
        {"12919.12.1.0": b"E300A1234"},
        ("Inteno", "inteno", "3.12.4", "EG300", "E300A1234"),
    ),
    "Kentix": (
        "37954.5",
        "Kentix MultiSensor-LAN 05.21.00",
        {},
        ("Kentix", "kentixone", "05.21.00", "MultiSensor-LAN", ""),
    ),
    "Hitachi storage": (
        "116.3.11.4.1.1",
        "Hitachi Storage",
        {
            "116.5.11.4.1.1.5.1.1.415056": b"415056",
            "116.5.11.4.1.1.5.1.3.415056": b"83-05-31-40/00",
            "116.5.11.4.1.1.5.1.4.415056": b"VSP G600",
        },
        ("Hitachi", "svos", "83-05-31-40/00", "VSP G600", "415056"),
    ),
    "Hytera on lwIP": (
        "26381",
        "lwIP",
        {
            "40297.1.2.4.1.0": b"HR1065",
            "40297.1.2.4.3.0": b"A9.00.12.001",
            "40297.1.2.4.5.0": b"21C07A0042",
        },
        ("Hytera", "hytera", "A9.00.12.001", "HR1065", "21C07A0042"),
    ),
    "something else on lwIP": ("26381", "lwIP", {}, ("", "", "", "", "")),
    "LoadMaster": (
        "12196.250.10",
        "Linux KEMP 4.14.137 x86_64",
        {"12196.13.0.10.0": b"7.1-20b.20140926-1505"},
        ("Kemp", "kemp", "7.1-20b.20140926-1505", "", ""),
    ),
}


def facts_of(name: str) -> SnmpFacts:
    object_id, descr, values, _ = AGENTS[name]
    system = SystemGroup(sys_descr=descr, sys_object_id=ENTERPRISES + object_id)
    return SnmpFacts(system=system, values={ENTERPRISES + oid: value for oid, value in values.items()})


@pytest.mark.parametrize("name", AGENTS)
def test_device_is_recognised(name: str) -> None:
    identity = identify(facts_of(name))
    said = (identity.vendor, identity.os, identity.os_version, identity.model, identity.serial)
    assert said == AGENTS[name][3]


@pytest.mark.parametrize("name", AGENTS)
def test_every_object_that_decides_is_asked_for(name: str) -> None:
    facts = facts_of(name)
    want = wanted(facts.system)
    walked = tuple(f"{column}." for column in want.walks)
    assert all(oid in want.gets or oid.startswith(walked) for oid in facts.values)
