"""HP, HPE and Aruba network equipment (HP-ICF-OID, SEMI-MIB, NETSWITCH-MIB, H3C-PRODUCT-ID, WLSX-SYSTEMEXT-MIB, AI-AP-MIB, COLUBRIS-SMI)."""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Entity, Value

SWITCH_SERIAL = Value("hpHttpMgSerialNumber", "11.2.36.1.1.2.9.0")

RULES = (
    Rule(
        os="procurve",
        os_name="ProCurve",
        vendor="HP",
        type="switch",
        oid=("11.2.3.7.11", "11.2.3.7.8", "11.2.3.7"),
        model=(
            Descr(r"(?P<a>J[A-Z]?\d{3,4}[A-Z]) (?:Switch|ProCurve Switch) (?P<b>[\w+-]+)", "{a} {b}"),
            Descr(
                r"^(?:HPE?|Hewlett-Packard Company|HP ProCurve|ProCurve|Aruba)? ?(?P<v>J[A-Z]?\d{3,4}[A-Z]\b[^,]*?)(?: Switch| - | revision|,|$)"
            ),
            Descr(r"^HPE? (?:OfficeConnect Switch )?(?P<v>1[4-9][\w -]+?),"),
            Descr(r"^HPE? (?P<v>Stack),"),
            Descr(r"^(?P<v>GbE2c)"),
        ),
        version=(
            Value("hpSwitchOsVersion", "11.2.14.11.5.1.1.3.0"),
            Descr(r"revision (?P<v>[A-Z]{1,2}\.\d[\w.]+)"),
            Descr(r"[,-] ?(?P<v>[A-Z]{1,2}\.\d+\.\d+[\w.]*)"),
        ),
        serial=(SWITCH_SERIAL,),
    ),
    Rule(
        os="arubaos-cx",
        os_name="AOS-CX",
        vendor="Aruba",
        type="switch",
        oid=("47196.4.1",),
        model=(
            Descr(r"(?P<v>\d{4}\w? [^,]{3,50}?)(?: Swi?t?ch)? [A-Z]{2}\.\d\d\.\d\d"),
            Entity("descr", r"^(?P<v>.*\d{4}.*)$", class_=11),
            Entity("descr", r"\d{4}", class_=3),
            Descr(r"(?P<v>J[A-Z]\d{3}[A-Z] \d{4}\w?)"),
        ),
        version=(Descr(r"(?P<v>[A-Z]{2}\.\d\d\.\d\d\.\w+)"), Entity("software_rev", r"[A-Z]{2}\.\d")),
    ),
    Rule(
        os="arubaos",
        os_name="ArubaOS",
        vendor="Aruba",
        type="wireless",
        oid=("14823.1.1",),
        model=(Descr(r"MODEL: (?P<v>[^)]+)"), Value("wlsxSysExtModelName", "14823.2.2.1.2.1.3.0")),
        version=(
            Value("wlsxSysExtSwVersion", "14823.2.2.1.2.1.28.0", r"(?P<v>\d[\w.-]+)"),
            Descr(r"Version (?P<v>[^\s,]+)"),
        ),
        serial=(
            Value("wlsxSwitchLicenseSerialNumber", "14823.2.2.1.1.1.12.0"),
            Value("wlsxSysExtSerialNumber", "14823.2.2.1.2.1.29.0"),
        ),
    ),
    Rule(
        os="aruba-instant",
        os_name="Aruba Instant",
        vendor="Aruba",
        type="wireless",
        oid=("14823.1.2",),
        model=(Descr(r"MODEL: (?P<v>[^)]+)"), Column("aiAPModelName", "14823.2.3.3.1.2.1.1.6")),
        version=(
            Descr(r"Version (?P<v>[^\s,]+)"),
            Value("aiVirtualControllerVersion", "14823.2.3.3.1.1.4.0"),
        ),
        serial=(Column("aiAPSerialNum", "14823.2.3.3.1.2.1.1.4"),),
    ),
    Rule(
        os="aruba-instant-on",
        os_name="Aruba Instant On",
        vendor="Aruba",
        type="switch",
        descr=r"^(?:Aruba|HPE Networking) Instant On ",
        model=(Descr(r"Instant On (?P<v>[^,]+)"),),
        version=(Descr(r"InstantOn_\d+_(?P<v>\d[\d.]*)"),),
    ),
    Rule(
        os="clearpass",
        os_name="ClearPass",
        vendor="Aruba",
        type="server",
        oid=("14823.1.6",),
        model=(Column("cppmSystemModel", "14823.1.6.1.1.1.1.1.1"),),
        version=(Descr(r"(?P<v>\d+\.\d+\.\d+[\w.]*)"),),
    ),
    Rule(
        os="comware",
        os_name="Comware",
        vendor="HPE",
        type="switch",
        oid=("25506.11", "25506.1", "25506"),
        model=(
            Entity("model", class_=3),
            Descr(
                r"\n\s{0,4}(?:HPE?|H3C|3Com)? ?(?P<v>[A-Z0-9][\w+-]*\d[\w +/-]{0,40}?)(?: Switch)?(?: with| Product| uptime|\s*\n|$)"
            ),
        ),
        version=(Descr(r"Version (?P<v>\d[^\s,]*(?:,? Release \w+)?)"), Entity("software_rev")),
        vendor_from=(Descr(r"\b(?P<v>H3C)\b"),),
        serial=(Column("hh3cEntityExtManuSerialNum", "25506.2.6.1.2.1.1.2"),),
    ),
    Rule(
        os="comware",
        os_name="Comware",
        vendor="HPE",
        type="switch",
        oid=("11.2.3.7", "43.1", "2011.10"),
        descr=r"Comware|\b3Com (?:Switch|Operating)|\bH3C\b",
        model=(
            Entity("model", class_=3),
            Descr(r"(?:HPE?|H3C|3Com) (?P<v>(?:Switch )?\w*\d[\w -]*?)(?: Software|,|\n|$)"),
        ),
        version=(Descr(r"Version (?P<v>\d[^\s,]*(?:,? Release \w+)?)"), Entity("software_rev")),
        vendor_from=(Descr(r"\b(?P<v>H3C|3Com)\b"),),
        serial=(Column("hh3cEntityExtManuSerialNum", "25506.2.6.1.2.1.1.2"),),
    ),
    Rule(
        os="3com",
        os_name="3Com",
        vendor="3Com",
        type="switch",
        oid=("43.1", "43.10", "43"),
        model=(Descr(r"^3Com (?P<v>[^,\n]{3,60})"),),
        version=(Descr(r"Version (?P<v>[\w.]+)"),),
    ),
    Rule(
        os="hpmsm",
        os_name="HP MSM",
        vendor="HP",
        type="wireless",
        oid=("8744.1",),
        model=(Value("systemProductName", "8744.5.6.1.1.1.0"), Descr(r"^(?P<v>MSM\S+|MAP\S+)")),
        version=(
            Value("systemFirmwareRevision", "8744.5.6.1.1.2.0"),
            Descr(r"Software [Vv]ersion (?P<v>[\w.-]+)"),
        ),
        serial=(Value("systemSerialNumber", "8744.5.6.1.1.5.0"), Descr(r"Serial number (?P<v>[\w-]+)")),
    ),
    Rule(
        os="hpvc",
        os_name="Virtual Connect",
        vendor="HP",
        type="switch",
        oid=("11.5.7.5.2",),
        model=(Descr(r"^(?P<v>.{3,60}?) v?\d+\.\d\S*(?: \S+)?$"),),
        version=(Descr(r" v?(?P<v>\d+\.\d[\w.-]*)"),),
    ),
    Rule(
        os="hpblmos",
        os_name="Onboard Administrator",
        vendor="HP",
        type="server",
        oid=("11.5.7.1.2",),
        model=(Value("cpqRackCommonEnclosureModel.1", "232.22.2.3.1.1.1.3.1"), Entity("model", class_=3)),
        version=(
            Value("cpqRackCommonEnclosureManagerFWRev.1", "232.22.2.3.1.1.1.8.1"),
            Descr(r"Administrator (?P<v>\d[\w.]+)"),
        ),
        serial=(Value("cpqRackCommonEnclosureSerialNum.1", "232.22.2.3.1.1.1.7.1"),),
    ),
    Rule(
        os="hpe-ilo",
        os_name="Integrated Lights-Out",
        vendor="HPE",
        type="server",
        oid=("232.9.4",),
        model=(Value("cpqSiProductName", "232.2.2.4.2.0"),),
        version=(
            Descr(r"Lights-Out \d+ (?P<v>\d[\w.]+)"),
            Value("cpqSm2CntlrFirmware", "232.11.2.14.1.1.5.0", r"^(?P<v>\S+)"),
        ),
        serial=(Value("cpqSiSysSerialNum", "232.2.2.2.1.0"),),
    ),
    Rule(
        os="informos",
        os_name="3PAR InForm OS",
        vendor="HPE",
        type="storage",
        oid=("12925",),
        model=(
            Descr(r"^HPE?_3PAR (?P<v>[^,]+)", "HP 3Par {v}"),
            Descr(r"^(?P<v>HPE? .{0,10}3PAR[^,]*|InServ[^,]*)"),
        ),
        version=(Descr(r"(?:OS version: ?|Version )(?P<v>\d[\w.]*)"),),
        serial=(Descr(r"Serial number: ?(?P<v>\w+)"), Descr(r"(?:Serial|ID)[: ]+(?P<v>\d+)")),
    ),
    Rule(
        os="hpe-msl",
        os_name="HPE StoreEver MSL",
        vendor="HPE",
        type="storage",
        oid=("11.10.2.1.3.20",),
        model=(Entity("model"), Descr(r"(?P<v>MSL\w+[^,]*)")),
    ),
)
