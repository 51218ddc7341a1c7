"""Linux and its net-snmp agent: distributions, and the machine they run on."""

from domain.identification.rules import Rule
from domain.identification.sources import AnySource, Column, Descr, Joined, Value, extend

MAKER = (
    extend("manufacturer"),
    Value(
        "nsExtendOutLine.manufacturer", "2021.7890.3.4.1.2.12.109.97.110.117.102.97.99.116.117.114.101.114.1"
    ),
    Value("extOutput.manufacturer", "2021.7890.3.101.1"),
)
_HARDWARE: tuple[AnySource, ...] = (
    extend("hardware"),
    Value("nsExtendOutLine.hardware", "2021.7890.2.4.1.2.8.104.97.114.100.119.97.114.101.1"),
    Value("extOutput.hardware", "2021.7890.2.101.1"),
)
BOARD = (
    Joined((Value("nsExtendOutLine.manufacturer", MAKER[1].oid), _HARDWARE[1])),
    Joined((extend("manufacturer"), extend("hardware"))),
    *_HARDWARE,
    Value("cpqSiProductName", "232.2.2.4.2.0"),
    Value("chassisModelName", "674.10892.1.300.10.1.9.1"),
    Column("baseboardProductName", "10876.100.1.6.1.11", r"^(?P<v>.+)$", "Supermicro {v}"),
)
"""Board and server makers' agents that run below net-snmp or beside it."""
SERIAL = (
    extend("serial"),
    Value("nsExtendOutLine.serial", "2021.7890.4.4.1.2.6.115.101.114.105.97.108.1"),
    Value("extOutput.serial", "2021.7890.4.101.1"),
    Value("cpqSiSysSerialNum", "232.2.2.2.1.0"),
    Value("chassisServiceTagName", "674.10892.1.300.10.1.11.1"),
    Column("baseboardSerialNumber", "10876.100.1.6.1.16"),
)
ARCHITECTURE = (
    Descr(r"\bx86_64\b|\bamd64\b", "Generic x86 64-bit"),
    Descr(r"\bi[3-6]86\b", "Generic x86"),
    Descr(r"\barmv5", "Generic ARMv5"),
    Descr(r"\barmv6", "Generic ARMv6"),
    Descr(r"\barmv7", "Generic ARMv7"),
    Descr(r"\baarch64\b|\barmv8", "Generic ARMv8 64-bit"),
    Descr(r"\barmv?\d", "Generic ARM"),
    Descr(r"\bmips", "Generic MIPS"),
    Descr(r"\bppc|\bpowerpc", "Generic PowerPC"),
)
"""The machine field of uname, for hosts that say nothing better."""
KERNEL = Descr(r"^Linux \S+ (?P<v>\d\S+)")

RULES = (
    Rule(
        os="linux",
        platform=True,
        os_name="Linux",
        type="server",
        oid=("8072.3.2.10", "2021.250.10"),
        vendor_from=MAKER,
        model=(*BOARD, *ARCHITECTURE),
        version=(KERNEL, Descr(r"^Linux (?P<v>\d\S+)")),
        serial=SERIAL,
    ),
    Rule(
        os="linux",
        platform=True,
        os_name="Linux",
        type="server",
        descr=r"^Linux \S+ \d+\.\d",
        vendor_from=MAKER,
        model=(*BOARD, *ARCHITECTURE),
        version=(KERNEL,),
        serial=SERIAL,
    ),
)
