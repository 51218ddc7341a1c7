"""Huawei (HUAWEI-MIB, HUAWEI-ENTITY-EXTENT-MIB, HUAWEI-DEVICE-MIB, ISM-STORAGE-SVC-MIB, HUAWEI-SERVER-IBMC-MIB, UPS-MIB of Huawei)."""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Entity, Value

ESN = Value("hwEntitySystemSerial", "2011.5.25.188.1.1.0")
PRODUCT = Value("hwEntitySystemModel", "2011.5.25.31.6.5.0")

RULES = (
    Rule(
        os="vrp",
        os_name="VRP",
        vendor="Huawei",
        type="router",
        oid=("2011.2", "2011.10", "2011.1"),
        descr=r"Versatile Routing Platform|\bVRP\b",
        model=(
            Descr(r"^(?P<v>(?:S|CE|AR|NE|USG|AC|AP)\d\S{3,40})\s*\n"),
            Descr(r"^Huawei (?P<v>[A-Z]{1,4}\d\S+)"),
            Descr(r"VRP \(R\) software, ?Version \S+ \((?P<v>\S.*?) V\d{3}R"),
            PRODUCT,
        ),
        version=(
            Descr(r"Version (?P<a>[\d.]+) \([^)]*?(?P<b>V\d{3}R\w+)", "{a} ({b})"),
            Descr(r"(?P<v>V\d{3}R\d{3}\w+)"),
            Descr(r"Version (?P<v>[\d.]+)"),
        ),
        serial=(ESN,),
        type_when=(
            (Descr(r"^(?:S\d|CE\d)|\((?:S\d|CE\d)"), "switch"),
            (Descr(r"\b(?:USG|Eudemon|SRG)\d"), "firewall"),
            (Descr(r"\b(?:AC|AP)\d{3,4}"), "wireless"),
        ),
    ),
    Rule(
        os="vrp",
        os_name="VRP",
        vendor="Huawei",
        type="router",
        oid=("2011.2",),
        model=(PRODUCT, Entity("model", class_=3)),
        version=(Descr(r"(?P<v>V\d{3}R\d{3}\w+)"),),
        serial=(ESN,),
    ),
    Rule(
        os="yunshan",
        os_name="YunShan OS",
        vendor="Huawei",
        type="switch",
        oid=("2011.2",),
        descr=r"YunShan OS",
        model=(Descr(r"\((?P<v>\S+) V\d{3}R"), PRODUCT),
        version=(Descr(r"(?P<v>V\d{3}R\w+)"),),
        serial=(ESN,),
    ),
    Rule(
        os="smartax",
        os_name="SmartAX",
        vendor="Huawei",
        type="other",
        oid=("2011.2.123", "2011.2.115", "2011.2.133", "2011.2.169", "2011.2.248", "2011.2.262", "2011.2.80"),
        model=(
            Entity("descr", r"(?P<v>(?:MA|EA)\d{4}[A-Z]?)\b"),
            Value("hwSystemVersion", "2011.6.3.1.999.0", r"^(?P<v>(?:MA|EA)\d{4})"),
        ),
        version=(Value("hwSystemVersion", "2011.6.3.1.999.0"),),
        serial=(Column("hwSlotSerialNumber", "2011.6.3.3.1.1.9"),),
    ),
    Rule(
        os="smartax-mdu",
        os_name="SmartAX MDU",
        vendor="Huawei",
        type="other",
        oid=("2011.2.135", "2011.2.173", "2011.2.134", "2011.2.184", "2011.2.185"),
        version=(Value("hwSystemVersion", "2011.6.3.1.999.0"),),
    ),
    Rule(
        os="huawei-optixrtn",
        os_name="OptiX RTN",
        vendor="Huawei",
        type="wireless",
        oid=("2011.2.25",),
        version=(Descr(r"(?P<v>V\d{3}R\w+)"),),
        serial=(Column("optixBoardSerial", "2011.2.25.4.40.4.10.13.1.1"),),
    ),
    Rule(
        os="oceanstor",
        os_name="OceanStor",
        vendor="Huawei",
        type="storage",
        oid=("2011.2.91", "34774.4.1"),
        version=(Value("deviceVersion", "34774.4.1.1.6.0"),),
        serial=(Value("deviceId", "34774.4.1.1.1.0"),),
    ),
    Rule(
        os="ibmc",
        os_name="iBMC",
        vendor="Huawei",
        type="server",
        oid=("2011.2.235",),
        model=(Value("deviceName", "2011.2.235.1.1.1.6.0"),),
        version=(
            Value(
                "firmwareVersion.Active iBMC",
                "2011.2.235.1.1.11.50.1.4.11.65.99.116.105.118.101.32.105.66.77.67",
            ),
            Column("firmwareVersion", "2011.2.235.1.1.11.50.1.4"),
        ),
        serial=(Value("deviceSerialNo", "2011.2.235.1.1.1.7.0"),),
    ),
    Rule(
        os="huaweiups",
        os_name="Huawei UPS",
        vendor="Huawei",
        type="ups",
        oid=("2011.6.174", "2011.6.164"),
    ),
    Rule(
        os="huawei-smu",
        os_name="Huawei SMU",
        vendor="Huawei",
        type="ups",
        oid=("2011.6.164.1",),
        model=(Value("hwSiteTypeID", "2011.6.164.1.1.1.4.0"),),
    ),
    Rule(
        os="eudemon",
        os_name="Eudemon",
        vendor="Huawei",
        type="firewall",
        oid=("2011.2.122",),
        version=(Descr(r"(?P<v>V\d{3}R\w+)"),),
        serial=(ESN,),
    ),
)
