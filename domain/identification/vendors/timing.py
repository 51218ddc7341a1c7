"""Clocks, time servers and console servers (MBG-LANTIME-NG-MIB, SYMM MIBs, SPECTRACOM MIBs, OG-STATUS-MIB, ACS MIBs, SLC MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Joined, ObjectId, Value

OPENGEAR = {
    "11": "CM71xx",
    "12": "CM71xx",
    "61": "IM72xx",
    "71": "ACM7000",
    "72": "ACM7000",
    "81": "ACM550x",
    "41": "IM42xx",
    "31": "CM41xx",
    "130": "CM81xx",
    "120": "OM12xx",
    "121": "OM22xx",
}

ENDRUN = (
    ("endrun.5.0.11", "13827.5.0.11.0"),
    ("endrun.12.1.16", "13827.12.1.16.0"),
    ("endrun.14.1.16", "13827.14.1.16.0"),
)

RULES = (
    Rule(
        os="mbg-ltos6",
        os_name="LANTIME",
        vendor="Meinberg",
        type="other",
        oid=("5597.3", "5597.30", "5597"),
        model=(Descr(r"(?P<v>LANTIME \S+|M\d{3,4}\S*)"),),
        version=(
            Value("mbgLtNgFirmwareVersion", "5597.30.0.0.2.0", r"(?P<v>\d[\w.]+)"),
            Value("mbgLtFirmwareVersion", "5597.3.1.1.0", r"(?P<v>V?\d[\w.]+)"),
        ),
        serial=(Value("mbgLtNgSerialNumber", "5597.30.0.0.3.0"),),
    ),
    Rule(
        os="mbg-meinbergos",
        os_name="meinbergOS",
        vendor="Meinberg",
        type="other",
        oid=("5597.7",),
    ),
    Rule(
        os="microsemitime",
        os_name="SyncServer",
        vendor="Microchip",
        type="other",
        oid=("9070", "39165.1.6"),
        descr=r"SyncServer|Symmetricom|TimeProvider|Microsemi",
        model=(
            Joined(
                (
                    Value("entPhysicalName", "9070.1.2.3.1.5.1.1.14.0"),
                    Value("etcModel", "9070.1.2.3.1.5.1.6.3.0"),
                )
            ),
            Value("etcModel", "9070.1.2.3.1.5.1.6.3.0"),
            Descr(r"(?P<v>SyncServer \S+|TimeProvider \S+)"),
        ),
        version=(Value("versionSys", "9070.1.2.3.1.5.1.6.1.0"), Descr(r"(?:Version|Rel) (?P<v>\S+)")),
        serial=(Value("sysSerial", "9070.1.2.3.1.5.1.6.2.0"),),
    ),
    Rule(
        os="microsemitime",
        os_name="SyncServer",
        vendor="Microchip",
        type="other",
        oid=("9070",),
        model=(Descr(r"^(?P<v>[^,]+)"),),
    ),
    Rule(
        os="orolia-securesync",
        os_name="SecureSync",
        vendor="Orolia",
        type="other",
        oid=("18837",),
        model=(Descr(r"(?P<v>SecureSync|NetClock\S*|VelaSync)"),),
        version=(Value("ssSysStaSwVersion", "18837.3.2.2.1.10.0", r"\d.*"),),
        serial=(Value("ssSysStaSerial", "18837.3.2.2.1.2.0", r"\d{3,}"),),
    ),
    Rule(
        os="endrun",
        os_name="EndRun",
        vendor="EndRun",
        type="other",
        oid=("13827",),
        model=(
            *(Value(label, number, r"^(?P<v>.+?) v ?\d") for label, number in ENDRUN),
            Descr(r"(?P<v>(?:Tempus|Sonoma|Meridian|Unison|Tycho)\S*)"),
        ),
        version=tuple(Value(label, number, r" v ?(?P<v>\d[\w.]*)") for label, number in ENDRUN),
    ),
    Rule(
        os="timemachines", os_name="TimeMachines", vendor="TimeMachines", type="other", descr=r"TimeMachines"
    ),
    Rule(
        os="opengear",
        os_name="Opengear",
        vendor="Opengear",
        type="other",
        oid=("25049",),
        model=(
            ObjectId("25049.1", OPENGEAR),
            Descr(r"Opengear (?P<v>[^\s,]+)"),
            Descr(r"OpenGear/(?P<v>\S+)"),
        ),
        version=(
            Value("ogFirmwareVersion", "25049.17.1.1", r"^(?P<v>\S+)"),
            Value("ogFirmwareVersion", "25049.17.1.1.0", r"^(?P<v>\S+)"),
            Value("ogOmFirmwareVersion", "25049.10.19.1.3.0"),
            Descr(r"Version (?P<v>\S+)"),
            Descr(r"^Opengear \S+ (?P<v>\d\S+)"),
        ),
        serial=(
            Value("ogSerialNumber", "25049.17.1.2"),
            Value("ogSerialNumber", "25049.17.1.2.0"),
            Value("ogOmSerialNumber", "25049.10.19.1.2.0"),
        ),
    ),
    Rule(
        os="trippliteconsole",
        os_name="Tripp Lite console server",
        vendor="Tripp Lite",
        type="other",
        oid=("850.1",),
        descr=r"^TrippLite B09",
        model=(Descr(r"^TrippLite (?P<v>[^,]+)"),),
        version=(Descr(r"Version (?P<v>\S+)"),),
    ),
    Rule(
        os="avocent",
        os_name="Avocent ACS",
        vendor="Avocent",
        type="other",
        oid=("10418", "2925"),
        model=(
            Value("acsProductModel", "10418.16.2.1.2.0", r"^(?P<v>\S+)"),
            Value("acsProductModel", "10418.26.2.1.2.0", r"^(?P<v>\S+)"),
            Descr(r"(?P<v>(?:Cyclades )?(?:ACS|AlterPath \w+) ?\d*)"),
        ),
        version=(
            Value("acsFirmwareVersion", "10418.16.2.1.7.0"),
            Value("acsFirmwareVersion", "10418.26.2.1.7.0"),
        ),
        serial=(Value("acsSerialNumber", "10418.16.2.1.4.0"), Value("acsSerialNumber", "10418.26.2.1.4.0")),
    ),
    Rule(
        os="avocent-mp",
        os_name="MergePoint Unity",
        vendor="Vertiv",
        type="other",
        oid=("10418.18", "10418.3"),
        model=(Descr(r"^(?P<v>\S+)"),),
        version=(Descr(r"^\S+ (?P<v>\d\S+)"),),
    ),
    Rule(
        os="dell-rcs",
        os_name="Dell Remote Console",
        vendor="Dell",
        type="other",
        oid=("10418.18.21.17",),
        model=(Descr(r"^[\\\"]*(?P<v>[^\s\\\"]+)"),),
        version=(Descr(r"^[\\\"]*\S+ (?P<v>\d[^\s\\\"]*)"),),
    ),
    Rule(
        os="lantronix-slc",
        os_name="Lantronix SLC",
        vendor="Lantronix",
        type="other",
        oid=("244.1", "244"),
        model=(
            Value("slcSystemModelString", "244.1.1.1.2.0"),
            Value("slcSystemModel", "244.1.1.1.1.0", r"[a-z].*"),
            Descr(r"(?P<v>(?:SLC|SLB|SCS)\s?\w*)"),
        ),
        version=(Value("slcSystemFWRev", "244.1.1.1.3.0"), Descr(r"(?P<v>\d+\.\d+[\w.]*)")),
        serial=(Value("slcSystemSerialNo", "244.1.1.1.4.0"),),
    ),
    Rule(
        os="lantronix-uds",
        os_name="Lantronix UDS",
        vendor="Lantronix",
        type="other",
        oid=("244",),
        descr=r"UDS|EDS|XPort|MSS|Lantronix \w+ V",
        model=(Descr(r"(?P<v>UDS\S*|EDS\S*|XPort\S*)"),),
        version=(Descr(r"V(?P<v>\d[\w.]+)"),),
    ),
    Rule(
        os="perle",
        os_name="Perle",
        vendor="Perle",
        type="other",
        oid=("1966",),
        model=(
            Value("chassisModelName.1", "1966.21.1.1.1.1.1.1.2.1"),
            Descr(r"^(?:Perle )?(?P<v>(?:IOLAN|MCR|IDS|SCS|STS)\S*(?: \S+)?)"),
        ),
        version=(
            Value("chassisOutOfBandFirmwareVersion.1", "1966.21.1.1.1.1.1.1.6.1", r"\d"),
            Descr(r"(?:Version|V)(?P<v>\d[\w.]+)"),
        ),
        serial=(Value("chassisSerialNumber.1", "1966.21.1.1.1.1.1.1.4.1"),),
    ),
    Rule(
        os="digi-connectport",
        os_name="Digi ConnectPort",
        vendor="Digi",
        type="other",
        oid=("332",),
        descr=r"ConnectPort|Passport|PortServer|Digi (?:CM|One)",
        model=(Descr(r"(?P<v>(?:ConnectPort|Passport|PortServer|Digi (?:CM|One))[\w ]*?)(?:,| Version|$)"),),
        version=(Descr(r"Version (?P<v>\S+)"),),
    ),
    Rule(
        os="ssu2000",
        os_name="SSU 2000",
        vendor="Microchip",
        type="other",
        oid=("601.3.1.1",),
        model=(
            Joined(
                (
                    Value("inName.1.2", "601.3.1.1.1.1.1.4.1.2"),
                    Value("inHwPart.1.2", "601.3.1.1.1.1.1.7.1.2", r"^(?P<v>.+)$", "Module {v}"),
                )
            ),
        ),
        version=(Value("inSwPart.1.2", "601.3.1.1.1.1.1.10.1.2"),),
        serial=(Value("inSerial.1.2", "601.3.1.1.1.1.1.5.1.2"),),
    ),
)
