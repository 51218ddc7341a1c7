"""What devices of many families are taken for, given what their agents say."""

import msgspec
import pytest

from domain.identification import identify, wanted
from domain.observation import OidValue, PhysicalEntity, SnmpFacts, SystemGroup

ENTERPRISES = "1.3.6.1.4.1."


class Device(msgspec.Struct, frozen=True):
    """An agent's answers, and the vendor, OS, version, model, serial number and type that follow."""

    object_id: str
    descr: str
    expected: tuple[str, str, str, str, str, str]
    values: dict[str, OidValue] = {}
    entities: tuple[PhysicalEntity, ...] = ()


def chassis(**fields: str | int) -> PhysicalEntity:
    return msgspec.convert({"index": 1, "class": 3} | fields, PhysicalEntity)


IOS = (
    "Cisco IOS Software, C3750E Software (C3750E-UNIVERSALK9-M), Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)\n"
    "Technical Support: http://www.cisco.com/techsupport"
)
IOS_XE = "Cisco IOS Software [Bengaluru], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.6.5, RELEASE SOFTWARE (fc2)"
IOS_XR = "Cisco IOS XR Software (Cisco ASR9K Series),  Version 6.1.4[Default]\nCopyright (c) 2017 by Cisco Systems, Inc."
NX_OS = "Cisco NX-OS(tm) n5000, Software (n5000-uk9), Version 7.3(7)N1(1), RELEASE SOFTWARE Copyright (c) 2002-2019"
JUNOS = "Juniper Networks, Inc. mx240 internet router, kernel JUNOS 18.4R3-S2, Build date: 2020-02-05 20:45:30 UTC"
VRP = (
    "S5735-L24T4S-A1\nHuawei Versatile Routing Platform Software \n VRP (R) software,Version 5.170 "
    "(S5735 V200R019C10SPC500) \n Copyright (C) 2007 Huawei Technologies Co., Ltd."
)
XOS = "ExtremeXOS (X460G2-24p-10G4) version 30.7.1.1 by release-manager on Wed Apr 29 10:01:11 EDT 2020"
COMWARE = "HPE Comware Platform Software, Software Version 7.1.070, Release 3506P02\nHPE 5130-24G-4SFP+ EI Switch\nCopyright"
UNAME = "Linux web1 5.10.0-21-amd64 #1 SMP Debian 5.10.162-1 (2023-01-21) x86_64"
NT = "Hardware: Intel64 Family 6 Model 85 Stepping 7 AT/AT COMPATIBLE - Software: Windows Version 6.3 (Build 20348 Multiprocessor Free)"
APC = (
    "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.8.2 PN:apc_hw05_aos_682.bin AF1:v6.8.0 "
    "AN1:apc_hw05_sumx_680.bin MN:AP9630 HR:05 SN: ZA1111111111 MD:01/01/2019)"
)

