"""ADVA, now Adtran: transport, demarcation and synchronisation (ADVA-MIB, FSP150 MIBs, ADVA-FSP3000ALM-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Entity, Joined, Value

RULES = (
    Rule(
        os="adva_fsp150",
        os_name="FSP 150CC",
        vendor="ADVA",
        type="other",
        oid=("2544.1.12",),
        model=(
            Joined((Entity("name", r"\d"), Entity("hardware_rev", r"\d"))),
            Value("networkElementSysDescr", "2544.1.12.3.1.1.1.6.1"),
        ),
        version=(Entity("software_rev"), Entity("firmware_rev")),
        serial=(Entity("serial"),),
    ),
    Rule(
        os="adva-fsp150cp",
        os_name="FSP 150CP",
        vendor="ADVA",
        type="other",
        oid=("2544.1.10",),
        version=(Entity("software_rev"),),
    ),
    Rule(
        os="adva_xg300",
        os_name="OptiSwitch",
        vendor="ADVA",
        type="switch",
        oid=("629.22", "629"),
        model=(Descr(r"^(?P<v>.+?) Ver\."),),
        version=(Descr(r"Ver\. (?P<v>.+)$"),),
        serial=(Value("nbsDevPhParamSerialNum", "629.1.50.16.4.3.2.0"),),
    ),
    Rule(
        os="adva-alm",
        os_name="ADVA ALM",
        vendor="ADVA",
        type="other",
        oid=("2544.1.14",),
        model=(Value("inventoryType", "2544.1.14.2.1.9.0"), Value("shelfUnitName", "2544.1.14.2.1.1.0")),
        version=(Value("firmwarePackageRev", "2544.1.14.2.1.2.0"),),
        serial=(Value("serialNumber", "2544.1.14.2.1.5.0"),),
    ),
    Rule(
        os="adva_fsp3kr7",
        os_name="FSP 3000R7",
        vendor="ADVA",
        type="other",
        oid=("2544.1.11",),
        model=(Descr(r"^(?P<v>FSP\s?3000\S*)"),),
        version=(Entity("software_rev"),),
        serial=(Entity("serial", class_=3),),
    ),
    Rule(
        os="adva-aos",
        os_name="ADVA AOS",
        vendor="ADVA",
        type="other",
        oid=("2544.1.20",),
        model=(
            Joined(
                (Entity("name", r"^[a-z]+\d", class_=3), Entity("hardware_rev", r"^(?P<v>.+)$", "rev{v}"))
            ),
            Joined((Entity("name"), Entity("hardware_rev", r"^(?P<v>.+)$", "rev{v}"))),
        ),
        version=(Value("probeSoftwareRev", "1.3.6.1.2.1.16.19.2.0"), Entity("software_rev")),
        serial=(Entity("serial"),),
    ),
    Rule(
        os="adva-osa",
        os_name="ADVA OSA",
        vendor="ADVA",
        type="other",
        oid=("5551",),
        model=(Descr(r"^(?P<v>OSA \S+)"),),
    ),
)
