"""Ubiquiti (UBNT-MIB, UBNT-AirMAX-MIB, UBNT-AirFIBER-MIB, UBNT-AFLTU-MIB, UBNT-UFIBER-MIB, UBNT-UniFi-MIB).

Older agents identify themselves below 10002 (Frogfoot Networks), whose SNMP stack Ubiquiti took over.
"""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Value
from domain.identification.vendors.platforms import fastpath_serial, fastpath_version

AGENTS = ("41112", "10002.1", "8072.3.2.10")
DOT11_PRODUCT = Column("dot11manufacturerProductName", "1.2.840.10036.3.1.2.1.3")
DOT11_VERSION = Column("dot11manufacturerProductVersion", "1.2.840.10036.3.1.2.1.4", r"v(?P<v>\d.*)$")
UNIFI_MODEL = Value("unifiApSystemModel", "41112.1.6.3.3.0")
AF_VERSION = Value("airFiberFwVersion", "41112.1.3.2.1.40.1")
LTU_MODEL = Value("afLTUDevModel", "41112.1.10.1.3.2.0")
UFIBER_MODEL = Value("ubntOltsModel", "41112.1.5.1.1.0")

RULES = (
    Rule(
        os="airos",
        os_name="airOS",
        vendor="Ubiquiti",
        type="wireless",
        oid=("10002.1", "41112.1.4"),
        model=(DOT11_PRODUCT, Value("ubntHostModel", "41112.1.4.8.1.0")),
        version=(DOT11_VERSION,),
    ),
    Rule(
        os="airos",
        os_name="airOS",
        vendor="Ubiquiti",
        type="wireless",
        oid=AGENTS,
        descr=r"^Linux ",
        when=(Value("dot11manufacturerName", "1.2.840.10036.3.1.2.1.2.5", r"Ubiquiti|UBNT"),),
        model=(DOT11_PRODUCT,),
        version=(DOT11_VERSION,),
    ),
    Rule(
        os="airos-af",
        os_name="airFiber",
        vendor="Ubiquiti",
        type="wireless",
        oid=AGENTS,
        when=(AF_VERSION,),
        model=(Value("airFiberModel", "41112.1.3.1.1.3.1", r"[a-z]"), DOT11_PRODUCT),
        version=(AF_VERSION,),
    ),
    Rule(
        os="airos-af-ltu",
        os_name="airFiber LTU",
        vendor="Ubiquiti",
        type="wireless",
        oid=AGENTS,
        when=(LTU_MODEL,),
        model=(LTU_MODEL,),
        version=(Value("afLTUFirmwareVersion", "41112.1.10.1.3.4.0"),),
    ),
    Rule(
        os="airos-af60",
        os_name="airFiber 60",
        vendor="Ubiquiti",
        type="wireless",
        oid=AGENTS,
        when=(Value("af60DevModel", "41112.1.11.1.2.2.1"),),
        model=(Value("af60DevModel", "41112.1.11.1.2.2.1"),),
        version=(Value("af60FirmwareVersion", "41112.1.11.1.2.4.1", r"\.(?P<v>v\d+(?:\.\d+)*)"),),
    ),
    Rule(
        os="unifi",
        os_name="UniFi",
        vendor="Ubiquiti",
        type="wireless",
        oid=AGENTS,
        when=(UNIFI_MODEL,),
        model=(UNIFI_MODEL,),
        version=(Value("unifiApSystemVersion", "41112.1.6.3.6.0"),),
    ),
    Rule(
        os="unifi",
        os_name="UniFi",
        vendor="Ubiquiti",
        type="wireless",
        oid=("41112", "10002.1"),
        descr=r"^(?:U[A-Z0-9][\w-]{0,14}|E7\w{0,8}|BZ\S+|UAP\S*) (?:\d+\.\d+|\*)",
        model=(Descr(r"^(?P<v>\S+)"),),
        version=(Descr(r"^\S+ (?P<v>\d\S+)"),),
    ),
    Rule(
        os="unifi",
        os_name="UniFi",
        vendor="Ubiquiti",
        type="wireless",
        oid=("10002.1", "41112"),
        when=(Column("dot11manufacturerProductName", DOT11_PRODUCT.oid, r"^(?:UAP|U[67]|U[A-Z]{2}-)"),),
        model=(DOT11_PRODUCT,),
        version=(DOT11_VERSION,),
    ),
    Rule(
        os="edgeos",
        os_name="EdgeOS",
        vendor="Ubiquiti",
        type="router",
        descr=r"^EdgeOS\b",
        model=(Column("hrSWRunParameters", "1.3.6.1.2.1.25.4.2.1.5", r"UBNT (?P<v>.{3,40}?) running on"),),
        version=(Descr(r"^EdgeOS v?(?P<v>\d+(?:\.\d+){1,2})"), Descr(r"^EdgeOS v?(?P<v>\S+)")),
    ),
    Rule(
        os="edgeosolt",
        os_name="UFiber OLT",
        vendor="Ubiquiti",
        type="other",
        oid=("4413", "41112.1.5"),
        descr=r"UFiber|UISP Fiber|^OLT",
        model=(UFIBER_MODEL, Descr(r"^(?P<v>[^,]+)")),
        version=(Value("ubntOltsVersion", "41112.1.5.1.3.0"), Descr(r", (?P<v>\d[^\s,]+)")),
        serial=(Value("ubntOltsSerial", "41112.1.5.1.2.0"),),
    ),
    Rule(
        os="edgeswitch",
        os_name="EdgeSwitch",
        vendor="Ubiquiti",
        type="switch",
        descr=r"^(?:EdgeSwitch|EdgePoint|USW|US-|USF|ES-\d{1,2}-|EP-[RS]|UniFi Switch|TOUGHSwitch|RTL83\d\d-)",
        model=(
            Descr(
                r"^(?P<v>(?:EdgeSwitch|USW|US-|USF|ES-|EP-|UniFi|TOUGHSwitch|EdgePoint)[^,]*?)(?:,| \d+\.\d)"
            ),
        ),
        version=(Descr(r"(?:, | )v?(?P<v>\d+\.\d+[\w.+-]+)"), *fastpath_version("4413.1.1.1.1.1")),
        serial=fastpath_serial("4413.1.1.1.1.1"),
    ),
)