DEVICES = {
    "routeros": Device(
        "14988.1",
        "RouterOS CCR2004-16G-2S+",
        ("MikroTik", "routeros", "7.15.3", "CCR2004-16G-2S+", "HE108K7XP5Z", "router"),
        {"14988.1.1.4.4.0": b"7.15.3", "14988.1.1.7.3.0": b"HE108K7XP5Z"},
    ),
    "ios stack": Device(
        "9.1.516",
        IOS,
        ("Cisco", "ios", "15.0(2)SE11", "WS-C3750E-24TD-S", "FDO1336R0AA", "switch"),
        entities=(
            chassis(**{"class": 11}, descr="c37xx Stack", name="c37xx Stack"),
            chassis(index=1001, contained_in=1, model="WS-C3750E-24TD-S", serial="FDO1336R0AA"),
            chassis(index=2001, contained_in=1, model="WS-C3750E-48PD-S", serial="FDO1336R0BB"),
        ),
    ),
    "ios without entities": Device(
        "9.1.1208", IOS, ("Cisco", "ios", "15.0(2)SE11", "cat29xxStack", "", "switch")
    ),
    "iosxe": Device(
        "9.1.2494",
        IOS_XE,
        ("Cisco", "iosxe", "17.6.5", "C9300-48P", "FCW2233A5ZV", "switch"),
        entities=(chassis(model="C9300-48P", serial="FCW2233A5ZV"),),
    ),
    "iosxr": Device("9.1.1639", IOS_XR, ("Cisco", "iosxr", "6.1.4[Default]", "ASR9K", "", "router")),
    "nxos": Device(
        "9.12.3.1.3.1084",
        NX_OS,
        ("Cisco", "nxos", "7.3(7)N1(1)", "N5K-C5596UP", "SSI162800XX", "switch"),
        entities=(chassis(index=149, model="N5K-C5596UP", serial="SSI162800XX"),),
    ),
    "asa": Device(
        "9.1.2114",
        "Cisco Adaptive Security Appliance Version 9.8(4)20",
        ("Cisco", "asa", "9.8(4)20", "ASA5506", "JAD2001012A", "firewall"),
        entities=(chassis(model="ASA5506", serial="JAD2001012A"),),
    ),
    "cisco small business": Device(
        "9.6.1.95.28.1",
        "SG350-28 28-Port Gigabit Managed Switch",
        ("Cisco", "ciscosb", "2.5.7.85", "SG350-28", "DNI2302000A", "switch"),
        {"9.6.1.101.53.14.1.2.1": b"2.5.7.85", "9.6.1.101.53.14.1.5.1": b"DNI2302000A"},
    ),
    "junos": Device(
        "2636.1.1.1.2.29",
        JUNOS,
        ("Juniper", "junos", "18.4R3-S2", "Juniper MX240", "JN1100000AFC", "router"),
        {"2636.3.1.2.0": b"Juniper MX240", "2636.3.1.3.0": b"JN1100000AFC"},
    ),
    "srx": Device(
        "2636.1.1.1.2.135",
        "Juniper Networks, Inc. srx340 internet router, kernel JUNOS 15.1X49-D170.4, Build",
        ("Juniper", "junos", "15.1X49-D170.4", "srx340", "", "firewall"),
    ),
    "screenos": Device(
        "3224.1.51",
        "SSG5-Serial version 6.3.0r19.0 (SN: 0162112007001234, Firewall+VPN)",
        ("Juniper", "screenos", "6.3.0r19.0", "SSG5-Serial", "0162112007001234", "firewall"),
    ),
    "vrp": Device(
        "2011.2.23.616",
        VRP,
        ("Huawei", "vrp", "5.170 (V200R019C10SPC500)", "S5735-L24T4S-A1", "2102351ABC0000001", "switch"),
        {"2011.5.25.188.1.1.0": b"2102351ABC0000001"},
    ),
    "procurve": Device(
        "11.2.3.7.11.129",
        "HP J9729A 2920-48G-POE+ Switch, revision WB.16.10.0009, ROM WB.16.03 (/ws/swbuild)",
        ("HP", "procurve", "WB.16.10.0009", "J9729A 2920-48G-POE+", "SG42FLX0AB", "switch"),
        {"11.2.36.1.1.2.9.0": b"SG42FLX0AB"},
    ),
    "arubaos": Device(
        "14823.1.1.32",
        "ArubaOS (MODEL: Aruba7010), Version 8.6.0.4 (75979)",
        ("Aruba", "arubaos", "8.6.0.4", "Aruba7010", "CV0000001", "wireless"),
        {"14823.2.2.1.2.1.29.0": b"CV0000001"},
    ),
    "aos-cx": Device(
        "47196.4.1.1.1.100",
        "Aruba JL658A 6300M 24SFP+ 4SFP56 Swch FL.10.06.0101",
        ("Aruba", "arubaos-cx", "FL.10.06.0101", "6300M 24SFP+ 4SFP56", "SG9ZKN0001", "switch"),
        entities=(
            chassis(**{"class": 11}, descr="Aruba 6300 VSF Stack"),
            chassis(index=101001, contained_in=1, serial="SG9ZKN0001"),
        ),
    ),
    "comware": Device(
        "25506.11.1.186",
        COMWARE,
        ("HPE", "comware", "7.1.070, Release 3506P02", "5130-24G-4SFP+ EI", "CN61FT80AA", "switch"),
        entities=(chassis(index=2, serial="CN61FT80AA"),),
    ),
    "eos": Device(
        "30065.1.3011.7280.1",
        "Arista Networks EOS version 4.24.2F running on an Arista Networks DCS-7280SR-48C6",
        ("Arista", "arista_eos", "4.24.2F", "DCS-7280SR-48C6", "SSJ17200001", "switch"),
        entities=(chassis(serial="SSJ17200001"),),
    ),
    "edgeswitch": Device(
        "4413",
        "EdgeSwitch 48-Port 500W, 1.9.2.5322630, Linux 3.6.5-03329cb9, 1.1.0.5102011",
        ("Ubiquiti", "edgeswitch", "1.9.2.5322630", "EdgeSwitch 48-Port 500W", "", "switch"),
    ),
    "quanta": Device(
        "4413",
        "LB4M 48x1G 2x10G, *, VxWorks 6.6",
        ("Quanta", "quanta", "VxWorks 6.6", "LB4M", "QTFCA61350001", "switch"),
        {"4413.1.1.1.1.1.3.0": b"LB4M", "4413.1.1.1.1.1.4.0": b"QTFCA61350001"},
    ),
    "fastpath": Device(
        "4413",
        "Delta 1U 48x10G 4x40G, 3.4.1.0, Linux 3.8.13",
        ("Broadcom", "fastpath", "3.4.1.0", "ET-7648L", "J0B1234", "switch"),
        {
            "4413.1.1.1.1.1.3.0": b"ET-7648L",
            "4413.1.1.1.1.1.4.0": b"J0B1234",
            "4413.1.1.1.1.1.13.0": b"3.4.1.0",
        },
    ),
    "airos": Device(
        "10002.1",
        "Linux 2.6.32.68 #1 Thu Aug 22 16:38:44 EEST 2019 mips",
        ("Ubiquiti", "airos", "8.7.1.42152", "NanoBeam 5AC Gen2", "", "wireless"),
        {
            "1.2.840.10036.3.1.2.1.3.5": b"NanoBeam 5AC Gen2",
            "1.2.840.10036.3.1.2.1.4.5": b"WA.ar934x.v8.7.1.42152",
        },
    ),
    "unifi": Device(
        "41112",
        "Linux UAP 4.4.153 #0",
        ("Ubiquiti", "unifi", "4.3.28.11361", "UAP-AC-Pro-Gen2", "", "wireless"),
        {"41112.1.6.3.3.0": b"UAP-AC-Pro-Gen2", "41112.1.6.3.6.0": b"4.3.28.11361"},
    ),
    "fortigate": Device(
        "12356.101.1.1004",
        "",
        ("Fortinet", "fortigate", "v6.4.9,build1966,220421 (GA)", "FGT_100D", "FG100D3G00000001", "firewall"),
        {"12356.101.4.1.1.0": b"v6.4.9,build1966,220421 (GA)", "12356.100.1.1.1.0": b"FG100D3G00000001"},
        (chassis(model="FGT_100D"),),
    ),
    "powerconnect": Device(
        "674.10895.3060",
        "Dell Networking N3048P, 6.3.3.10, Linux 3.6.5",
        ("Dell", "powerconnect", "6.3.3.10", "Dell Networking N3048P", "", "switch"),
    ),
    "idrac": Device(
        "674.10892.5",
        "",
        ("Dell", "drac", "2.63.60.61", "PowerEdge R630", "ABCD123", "server"),
        {
            "674.10892.5.1.3.12.0": b"PowerEdge R630",
            "674.10892.5.1.1.8.0": b"2.63.60.61",
            "674.10892.5.1.3.2.0": b"ABCD123",
        },
    ),
    "xos": Device(
        "1916.2.167",
        XOS,
        ("Extreme", "xos", "30.7.1.1", "X460G2-24p-10G4", "1650G-00001", "switch"),
        entities=(chassis(serial="1650G-00001"),),
    ),
    "voss": Device(
        "2272.208",
        "VSP-8404 (8.1.5.0)",
        ("Extreme", "voss", "8.1.5.0", "VSP-8404", "16JP0000001", "switch"),
        {"2272.1.4.2.0": b"16JP0000001"},
    ),
    "ironware": Device(
        "1991.1.3.62.1.1.1.1",
        "Ruckus Wireless, Inc. Stacking System ICX7450-48P, IronWare Version 08.0.95cT211 Compiled on",
        ("Brocade", "ironware", "08.0.95cT211", "ICX7450-48P", "DUH0000N0AA", "switch"),
        {"1991.1.1.1.1.2.0": b"DUH0000N0AA"},
    ),
    "zonedirector": Device(
        "25053.3.1.5.15",
        "Ruckus Wireless ZD1200",
        ("Ruckus", "ruckuswireless", "10.2.1.0 build 159", "ZD1200", "981608000001", "wireless"),
        {"25053.1.2.1.1.1.1.18.0": b"10.2.1.0 build 159", "25053.1.2.1.1.1.1.15.0": b"981608000001"},
    ),
    "dlink": Device(
        "171.10.113.5.1", "DGS-1210-28 4.10.004", ("D-Link", "dlink", "4.10.004", "DGS-1210-28", "", "switch")
    ),
    "tp-link": Device(
        "11863.5.33",
        "JetStream 24-Port Gigabit L2 Managed Switch with 4 SFP Slots",
        ("TP-Link", "jetstream", "3.0.6 Build 20201102", "T2600G-28TS", "2180000000001", "switch"),
        {
            "11863.6.1.1.5.0": b"T2600G-28TS 3.0",
            "11863.6.1.1.6.0": b"3.0.6 Build 20201102 Rel.71212(s)",
            "11863.6.1.1.8.0": b"2180000000001",
        },
    ),
    "zyxel": Device(
        "890.1.15",
        "XGS2210-28HP",
        ("Zyxel", "zynos", "V4.50(AAZJ.2)", "XGS2210-28HP", "S170H25000001", "switch"),
        {"890.1.15.3.1.6.0": b"V4.50(AAZJ.2) | 05/23/2019", "890.1.15.3.82.2.10.0": b"S170H25000001"},
    ),
    "epmp": Device(
        "17713.21",
        "Cambium ePMP",
        ("Cambium Networks", "epmp", "4.6.1", "", "E2TF0000ABCD", "wireless"),
        {"17713.21.1.1.17.0": b"4.6.1", "17713.21.1.1.31.0": b"E2TF0000ABCD"},
    ),
    "mimosa": Device(
        "43356.1.1.1",
        "Mimosa B5 backhaul",
        ("Mimosa", "mimosa", "1.5.1", "Mimosa B5", "3051000000", "wireless"),
        {"43356.2.1.2.1.2.0": b"3051000000", "43356.2.1.2.1.3.0": b"1.5.1"},
    ),
    "linux": Device(
        "8072.3.2.10", UNAME, ("", "linux", "5.10.0-21-amd64", "Generic x86 64-bit", "", "server")
    ),
    "linux with extends": Device(
        "8072.3.2.10",
        UNAME,
        ("Dell", "linux", "5.10.0-21-amd64", "Dell Inc. PowerEdge R640", "ABCD124", "server"),
        {
            "8072.1.3.2.3.1.1.12.109.97.110.117.102.97.99.116.117.114.101.114": b"Dell Inc.",
            "8072.1.3.2.3.1.1.8.104.97.114.100.119.97.114.101": b"PowerEdge R640",
            "8072.1.3.2.3.1.1.6.115.101.114.105.97.108": b"ABCD124",
        },
    ),
    "synology": Device(
        "8072.3.2.10",
        "Linux nas 4.4.180+ #42218 SMP Mon Oct 18 19:17:56 CST 2021 x86_64",
        ("Synology", "dsm", "7.0-41890", "DS918+", "1780PDN000001", "storage"),
        {"6574.1.5.1.0": b"DS918+", "6574.1.5.2.0": b"1780PDN000001", "6574.1.5.3.0": b"DSM 7.0-41890"},
    ),
    "qnap": Device(
        "24681",
        "Linux TS-453A 5.0.1",
        ("QNAP", "qnap", "5.0.1", "TS-453A", "Q16AI00001", "storage"),
        {"24681.1.4.1.1.1.1.1.2.1.3.1": b"TS-453A", "24681.1.4.1.1.1.1.1.2.1.4.1": b"Q16AI00001"},
    ),
    "pfsense": Device(
        "12325.1.1.2.1.1",
        "pfSense fw.example.net 2.6.0-RELEASE FreeBSD 12.3-STABLE amd64",
        ("Netgate", "pfsense", "2.6.0-RELEASE", "amd64", "", "firewall"),
    ),
    "freebsd": Device(
        "8072.3.2.8",
        "FreeBSD db1 13.1-RELEASE FreeBSD 13.1-RELEASE releng/13.1-n250148 GENERIC amd64",
        ("", "freebsd", "13.1-RELEASE", "amd64", "", "server"),
    ),
    "vyos": Device("44641", "VyOS 1.3.2", ("VyOS", "vyos", "1.3.2", "", "", "router")),
    "windows": Device(
        "311.1.1.3.1.2", NT, ("Microsoft", "windows", "Server 2022 (21H2)", "Intel x64", "", "server")
    ),
    "ilo": Device(
        "232.9.4.11",
        "Integrated Lights-Out 5 2.44 Apr 22 2021",
        ("HPE", "hpe-ilo", "2.44", "ProLiant DL360 Gen10", "CZJ0000001", "server"),
        {"232.2.2.4.2.0": b"ProLiant DL360 Gen10", "232.2.2.2.1.0": b"CZJ0000001 "},
    ),
    "esxi": Device(
        "6876.4.1",
        "VMware ESXi 7.0.3 build-19482537 VMware, Inc. x86_64",
        ("VMware", "vmware-esxi", "7.0.3-build 19482537", "PowerEdge R640", "", "server"),
        {"6876.1.2.0": b"7.0.3", "6876.1.4.0": b"19482537", "1.3.6.1.2.1.47.1.1.1.1.13.1": b"PowerEdge R640"},
    ),
    "jetdirect": Device(
        "11.2.3.9.1",
        "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JSI24090012,CIDATE 05/11/2018",
        ("HP", "jetdirect", "2405135_000054", "HP LaserJet M506", "PHBBL00001", "printer"),
        {
            "11.2.3.9.1.1.7.0": b"MFG:Hewlett-Packard;CMD:PJL,PML;MDL:HP LaserJet M506;CLS:PRINTER;",
            "11.2.3.9.4.2.1.1.3.6.0": b"2405135_000054",
            "11.2.3.9.4.2.1.1.3.3.0": b"PHBBL00001",
        },
    ),
    "kyocera": Device(
        "1347.41",
        "KYOCERA Document Solutions Printing System",
        ("Kyocera", "kyocera", "2R7_S000.002.301", "ECOSYS P3055dn", "VW00000001", "printer"),
        {
            "1347.43.5.1.1.1.1": b"ECOSYS P3055dn",
            "1347.43.5.4.1.5.1.1": b"2R7_S000.002.301",
            "1347.43.5.1.1.28.1": b"VW00000001",
        },
    ),
    "apc ups": Device(
        "318.1.3.27",
        APC,
        ("APC", "apc", "AOS v6.8.2 / App v6.8.0", "Smart-UPS 3000 UPS 15.0", "AS1700000001", "ups"),
        {
            "318.1.1.1.1.1.1.0": b"Smart-UPS 3000",
            "318.1.1.1.1.2.1.0": b"UPS 15.0",
            "318.1.1.1.1.2.3.0": b"AS1700000001",
        },
    ),
    "eaton": Device(
        "534.1",
        "Eaton Gigabit Network Card",
        ("Eaton", "eatonupsm2", "INV: 1.44", "9SX 3000i", "", "ups"),
        {"534.1.1.2.0": b"9SX 3000i", "534.1.1.3.0": b"INV: 1.44"},
    ),
    "raritan": Device(
        "13742.6",
        "Raritan PDU, MD:PX3-5493 HW:0x10 FW:3.6.1.5-46885",
        ("Raritan", "raritan-pdu", "3.6.1.5-46885", "PX3-5493", "QWE0000001", "pdu"),
        {"13742.6.3.2.1.1.4.1": b"QWE0000001"},
    ),
    "axis": Device(
        "368.1",
        " ; AXIS P3245-LV; Network Camera; 10.12.114; Jan 20 2023 12:08; 8B8; 1;",
        ("Axis", "axiscam", "10.12.114", "AXIS P3245-LV", "", "camera"),
    ),
    "hikvision without system group": Device(
        "",
        "",
        ("Hikvision", "hikvision-cam", "V5.6.3 build 190923", "DS-2CD2385FWD-I", "", "camera"),
        {"39165.1.1.0": b"DS-2CD2385FWD-I", "39165.1.3.0": b"V5.6.3 build 190923"},
    ),
    "panos": Device(
        "25461.2.3.46",
        "Palo Alto Networks PA-220 series firewall",
        ("Palo Alto Networks", "panos", "10.1.6", "PA-220", "012801000001", "firewall"),
        {"25461.2.1.2.1.1.0": b"10.1.6", "25461.2.1.2.1.3.0": b"012801000001"},
    ),
    "big-ip": Device(
        "3375.2.1.3.4.20",
        "Linux f5.example.net 2.6.32-431.56.1.el6.f5.x86_64 #1 SMP",
        ("F5", "f5", "13.1.3.4 Build 0.0.5", "BIG-IP 2000", "f5-abcd-efgh", "other"),
        {
            "3375.2.1.3.5.2.0": b"BIG-IP 2000",
            "3375.2.1.4.2.0": b"13.1.3.4",
            "3375.2.1.4.3.0": b"0.0.5",
            "3375.2.1.3.3.3.0": b"f5-abcd-efgh",
        },
    ),
    "sros": Device(
        "6527.1.3.17",
        "TiMOS-C-20.10.R8 cpm/hops64 Nokia 7750 SR-7 Copyright (c) 2000-2021 Nokia.",
        ("Nokia", "timos", "20.10.R8", "7750 SR-7", "NS1111F0001", "router"),
        {"6527.3.1.2.2.1.8.1.5.1.50331649": b"NS1111F0001"},
    ),
    "omniswitch": Device(
        "6486.801.1.1.2.1.10.1.1",
        "Alcatel-Lucent Enterprise OS6860E-48 8.6.289.R01 GA, November 05, 2019.",
        ("Alcatel-Lucent", "aos7", "8.6.289.R01", "OS6860E-48", "W2880001", "switch"),
        entities=(chassis(index=5, model="OS6860E-48", serial="W2880001"),),
    ),
    "cable modem": Device(
        "4491.2.4.1",
        "<<HW_REV: 1.2; VENDOR: Technicolor; BOOTR: 2.4.0; SW_REV: STCF.01.16; MODEL: TC4400>>",
        ("Technicolor", "docsis", "STCF.01.16", "TC4400", "1234-5678", "router"),
        {"1.3.6.1.2.1.69.1.1.4.0": b"1234-5678"},
    ),
    "moxa": Device(
        "8691.7.70",
        "EDS",
        ("Moxa", "moxa-etherdevice", "V6.2 build 20080519", "EDS-G512E-T", "TAIKD1020001", "switch"),
        {
            "8691.7.70.1.2.0": b"EDS-G512E-T",
            "8691.7.70.1.4.0": b"V6.2  build 20080519",
            "8691.7.70.1.78.0": b"TAIKD1020001",
        },
    ),
    "edgecore": Device(
        "259.10.1.45.101",
        "ECS4120-28T",
        ("Edgecore", "edgecos", "1.2.2.30", "ECS4120-28T", "EC2000000001", "switch"),
        {
            "259.10.1.45.1.1.5.1.0": b"ECS4120-28T",
            "259.10.1.45.1.1.3.1.6.1": b"1.2.2.30",
            "259.10.1.45.1.1.3.1.10.1": b"EC2000000001",
        },
    ),
    "unknown agent of a known enterprise": Device(
        "6574.9.9",
        "Rack Console RC18015xs, Version 3.1.4, S/N: 17A0R0001",
        ("Synology", "", "3.1.4", "Rack Console RC18015xs", "17A0R0001", ""),
    ),
    "unknown ups": Device(
        "99999.7",
        "UPS adapter",
        ("Acme Power", "", "2.10", "OnLine 3000", "", "ups"),
        {
            "1.3.6.1.2.1.33.1.1.1.0": b"Acme Power, Inc.",
            "1.3.6.1.2.1.33.1.1.2.0": b"OnLine 3000",
            "1.3.6.1.2.1.33.1.1.3.0": b"2.10",
        },
    ),
    "unknown switch with entities": Device(
        "99999.8",
        "Layer 3 switch",
        ("Example", "", "4.5.6", "XG-9000", "XG1", ""),
        entities=(
            chassis(model="XG-9000", serial="XG1", software_rev="4.5.6", manufacturer="Example GmbH"),
            chassis(index=2, contained_in=1, **{"class": 6}, serial="PSU1", model="PWR-1"),
        ),
    ),
    "silent": Device("", "", ("", "", "", "", "", "")),
}


