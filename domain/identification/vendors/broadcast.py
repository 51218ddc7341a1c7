"""Broadcast transmitters, encoders and receivers (vendors' own MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Below, Column, Descr, Joined, Value

RULES = (
    Rule(
        os="aaron",
        os_name="AARON",
        vendor="Inovonics",
        type="other",
        oid=("42111",),
        model=(Descr(r"^(?P<v>\S.{3,50})$"),),
        version=(Value("firmwareVersion", "42111.640.2.2.0"), Value("firmwareVersion", "42111.650.2.2.0")),
        serial=(Value("serialNumber", "42111.640.2.1.0"), Value("serialNumber", "42111.650.2.1.0")),
    ),
    Rule(
        os="profline-sfd",
        os_name="PROFline SFD",
        vendor="PROFline",
        type="other",
        oid=("21222",),
        model=(Value("profProductName", "21222.1.4.1.1.1.0"),),
        version=(
            Joined(
                (
                    Value("profModuleVersion.1", "21222.1.4.1.1.3.1.3.1"),
                    Value("profModuleVersion.2", "21222.1.4.1.1.3.1.3.2"),
                ),
                ", ",
            ),
        ),
        serial=(Value("profSerialNumber", "21222.1.4.1.1.2.0"), Descr(r"SFD (?P<v>\d+)")),
    ),
    Rule(
        os="protelevision-t1",
        os_name="ProTelevision T1",
        vendor="ProTelevision",
        type="other",
        oid=("18086",),
        model=(Value("ptModel", "18086.3080.1.2.0"),),
        version=(Value("ptVersion", "18086.3080.1.3.0"),),
        serial=(Value("ptSerial", "18086.3080.1.1.0"),),
    ),
    Rule(
        os="televes-fs",
        os_name="TRedess Fourth Series",
        vendor="TRedess",
        type="other",
        oid=("23180",),
        model=(Descr(r"^(?P<v>.{4,50})$"),),
        version=(
            Joined(
                (
                    Value("fsSwVersion", "23180.2.1.1.2.1.6.3.0"),
                    Value("fsSwRevision", "23180.2.1.1.2.1.6.4.0", r"^(?P<v>\d+)$", "({v})"),
                )
            ),
        ),
        serial=(Value("fsSerial", "23180.2.1.1.2.1.6.2.0"),),
    ),
    *(
        Rule(
            os=os,
            os_name="Terra streamer",
            vendor="Terra",
            type="other",
            oid=(product,),
            model=(Descr(r"(?P<v>s[dt]i\d+\w?)"),),
            version=(Below("softwareVersion", 3, "4.1.0"),),
            serial=(Below("serialNumber", 3, "4.2.0"),),
        )
        for os, product in (("terra", "30631"), ("terra-sdi410c", "30631.1.8"), ("terra-sdi480", "30631.1.7"))
    ),
    Rule(
        os="rs",
        os_name="Rohde & Schwarz",
        vendor="Rohde & Schwarz",
        type="other",
        oid=("2566",),
        model=(Descr(r"^(?P<v>.{3,40})$"),),
        version=(Below("softwareVersion", 5, "1.1.1.4.0"),),
    ),
    Rule(
        os="ionodes",
        os_name="IONODES",
        vendor="IONODES",
        type="other",
        oid=("40748",),
        model=(Descr(r"IONODES's (?P<v>\S+)"),),
        version=(Descr(r"ver (?P<v>\S+)"),),
    ),
    Rule(
        os="wisi-tangram",
        os_name="WISI Tangram",
        vendor="WISI",
        type="other",
        oid=("7465",),
        model=(Column("gtModuleName", "7465.20.2.9.1.2.1.3.1.2"),),
        version=(Column("gtSoftwareVersion", "7465.20.2.9.1.2.1.3.1.4"),),
    ),
    Rule(
        os="teleste-luminato",
        os_name="Luminato",
        vendor="Teleste",
        type="other",
        oid=("3715",),
        model=(Descr(r"(?P<v>Luminato\S*)"),),
    ),
    Rule(
        os="netspire",
        os_name="NetSpire",
        vendor="Open Access",
        type="other",
        oid=("1732",),
        model=(Value("netspireDeviceModelNo", "1732.2.1.41.0"), Descr(r"NetSpire (?P<v>\S+)")),
        serial=(Value("netspireDeviceSerialNo", "1732.2.1.11.0"),),
    ),
    Rule(
        os="barix",
        os_name="Barix",
        vendor="Barix",
        type="other",
        oid=("17491",),
        model=(Descr(r"(?P<v>Barix \S+|Exstreamer\S*|Instreamer\S*)"),),
        version=(Descr(r"(?P<v>V?\d+\.\d+\S*)"),),
    ),
    Rule(
        os="appear-tv",
        os_name="Appear TV",
        vendor="Appear",
        type="other",
        oid=("23916",),
        model=(Descr(r"(?P<v>[A-Z]{2}\d{4}\S*)"),),
    ),
    Rule(
        os="gatesair",
        os_name="GatesAir",
        vendor="GatesAir",
        type="other",
        oid=("290.9",),
        model=(Descr(r"^(?P<v>[^,]+)"),),
    ),
    Rule(os="nautel", os_name="Nautel", vendor="Nautel", type="other", oid=("28142",)),
    Rule(
        os="comtech-ef",
        os_name="Comtech EF Data modem",
        vendor="Comtech EF Data",
        type="other",
        oid=("6247",),
        model=(Descr(r"(?P<v>(?:CDM|CLM|SLM|CDD|CRS)-?\S+)"),),
    ),
    Rule(
        os="idirect",
        os_name="iDirect",
        vendor="iDirect",
        type="other",
        oid=("13732",),
        model=(Descr(r"(?P<v>X\d\S*|iQ\S*|Evolution\S*)"),),
    ),
)
