"""DC power plants, transfer switches and site controllers."""

from domain.identification.generic import UPS_MODEL
from domain.identification.rules import Rule
from domain.identification.sources import Below, Column, Descr, Fixed, Joined, Value

MAKER = Value("upsIdentManufacturer", "1.3.6.1.2.1.33.1.1.1.0")
MODEL = (Joined((MAKER, UPS_MODEL)), UPS_MODEL)
UPS_VERSION = Value("upsIdentUPSSoftwareVersion", "1.3.6.1.2.1.33.1.1.3.0")
AGENT_VERSION = Value("upsIdentAgentSoftwareVersion", "1.3.6.1.2.1.33.1.1.4.0")
UPS_NAME_SERIAL = Value("upsIdentName", "1.3.6.1.2.1.33.1.1.5.0", r"ID: ?(?P<v>\w+)")

RULES = (
    Rule(
        os="netsure",
        os_name="NetSure",
        vendor="Vertiv",
        type="ups",
        oid=("6302.2",),
        model=(Value("identModel", "6302.2.1.1.2.0"),),
        version=(Value("identControllerFirmwareVersion", "6302.2.1.1.3.0"),),
        serial=(Value("identSerialNumber", "6302.2.1.1.6.0"),),
    ),
    Rule(
        os="eltek-webpower",
        os_name="Eltek WebPower",
        vendor="Eltek",
        type="ups",
        oid=("12148.9",),
        model=(Fixed("smartpack"),),
        version=(Descr(r"\) (?P<v>\d[\d.]+)"),),
        serial=(Value("controllerSerialNumber", "12148.9.2.1.3.7.0"),),
    ),
    Rule(
        os="enexus",
        os_name="Eltek SmartPack",
        vendor="Eltek",
        type="ups",
        oid=("12148.10", "12148"),
        model=(
            Value("powerSystemType", "12148.10.2.7.0"),
            Value("controlSystemType", "12148.10.13.8.2.1.2.1"),
        ),
        version=(Value("controlSystemSWVersion", "12148.10.13.8.2.1.8.1"),),
        serial=(
            Value("powerSystemSerialNumber", "12148.10.2.8.0"),
            Value("controlSystemSerial", "12148.10.13.8.2.1.6.1"),
        ),
    ),
    Rule(
        os="valere",
        os_name="Eltek Valere",
        vendor="Eltek",
        type="ups",
        oid=("13858",),
        model=(Value("vpwrSystemType", "13858.2.1.2.0"),),
        version=(Value("vpwrSystemVersion", "13858.2.1.3.0"),),
    ),
    Rule(
        os="mts-com",
        os_name="MTS-COM",
        vendor="Majorpower",
        type="ups",
        oid=("40865",),
        model=(Value("mtsIdentModel", "40865.1.2.0"),),
        version=(Value("mtsIdentFirmware", "40865.1.3.0"),),
    ),
    Rule(
        os="cxrc",
        os_name="CXRC",
        vendor="Alpha Technologies",
        type="ups",
        oid=("7309.4",),
        version=(Value("dcPwrSysSoftwareVersion", "7309.4.1.2.11.0"),),
    ),
    Rule(
        os="compas",
        os_name="Comp@s",
        vendor="Alpha",
        type="ups",
        oid=("26854",),
        version=(Value("esApplicationVersion", "26854.3.2.1.10.3.91.0"),),
    ),
    Rule(
        os="alpha",
        os_name="Alpha UPS",
        vendor="Alpha Technologies",
        type="ups",
        oid=("7309", "7309.6"),
        model=(UPS_MODEL,),
        version=(AGENT_VERSION,),
    ),
    Rule(os="algcom-dc-ups", os_name="ALGcom DC UPS", vendor="ALGcom", type="ups", oid=("49136",)),
    Rule(os="algcom-sm", os_name="ALGcom SM", vendor="ALGcom", type="ups", oid=("49136.100",)),
    Rule(
        os="eaton-sc200",
        os_name="Eaton SC200",
        vendor="Eaton",
        type="ups",
        oid=("1918.2",),
        model=(Descr(r"(?P<v>SC\d{3}|SM\d{2})"),),
        version=(Value("systemSoftwareVersion", "1918.2.13.10.10.30.0"), Descr(r"[vV](?P<v>\d[\d.]+)")),
        serial=(Value("systemSerialNumber", "1918.2.13.10.10.10.0"),),
    ),
    Rule(os="controlbox", os_name="ControlBox", vendor="ControlBox", type="environment", oid=("17095.2",)),
    Rule(
        os="e3meterdc",
        os_name="E3METER Data Concentrator",
        vendor="E3METER",
        type="pdu",
        oid=("21695",),
        version=(Column("e3IpmInfoFWVersion", "21695.1.10.1"),),
    ),
    Rule(
        os="siteboss",
        os_name="SiteBoss",
        vendor="Asentria",
        type="environment",
        oid=("3052",),
        model=(Descr(r"^(?P<v>[A-Z]\w+ ?\w*\d{2,4})"),),
        version=(Descr(r" (?P<v>\d+\.\d+\.\d+.*)$"),),
        serial=(Below("siteSerialNumber", 2, "2.16.15.3.0"),),
    ),
    *(
        Rule(
            os=f"siteboss{model}",
            os_name="SiteBoss",
            vendor="Asentria",
            type="environment",
            oid=(f"3052.{arc}",),
            model=(Descr(r"^(?P<v>SiteBoss \d+)"), Fixed(f"SiteBoss {model}")),
            version=(Descr(r" (?P<v>\d+\.\d+\.\d+.*)$"),),
            serial=(Below("siteSerialNumber", 2, "2.16.15.3.0"),),
        )
        for model, arc in (("550", 10), ("571", 11), ("360", 23), ("572", 20))
    ),
    Rule(
        os="samlex",
        os_name="Samlex inverter",
        vendor="Samlex America",
        type="ups",
        oid=("49075",),
        model=(Value("model", "49075.1.1.1.0"),),
        version=(Value("version", "49075.1.1.2.0"),),
    ),
    Rule(os="netsure", os_name="NetSure", vendor="Vertiv", type="ups", oid=("885.3.2", "885")),
)
