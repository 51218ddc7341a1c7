"""Makes one usual name out of the many ways in which a manufacturer is written."""

from domain.identification.package_tables import holder_name
from domain.identification.text import compiled, is_placeholder

_SUFFIX = (
    r"[\s,]{1,3}(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|gmbh|ag|ab|as|a/s|s\.?a|s\.?r\.?l|s\.?p\.?a|bv|b\.v|oy|plc|kg"
    r"|technologies co|technology co|technologies|electronics|international|holdings?)\b\.?(?=[\s,.)]|$)"
)
_NAMES: tuple[tuple[str, str], ...] = (
    (r"^cisco|^(?:linksys|scientific-atlanta) by cisco", "Cisco"),
    (r"^juniper", "Juniper"),
    (r"^hewlett.?packard enterprise|^hpe\b", "HPE"),
    (r"^hewlett.?packard|^hp\b|^procurve", "HP"),
    (r"^aruba", "Aruba"),
    (r"^dell\b|^dell ?emc", "Dell"),
    (r"^huawei", "Huawei"),
    (r"^h3c|^hangzhou h3c|^new h3c", "H3C"),
    (r"^3com", "3Com"),
    (r"^arista", "Arista"),
    (r"^ubiquiti|^ubnt", "Ubiquiti"),
    (r"^mikrotik|^mikrotikls", "MikroTik"),
    (r"^fortinet", "Fortinet"),
    (r"^extreme", "Extreme"),
    (r"^enterasys", "Enterasys"),
    (r"^avaya", "Avaya"),
    (r"^nortel", "Nortel"),
    (r"^brocade|^foundry", "Brocade"),
    (r"^ruckus", "Ruckus"),
    (r"^alcatel-?lucent|^alcatel|^alcl\b|^lucent", "Alcatel-Lucent"),
    (r"^nokia", "Nokia"),
    (r"^zte|^zhongxing", "ZTE"),
    (r"^zyxel", "Zyxel"),
    (r"^d-?link", "D-Link"),
    (r"^tp-?link", "TP-Link"),
    (r"^netgear", "Netgear"),
    (r"^american power|^apc\b", "APC"),
    (r"^schneider", "Schneider Electric"),
    (r"^eaton", "Eaton"),
    (r"^mge\b", "MGE"),
    (r"^cyber ?power", "CyberPower"),
    (r"^super ?micro", "Supermicro"),
    (r"^lenovo", "Lenovo"),
    (r"^ibm\b|^international business", "IBM"),
    (r"^fujitsu", "Fujitsu"),
    (r"^microsoft", "Microsoft"),
    (r"^vmware", "VMware"),
    (r"^qemu|^red hat", "QEMU"),
    (r"^synology", "Synology"),
    (r"^qnap", "QNAP"),
    (r"^siemens|^ruggedcom", "Siemens"),
    (r"^moxa", "Moxa"),
    (r"^check ?point", "Check Point"),
    (r"^palo ?alto", "Palo Alto Networks"),
    (r"^f5\b", "F5"),
    (r"^citrix|^netscaler", "Citrix"),
    (r"^a10\b", "A10 Networks"),
    (r"^adva\b", "ADVA"),
    (r"^adtran", "Adtran"),
    (r"^ciena", "Ciena"),
    (r"^calix", "Calix"),
    (r"^edge-?core|^accton", "Edgecore"),
    (r"^allied ?tele", "Allied Telesis"),
    (r"^cambium", "Cambium Networks"),
    (r"^ericsson", "Ericsson"),
    (r"^vertiv|^liebert|^emerson network", "Vertiv"),
    (r"^raritan", "Raritan"),
    (r"^server ?tech", "Server Technology"),
    (r"^tripp ?lite", "Tripp Lite"),
    (r"^intel\b", "Intel"),
    (r"^asus", "ASUS"),
    (r"^gigabyte", "Gigabyte"),
    (r"^quanta", "Quanta"),
    (r"^mellanox|^nvidia", "NVIDIA"),
)


def vendor_name(written: str) -> str:
    """The usual short name; a name that is not known keeps its own words, without the legal form."""
    if is_placeholder(written):
        return ""
    if name := known_vendor(written):
        return name
    bare = compiled(_SUFFIX).sub("", written[:80])
    words = bare.split()
    for count in (3, 2, 1):
        name = holder_name(" ".join(words[:count]).strip(",.&"))
        if len(name) > 3:
            return name
    return bare.strip(" ,.") or written[:80]


def known_vendor(written: str) -> str:
    """The usual name if the text begins with a vendor that the table knows, else empty."""
    return next((name for pattern, name in _NAMES if compiled(pattern).search(written[:80])), "")
