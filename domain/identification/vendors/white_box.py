"""Network operating systems for white-box switches (ENTITY-MIB, sysDescr)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Entity, Value, extend
from domain.identification.vendors.linux import BOARD

BSD_MACHINE = (
    extend("version", r"\((?P<v>[^)]+)\)"),
    *BOARD,
    Descr(r"\b(?P<v>amd64|i386|arm64|aarch64|armv7)\b"),
)
MERLIN = Value("extOutput.1", "2021.7890.1.101.1", r"^ASUSWRT-Merlin (?P<v>\S+)")
TELTONIKA = Value("rutProductName", "48690.1.7.0", r"^(?:RUT|TRB|TCR|TSW|OTD|ATRM|DAP|SWM)\w*")
BAICELLS = Value("softwareVersion", "53058.2.1.8.0")
PRIMEKEY = Value('nsExtendOutLine."version"', "22408.1.1.2.1.7.118.101.114.115.105.111.110.1")
MODULAR_OS = Value('nsExtendOutLine."VERSION"', "2021.51.11.4.1.2.7.86.69.82.83.73.79.78.1")
NSP = Value("ivSensorModel", "8962.2.1.2.1.1.4.0")
VSF = Value("vsftModel", "26122.3.1.2.0")

RULES = (
    Rule(
        os="cumulus",
        os_name="Cumulus Linux",
        vendor="Cumulus Networks",
        type="switch",
        oid=("40310", "8072.3.2.10"),
        descr=r"cumulus",
        version=(Descr(r"Cumulus.Linux (?P<v>\d[\d.]+)"), Descr(r"\+(?P<v>cl[\w.]+)")),
        model=(Entity("descr", r"[Cc]hassis", class_=3), Entity("descr", r"Chassis")),
    ),
    Rule(
        os="cumulus",
        os_name="Cumulus Linux",
        vendor="Cumulus Networks",
        type="switch",
        oid=("40310",),
        model=(Entity("descr", r"[Cc]hassis", class_=3), Entity("descr", r"Chassis")),
    ),
    Rule(
        os="sonic",
        os_name="SONiC",
        vendor="SONiC",
        type="switch",
        descr=r"\bSONiC\b",
        model=(Descr(r"HwSku: (?P<v>\S+)"),),
        version=(Descr(r"(?:Software Version:|SONiC[._-]?)\s?'?(?:SONiC\.)?(?P<v>[\w.-]+)"),),
    ),
    Rule(
        os="picos",
        os_name="PicOS",
        vendor="Pica8",
        type="switch",
        oid=("35098",),
        model=(Descr(r"(?:Hardware Model|Model)[: ]+(?P<v>[\w-]+)"), Descr(r"\bfor (?P<v>\S+)")),
        version=(Descr(r"(?:PicOS|PICOS|Version)[^\d]{0,20}(?P<v>\d[\w.]+)"),),
        serial=(Value("hostStatusGroup.16", "35098.1.16.0"),),
    ),
)
