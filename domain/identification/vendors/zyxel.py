"""Zyxel switches, gateways, access points and CPE (ZYXEL-ES-COMMON and its siblings)."""

from domain.identification.rules import Rule
from domain.identification.sources import Below, Descr, Value

ACCTON_MODEL = (Below("swProdName", 5, "1.1.5.1.0"), Below("swProdName", 4, "1.1.5.1.0"))
ACCTON_VERSION = (Below("swOpCodeVer.1", 5, "1.1.3.1.6.1"), Below("swOpCodeVer.1", 4, "1.1.3.1.6.1"))
ACCTON_SERIAL = (Below("swSerialNumber.1", 5, "1.1.3.1.10.1"), Below("swSerialNumber.1", 4, "1.1.3.1.10.1"))
DCN_VERSION = (Below("sysSoftwareVersion", 1, "100.1.3.0"), Below("sysSoftwareVersion", 2, "100.1.3.0"))

RULES = (
    Rule(
        os="zynos",
        os_name="ZyNOS",
        vendor="Zyxel",
        type="switch",
        oid=("890.1.5", "890.1.15"),
        model=(Descr(r"^(?P<v>[A-Z]{1,4}-?\d{3,4}\S*)"),),
        version=(
            Value("sysSwVersionString", "890.1.15.3.1.6.0", r"(?P<v>V[\d.]+\([\w.]+\)\w*)"),
            Below("sysSwVersion", 5, "1.6.0", r"\d"),
        ),
        serial=(
            Value("sysSerialNumber", "890.1.15.3.82.2.10.0"),
            Value("sysSerialNumber", "890.1.15.3.1.12.0"),
            Below("sysSerialNumber", 5, "1.10.0"),
        ),
    ),
    Rule(
        os="zywall",
        os_name="ZyWALL",
        vendor="Zyxel",
        type="firewall",
        oid=("890.1.15", "890.1.6"),
        descr=r"ZyWALL|\bUSG|\bATP\d|\bVPN\d|\bZLD",
        model=(Descr(r"^(?P<v>(?:ZyWALL )?\S+.*)$"),),
        version=(
            Value("sysSwVersionString", "890.1.15.3.1.6.0", r"(?P<v>V[\d.]+\([\w.]+\)\w*)"),
            Value("zyZyWALLVersion", "890.1.6.22.1.3.0"),
        ),
        serial=(Value("sysSerialNumber", "890.1.15.3.1.12.0"),),
    ),
    Rule(
        os="zyxelnwa",
        os_name="Zyxel access point",
        vendor="Zyxel",
        type="wireless",
        oid=("890.1.15", "890.1.9"),
        descr=r"^(?:NWA|WAC|WAX|WBE|NAP|NWD)",
        model=(Descr(r"^(?P<v>[A-Z]{3}\d\S*)"),),
        version=(Value("sysSwVersionString", "890.1.15.3.1.6.0", r"(?P<v>V[\d.]+\([\w.]+\)\w*)"),),
        serial=(Value("sysSerialNumber", "890.1.15.3.1.12.0"),),
    ),
    Rule(
        os="zyxelwlc",
        os_name="Zyxel wireless controller",
        vendor="Zyxel",
        type="wireless",
        oid=("890.1.15",),
        descr=r"^NXC",
        model=(Descr(r"^(?P<v>NXC\d\S*)"),),
        version=(Value("sysSwVersionString", "890.1.15.3.1.6.0", r"(?P<v>V[\d.]+\([\w.]+\)\w*)"),),
        serial=(Value("sysSerialNumber", "890.1.15.3.1.12.0"),),
    ),
    Rule(
        os="zyxelac",
        os_name="Zyxel CPE",
        vendor="Zyxel",
        type="router",
        oid=("890",),
        descr=r"DSL|IAD|11ac|11ax|gateway",
        model=(Value("deviceModel", "890.1.2.1.1.2.0"),),
        version=(Value("deviceFirmware", "890.1.2.1.1.1.0"), Value("deviceFwVersion", "890.1.2.2.1.0")),
        serial=(Value("deviceSerial", "890.1.2.1.1.10.0"), Value("deviceSerial", "890.1.2.2.2.0")),
    ),
    Rule(
        os="anyos",
        os_name="AnyOS",
        vendor="Zyxel",
        type="other",
        oid=("4413", "890"),
        when=(Value("deviceFwVersion", "890.1.2.2.1.0"),),
        version=(Value("deviceFwVersion", "890.1.2.2.1.0"),),
        serial=(Value("deviceSerial", "890.1.2.2.2.0"),),
    ),
    Rule(
        os="prestige",
        os_name="Prestige",
        vendor="Zyxel",
        type="router",
        oid=("890.1.2",),
        model=(Descr(r"(?P<v>(?:Prestige|P-|AMG|VMG|SBG)\s?\S+)"),),
        version=(Value("deviceFwVersion", "890.1.2.2.1.0"),),
    ),
    Rule(
        os="ies52xx",
        os_name="Zyxel IES",
        vendor="Zyxel",
        type="other",
        oid=("890.1.5.13", "890.1.5.11"),
        model=(Descr(r"^(?P<v>\S+)"),),
        version=(Below("accessSwitchSysSwVersion", 6, "1.1.6.0"),),
    ),
    Rule(
        os="ies52xxM",
        os_name="Zyxel IES",
        vendor="Zyxel",
        type="other",
        oid=("890.1.5.13.13",),
        model=(Descr(r"^(?P<v>\S+)"),),
    ),
    Rule(
        os="ies",
        os_name="Zyxel IES DSLAM",
        vendor="Zyxel",
        type="other",
        oid=("890.1.5",),
        descr=r"^(?:IES|AAM|SAM|VES)-?\d{3,4}",
        model=(Descr(r"^(?P<v>\S+)"),),
        version=(Below("accessSwitchSysSwVersion", 6, "1.1.6.0"),),
    ),
    Rule(
        os="prestige",
        os_name="Prestige",
        vendor="Zyxel",
        type="router",
        descr=r"^Prestige|^P-\d\S*-",
        model=(Descr(r"^(?P<v>(?:Prestige |P-)\S+)"),),
    ),
)
