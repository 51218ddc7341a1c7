"""Outdoor radio of smaller makers (ALCOMA-MIB, ALVARION-DOT11-WLAN-MIB, ExaltComProducts, IGNITENET-MIB, ALBENTIA-AS-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Value

HYTERA_MODEL = Value("rptModelName", "40297.1.2.4.1.0")

RULES = (
    Rule(
        os="albentia",
        os_name="Albentia",
        vendor="Albentia Systems",
        type="wireless",
        oid=("28087",),
    ),
    *(
        Rule(
            os="hytera",
            os_name="Hytera repeater",
            vendor="Hytera",
            type="wireless",
            oid=(enterprise,),
            when=when,
            model=(HYTERA_MODEL,),
            version=(Value("rptFirmwareVersion", "40297.1.2.4.3.0"),),
            serial=(Value("rptSerialNo", "40297.1.2.4.5.0"),),
        )
        for enterprise, when in (("40297", ()), ("26381", (HYTERA_MODEL,)))
    ),
    Rule(
        os="alcoma-almp",
        os_name="Alcoma AL MP",
        vendor="Alcoma",
        type="wireless",
        oid=("12140.2",),
        model=(Value("alMPModel", "12140.2.2.9.0"),),
        version=(Value("alMPVersionSW", "12140.2.2.10.0"),),
        serial=(Value("alMPSerNumMW", "12140.2.3.11.0"),),
    ),
    Rule(
        os="alcoma",
        os_name="Alcoma",
        vendor="Alcoma",
        type="wireless",
        oid=("12140",),
        model=(Descr(r"(?P<v>AL\S+)"),),
    ),
    Rule(
        os="breeze",
        os_name="BreezeACCESS VL",
        vendor="Alvarion",
        type="wireless",
        oid=("12394.4", "12394"),
        model=(Descr(r"^(?P<v>[^,]+)"),),
        version=(
            Value("brzaccVLRunningSoftwareVersion", "12394.1.1.1.2.0"),
            Value("brzaccVLMainVersionNumber", "12394.1.1.9.1.0"),
        ),
    ),
    Rule(
        os="deliberant",
        os_name="Deliberant",
        vendor="Deliberant",
        type="wireless",
        oid=("32761",),
        descr=r"Deliberant|APC ",
        model=(
            Value("deliberant.3.1.1.1.3", "32761.3.1.1.1.3.0"),
            Descr(r"(?P<v>(?:APC|DLB) ?\S+(?: \S+)?)"),
        ),
        version=(Descr(r"(?P<v>v\d[\w.-]+)"),),
    ),
    Rule(
        os="deliberant",
        os_name="Deliberant",
        vendor="Deliberant",
        type="wireless",
        descr=r"\bDeliberant\b",
        model=(Value("deliberant.3.1.1.1.3", "32761.3.1.1.1.3.0"),),
    ),
    Rule(
        os="extendair",
        os_name="ExtendAir",
        vendor="Exalt",
        type="wireless",
        oid=("25651.1", "25651"),
        model=(
            Value("modelName", "25651.1.2.1.1.0"),
            Descr(r"(?P<v>Ex\w+-\S+)"),
        ),
        version=(Value("firmwareVersion", "25651.1.2.1.5.0"),),
        serial=(Value("serialNumber", "25651.1.2.1.3.0"),),
    ),
    Rule(
        os="helios",
        os_name="HeliOS",
        vendor="IgniteNet",
        type="wireless",
        oid=("47307",),
        model=(Value("model", "47307.1.1.1.0"), Descr(r"(?P<v>ML\S+)")),
        version=(Value("fwVersion", "47307.1.1.3.0"),),
    ),
)
