"""Defence against intrusion and floods (FE-FIREEYE-MIB, ARBOR MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Value

RULES = (
    Rule(
        os="arbos",
        os_name="ArbOS",
        vendor="Arbor",
        type="firewall",
        oid=("9694",),
        model=(Descr(r"(?P<v>Peakflow \w+|Pravail|Sightline|TMS)"),),
        version=(Descr(r"(?:SP|TMS|APS|Sightline|ArbOS) (?P<v>\d[\w.]+)"), Descr(r"(?P<v>\d+\.\d+[\w.]*)")),
    ),
    Rule(
        os="feos",
        os_name="FireEye",
        vendor="FireEye",
        type="firewall",
        oid=("25597",),
        model=(Value("feHardwareModel", "25597.11.1.1.2.0"),),
        version=(Value("feSystemImageVersionCurrent", "25597.11.5.1.2.0"),),
        serial=(Value("feSerialNumber", "25597.11.1.1.3.0"),),
    ),
)
