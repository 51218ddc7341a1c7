"""D-Link and TP-Link (DLINK-AGENT-MIB, DLINKSW-ENTITY-EXT-MIB, TPLINK-SYSINFO-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Below, Column, Descr, Value

ACCTON_MODEL = (Below("swProdName", 5, "1.1.5.1.0"), Below("swProdName", 4, "1.1.5.1.0"))
ACCTON_VERSION = (Below("swOpCodeVer.1", 5, "1.1.3.1.6.1"), Below("swOpCodeVer.1", 4, "1.1.3.1.6.1"))
ACCTON_SERIAL = (Below("swSerialNumber.1", 5, "1.1.3.1.10.1"), Below("swSerialNumber.1", 4, "1.1.3.1.10.1"))
DCN_VERSION = (Below("sysSoftwareVersion", 1, "100.1.3.0"), Below("sysSoftwareVersion", 2, "100.1.3.0"))

RULES = (
    Rule(
        os="dlink",
        os_name="D-Link",
        vendor="D-Link",
        type="switch",
        oid=("171.10", "171"),
        model=(Descr(r"(?P<v>D[A-Z]{1,3}-\d[\w/-]*)"), Descr(r"^(?P<v>WS\d-[^,\n]+)")),
        version=(
            Value("swVersion", "171.12.1.2.1.0"),
            Value("probeSoftwareRev", "1.3.6.1.2.1.16.19.2.0"),
            Value("swUnitMgmtVersion.1", "171.12.11.1.9.4.1.11.1"),
            Below("dSwVersion", 5, "1.3.0"),
            Descr(r"(?:firmware|version)[: ]*v?(?P<v>\d[\w.]+)"),
        ),
        serial=(
            Value("swUnitMgmtSerialNumber.1", "171.12.11.1.9.4.1.17.1"),
            Value("agentSerialNumber", "171.12.1.1.12.0"),
            Below("dSerial", 5, "1.30.0"),
        ),
    ),
    Rule(
        os="dlink-dgs1250",
        os_name="D-Link",
        vendor="D-Link",
        type="switch",
        oid=("171.10.165", "171.10.137", "171.10.76", "171.10.154"),
        version=(
            Column("dEntityExtVersionFirmware", "171.11.165.1000.5.1.8.1.3"),
            Value("probeSoftwareRev", "1.3.6.1.2.1.16.19.2.0"),
            Column("dEntityExtVersion", "171.14.5.1.1.4.1.3", r"\d"),
        ),
        model=(Descr(r"(?P<v>D[A-Z]{1,3}-\d[\w/-]*)"),),
    ),
    Rule(
        os="dlinkap",
        os_name="D-Link access point",
        vendor="D-Link",
        type="wireless",
        oid=("171.10.37", "171.10.128"),
        model=(Descr(r"(?P<v>(?:D-Link )?D[A-Z]{2}-\d\S*)"),),
        version=(Below("firmwareVersion", 4, "5.1.3.0"), Below("firmwareVersion", 4, "5.1.7.1.0")),
    ),
    Rule(
        os="jetstream",
        os_name="JetStream",
        vendor="TP-Link",
        type="switch",
        oid=("11863.5",),
        model=(
            Value("tpSysInfoHwVersion", "11863.6.1.1.5.0", r"^(?P<v>\S+)"),
            Descr(r"(?P<v>(?:TL-|T|SG|SX|SL)\d?\S*\d\S*)"),
        ),
        version=(Value("tpSysInfoSwVersion", "11863.6.1.1.6.0", r"^(?P<v>\S+(?: Build \S+)?)"),),
        serial=(Value("tpSysInfoSerialNum", "11863.6.1.1.8.0"),),
    ),
    Rule(
        os="jetstream",
        os_name="JetStream",
        vendor="TP-Link",
        type="switch",
        descr=r"\bJetStream\b",
        model=(Value("tpSysInfoHwVersion", "11863.6.1.1.5.0", r"^(?P<v>\S+)"),),
        version=(Value("tpSysInfoSwVersion", "11863.6.1.1.6.0", r"^(?P<v>\S+(?: Build \S+)?)"),),
        serial=(Value("tpSysInfoSerialNum", "11863.6.1.1.8.0"),),
    ),
    Rule(
        os="tplink",
        os_name="TP-Link",
        vendor="TP-Link",
        type="switch",
        oid=("11863",),
        model=(
            Value("tpSysInfoHwVersion", "11863.6.1.1.5.0", r"^(?P<v>\S+)"),
            Descr(r"(?P<v>(?:TL-|T|SG|SX|SL)\d?\S*\d\S*)"),
        ),
        version=(Value("tpSysInfoSwVersion", "11863.6.1.1.6.0", r"^(?P<v>\S+(?: Build \S+)?)"),),
        serial=(Value("tpSysInfoSerialNum", "11863.6.1.1.8.0"),),
    ),
)
