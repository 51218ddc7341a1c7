"""Edgecore, SMC, FS, BDCOM and other switches of Accton, BDCOM, Centec and DCN design (ES-MIBs below each product, NMS-CARD-SYS-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Below, Column, Descr, Entity, Value

ACCTON_MODEL = (Below("swProdName", 5, "1.1.5.1.0"), Below("swProdName", 4, "1.1.5.1.0"))
ACCTON_VERSION = (Below("swOpCodeVer.1", 5, "1.1.3.1.6.1"), Below("swOpCodeVer.1", 4, "1.1.3.1.6.1"))
ACCTON_SERIAL = (Below("swSerialNumber.1", 5, "1.1.3.1.10.1"), Below("swSerialNumber.1", 4, "1.1.3.1.10.1"))
DCN_VERSION = (Below("sysSoftwareVersion", 1, "100.1.3.0"), Below("sysSoftwareVersion", 2, "100.1.3.0"))

RULES = (
    Rule(
        os="edgecos",
        os_name="Edgecore",
        vendor="Edgecore",
        type="switch",
        oid=("259",),
        model=(*ACCTON_MODEL, Descr(r"\b(?P<v>E[CS]\w?\d{4}\S*|AS\d{4}\S*)")),
        version=ACCTON_VERSION,
        serial=ACCTON_SERIAL,
    ),
    Rule(
        os="smc",
        os_name="SMC",
        vendor="SMC",
        type="switch",
        oid=("202",),
        model=(*ACCTON_MODEL, Descr(r"(?P<v>SMC\S+)")),
        version=ACCTON_VERSION,
        serial=ACCTON_SERIAL,
    ),
    Rule(
        os="fs-switch",
        os_name="FS switch",
        vendor="FS",
        type="switch",
        oid=("52642.2", "27975.99", "52642"),
        model=(
            Below("swProdName", 4, "1.1.5.1.0"),
            Value("devSeriesName.1", "27975.37.1.5.1.4.1.1"),
            Entity("model", class_=3),
            Descr(r"\(\w+ (?P<v>\w+)\)"),
            Descr(r"^(?P<v>[SN]\d{4}\S*)"),
        ),
        version=(Below("swOpCodeVer.1", 4, "1.1.3.1.6.1"), Descr(r"Version (?P<v>[^\s,]+)")),
        serial=(
            Below("swSerialNumber.1", 4, "1.1.3.1.10.1"),
            Value("devSerialNumber.1", "27975.37.1.5.1.10.1.1"),
        ),
    ),
    Rule(
        os="fs-bdcom",
        os_name="FS (BDCOM)",
        vendor="FS",
        type="switch",
        oid=("52642.1", "52642"),
        descr=r"Fiberstore.{0,40}Internetwork Operating System|BDCOM",
        model=(Descr(r"\n(?P<v>\S+) Series Software"),),
        version=(Descr(r"Version (?P<v>[^\s,]+)"),),
        serial=(Descr(r"[Ss]erial (?:num|No)[.:]*(?P<v>\w+)"), Column("nmsCardSerial", "52642.9.3.6.11.1.4")),
    ),
    Rule(
        os="bdcom",
        os_name="BDCOM",
        vendor="BDCOM",
        type="switch",
        oid=("3320",),
        model=(Value("nmsCardDescr.0", "3320.3.6.10.1.3.0"), Descr(r"BDCOM\(tm\) (?P<v>\S+)")),
        version=(
            Value("nmsCardSwVersion.0", "3320.3.6.10.1.6.0"),
            Descr(r"Version (?P<v>[^\n]+?),? (?:RELEASE|$)"),
            Descr(r"Version (?P<v>[^\s,]+)"),
        ),
        serial=(Value("nmsCardSerial.0", "3320.3.6.10.1.4.0"), Descr(r"Serial num:? ?(?P<v>\w+)")),
    ),
    Rule(
        os="dcn-software",
        os_name="DCN",
        vendor="Digital China Networks",
        type="switch",
        oid=("6339",),
        model=(Descr(r"^(?P<v>\S+) Device"),),
        version=DCN_VERSION,
    ),
    Rule(
        os="snr",
        os_name="SNR",
        vendor="SNR",
        type="switch",
        oid=("40418.7",),
        model=(Descr(r"^(?P<v>SNR-\S+)"),),
        version=(Value("sysSoftwareVersion", "40418.7.100.1.3.0"), *DCN_VERSION),
    ),
    Rule(
        os="snr-erd",
        os_name="SNR-ERD",
        vendor="SNR",
        type="environment",
        oid=("40418.2",),
        model=(Descr(r"^(?P<v>SNR-ERD-\S+?);"),),
        version=(Descr(r"SW: ?(?P<v>[\d.]+)"),),
    ),
    Rule(
        os="qtech",
        os_name="QTECH",
        vendor="QTECH",
        type="switch",
        oid=("27514",),
        model=(Descr(r"^(?P<v>QSW\S*)"), Descr(r"(?P<v>QSW-\S+)")),
        version=(
            Descr(r"SoftWare (?:Package )?Version[^\d]{0,40}(?P<v>\d+\.[\d.]+(?:\(R[\d.]+\))?)"),
            Below("sysSoftwareVersion", 1, "100.1.3.0"),
        ),
        serial=(Descr(r"(?:Serial No\.:|Device serial number )\s?(?P<v>\w+)"),),
    ),
    Rule(
        os="centec",
        os_name="CentecOS",
        vendor="Centec",
        type="switch",
        oid=("27975",),
        model=(Descr(r"(?P<v>[EV]\d{3,}\S*)"),),
        version=(Descr(r"Version (?P<v>[^\s,]+)"),),
    ),
    Rule(
        os="ruijie",
        os_name="RGOS",
        vendor="Ruijie",
        type="switch",
        oid=("4881",),
        model=(Descr(r"\((?P<v>[^)]+)\)"),),
        version=(
            Value("sysSoftwareVersion", "4881.1.1.10.2.1.1.2.0", r"RGOS (?P<v>\S+)"),
            Value("sysSoftwareVersion", "4881.1.1.10.2.1.1.2.0"),
        ),
        serial=(
            Value("sysSerialNumber", "4881.1.1.10.2.1.1.24.0"),
            Value("myDeviceSerial.1", "4881.1.1.10.2.21.1.2.1.14.1"),
        ),
    ),
    Rule(
        os="raisecom",
        os_name="ROAP",
        vendor="Raisecom",
        type="switch",
        oid=("8886",),
        model=(Value("rcSysModel", "8886.6.1.1.1.2.0"),),
        version=(
            Value("raisecomROSVersion", "8886.6.1.1.1.1.0"),
            Value("raisecomSoftVersion", "8886.1.1.4.2.1.0", r"\d"),
            Descr(r"Version (?P<v>\S+)"),
        ),
        serial=(Value("raisecomSerialNo", "8886.6.1.1.1.14.0"),),
    ),
    Rule(
        os="mypoweros",
        os_name="MyPower",
        vendor="Maipu",
        type="switch",
        oid=("5651",),
        model=(
            Descr(r"MyPower (?:\(R\) )?(?P<v>\S.{0,60}?) version "),
            Descr(r"^(?:MyPower )?(?P<v>[A-Z]{1,4}\d\S+)"),
        ),
        version=(Descr(r"[Vv]ersion (?P<v>[\w.()]+)"),),
    ),
)