def facts_of(device: Device) -> SnmpFacts:
    object_id = ENTERPRISES + device.object_id if device.object_id else ""
    values = {
        oid if oid.startswith("1.") else ENTERPRISES + oid: value for oid, value in device.values.items()
    }
    return SnmpFacts(
        system=SystemGroup(sys_descr=device.descr, sys_object_id=object_id),
        values=values,
        entities=device.entities,
    )


@pytest.mark.parametrize("name", DEVICES)
def test_device_is_recognised(name: str) -> None:
    identity = identify(facts_of(DEVICES[name]))
    said = (identity.vendor, identity.os, identity.os_version, identity.model, identity.serial, identity.type)
    assert said == DEVICES[name].expected


@pytest.mark.parametrize("name", DEVICES)
def test_whatever_decides_was_asked_for(name: str) -> None:
    """A reader that fetches only what is wanted loses nothing."""
    facts = facts_of(DEVICES[name])
    want = wanted(facts.system)
    fetched = {
        oid: v
        for oid, v in facts.values.items()
        if oid in want.gets or oid.startswith(tuple(f"{w}." for w in want.walks) or ("-",))
    }
    assert identify(msgspec.structs.replace(facts, values=fetched)) == identify(facts)


@pytest.mark.parametrize("name", DEVICES)
def test_every_field_has_its_evidence(name: str) -> None:
    identity = identify(facts_of(DEVICES[name]))
    filled = {
        field
        for field in ("vendor", "os", "os_version", "model", "serial", "type")
        if getattr(identity, field)
    }
    assert set(identity.evidence) == filled
    assert all(identity.evidence.values())
