"""Microsoft Windows (MSFT-MIB; build numbers from Microsoft's release information pages)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr
from domain.identification.vendors.linux import BOARD, SERIAL

CLIENT = {
    "1057": "NT 3.51 Workstation",
    "1381": "NT 4.0 Workstation",
    "2195": "2000 (NT 5.0)",
    "2600": "XP (NT 5.1)",
    "3790": "XP x64 (NT 5.2)",
    "6000": "Vista (NT 6.0)",
    "6001": "Vista SP1 (NT 6.0)",
    "6002": "Vista SP2 (NT 6.0)",
    "7600": "7 (NT 6.1)",
    "7601": "7 SP1 (NT 6.1)",
    "9200": "8 (NT 6.2)",
    "9600": "8.1 (NT 6.3)",
    "10240": "10 (1507)",
    "10586": "10 (1511)",
    "14393": "10 (1607)",
    "15063": "10 (1703)",
    "16299": "10 (1709)",
    "17134": "10 (1803)",
    "17763": "10 (1809)",
    "18362": "10 (1903)",
    "18363": "10 (1909)",
    "19041": "10 (2004)",
    "19042": "10 (20H2)",
    "19043": "10 (21H1)",
    "19044": "10 (21H2)",
    "19045": "10 (22H2)",
    "22000": "11 (21H2)",
    "22621": "11 (22H2)",
    "22631": "11 (23H2)",
    "26100": "11 (24H2)",
    "26200": "11 (25H2)",
}
_SERVER = {
    "2195": ("2000 {0}Server", "(NT 5.0)"),
    "3790": ("Server 2003{1}", "(NT 5.2)"),
    "6001": ("Server 2008{1}", "(NT 6.0)"),
    "6002": ("Server 2008{1} SP2", "(NT 6.0)"),
    "6003": ("Server 2008{1} SP2", "(NT 6.0)"),
    "7600": ("Server 2008 R2{1}", "(NT 6.1)"),
    "7601": ("Server 2008 R2{1} SP1", "(NT 6.1)"),
    "9200": ("Server 2012{1}", "(NT 6.2)"),
    "9600": ("Server 2012 R2{1}", "(NT 6.3)"),
    "14393": ("Server 2016{1}", "(1607)"),
    "16299": ("Server{1}", "(1709)"),
    "17134": ("Server{1}", "(1803)"),
    "17763": ("Server 2019{1}", "(1809)"),
    "18362": ("Server{1}", "(1903)"),
    "18363": ("Server{1}", "(1909)"),
    "19041": ("Server{1}", "(2004)"),
    "19042": ("Server{1}", "(20H2)"),
    "20348": ("Server 2022{1}", "(21H2)"),
    "25398": ("Server{1}", "(23H2)"),
    "26100": ("Server 2025{1}", "(24H2)"),
}
SERVER = {build: f"{name.format('', '')} {nt}" for build, (name, nt) in _SERVER.items()} | {
    "1381": "NT Server 4.0"
}
DATACENTER = {
    build: f"{name.format('Datacenter ', ' Datacenter')} {nt}" for build, (name, nt) in _SERVER.items()
} | {"1381": "NT Datacenter 4.0"}
BUILD = r"\(Build (?:Number: ?)?(?P<v>\d+)"
MACHINE = (
    Descr(r"Hardware: (?:AMD64|.{0,30}AuthenticAMD)", "AMD x64"),
    Descr(r"Hardware: (?:EM64T|Intel64)", "Intel x64"),
    Descr(r"Hardware: ia64", "Intel Itanium IA64"),
    Descr(r"Hardware: ARM", "Generic ARM"),
    Descr(r"Hardware: x86", "Generic x86"),
)
OLDER = Descr(r"Software: (?:Windows )?(?:NT )?(?P<v>Version \d[\d.]+ \(Build \d+)", "{v})")


def _rule(product: str, names: dict[str, str], kind: str) -> Rule:
    return Rule(
        os="windows",
        os_name="Windows",
        vendor="Microsoft",
        type=kind,
        oid=(f"311.1.1.3.1.{product}",),
        model=(*BOARD, *MACHINE),
        version=(Descr(BUILD, names=names), OLDER),
        serial=SERIAL,
    )


RULES = (
    _rule("1", CLIENT, "other"),
    _rule("2", SERVER, "server"),
    _rule("3", DATACENTER, "server"),
    Rule(
        os="windows",
        os_name="Windows",
        vendor="Microsoft",
        type="server",
        platform=True,
        descr=r"Hardware:.{1,120}Software: Windows",
        model=(*BOARD, *MACHINE),
        version=(Descr(BUILD, names=SERVER | CLIENT), OLDER),
        serial=SERIAL,
    ),
    Rule(
        os="windows",
        os_name="Windows",
        vendor="Microsoft",
        type="server",
        oid=("8072.3.2.13", "311"),
        version=(Descr(r"Windows \S+ (?P<v>\d[\d.]+)"),),
    ),
)
