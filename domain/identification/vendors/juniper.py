"""Juniper Networks (JUNIPER-MIB, JUNIPER-VIRTUALCHASSIS-MIB, NETSCREEN-MIB, TRAPEZE-NETWORKS-ROOT-MIB, Juniper-UNI-SMI)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Fixed, Value

RULES = (
    Rule(
        os="junos",
        os_name="Junos OS",
        vendor="Juniper",
        type="router",
        oid=("2636.1",),
        model=(
            Value("jnxBoxDescr", "2636.3.1.2.0"),
            Descr(r"Juniper Networks, Inc\. (?P<v>[\w-]+)"),
        ),
        version=(
            Value("hrSWInstalledName.1", "1.3.6.1.2.1.25.6.3.1.2.1", r"^junos-evo-\S*?-(?P<v>\d+\.\d\S+)$"),
            Value("jnxVirtualChassisMemberSWVersion", "2636.3.40.1.4.1.1.1.5.0"),
            Descr(r"kernel JUNOS (?P<v>[^\s,]+)"),
            Descr(r"\bJUNOS (?P<v>\d[^\s,\]]+)"),
        ),
        serial=(Value("jnxBoxSerialNo", "2636.3.1.3.0"),),
        type_when=(
            (Descr(r"\bsrx|\bvsrx|firewall"), "firewall"),
            (Descr(r"Ethernet Switch|\b(?:ex|qfx)\d"), "switch"),
        ),
    ),
    Rule(
        os="junose",
        os_name="JunosE",
        vendor="Juniper",
        type="router",
        oid=("4874",),
        model=(Descr(r"(?P<v>ERX-?\d+|E\d{2,3}\b)"),),
        version=(Descr(r"SW Version : \(?(?P<v>[\w.-]+)"), Descr(r"Version (?P<v>[^\s,]+)")),
    ),
    Rule(
        os="screenos",
        os_name="ScreenOS",
        vendor="Juniper",
        type="firewall",
        oid=("3224",),
        model=(Descr(r"^(?P<v>\S+) version"),),
        version=(Descr(r"version (?P<v>[^\s,(]+)"),),
        serial=(Descr(r"SN: (?P<v>\w+)"),),
    ),
    Rule(
        os="juniper-mss",
        os_name="Mobility System Software",
        vendor="Juniper",
        type="wireless",
        oid=("14525",),
        model=(Descr(r"Inc\.? (?P<v>\S+) \d"),),
        version=(Descr(r" (?P<v>\d+\.\d[\w.]+)(?: REL)?"),),
    ),
    Rule(
        os="juniperex2500os",
        os_name="EX2500",
        vendor="Juniper",
        type="switch",
        oid=("1411.102",),
        model=(Fixed("EX2500"),),
    ),
    Rule(
        os="pulse",
        os_name="Pulse Connect Secure",
        vendor="Pulse Secure",
        type="firewall",
        oid=("12532",),
        model=(Value("productName", "12532.6.0"), Descr(r"Secure,(?P<v>[A-Z]{2}[\w-]+)")),
        version=(
            Value("productVersion", "12532.7.0"),
            Descr(r",(?P<v>\d[\w.]+ \(build \d+\))"),
            Descr(r",(?P<v>\d[\w.]+)"),
        ),
    ),
    Rule(os="jwos", os_name="JWOS", vendor="Juniper", type="other", oid=("8239.1.2.9", "8239")),
)
