"""Reads version, serial number and model out of a sysDescr that no rule knows."""

from domain.identification.package_tables import holder_name
from domain.identification.sources import Finding
from domain.identification.text import DESCR_LIMIT, compiled, is_placeholder
from domain.identification.vendor_names import known_vendor

_UNAME = r"^(?:linux|freebsd|openbsd|netbsd|sunos|darwin|aix|hp-ux|qnx|vxworks|hardware:)\s"
_NUMBER = r"(?P<v>\d[\w.()+~-]{0,60})"
_SAID = r"[\s:=.,#]{0,4}[vVrR]?"
_VERSIONS = (
    rf"\b(?:software(?: (?:version|revision|release|rev))?|sw[ _-]?ver(?:sion)?|sw|s/w)\b{_SAID}{_NUMBER}",
    rf"\bfirmware(?: (?:version|revision|release|rev))?\b{_SAID}{_NUMBER}",
    rf"\b(?:version|release|ver|fw|f/w|rev(?:ision)?)\b{_SAID}{_NUMBER}",
    rf"\w?(?-i:OS)(?:[ ,/-]{{1,2}}|-[A-Z]-)v?{_NUMBER}",
    r"\b(?:version|revision)[\s:=]{1,3}(?P<v>[a-z]{1,6}[.-]?\d[\w.-]{1,40})",
    r"(?:^|[\s,;(/_-])[vV](?P<v>\d{1,4}\.\d[\w.()+~-]{0,60})",
    r"(?:^|[\s,;(])(?P<v>\d{1,4}\.\d{1,5}\.\d[\w.()+~-]{0,60})",
    r"(?:^|[\s,;(])(?P<v>V\d{1,4}R\d{1,4}[CM]\d\w{0,20}|R\d{1,3}\.\d[\w.]{0,20}|(?-i:[A-Z]{1,2})\.\d{1,2}\.\d{2}[\w.]{0,20})",
    r"\s(?P<v>\d{1,3}\.\d{1,5}[a-z]?\d?)$",
    r"\s(?P<v>\d{1,3}\.\d{1,5}[a-z]?\d?)(?=,?\s{1,3}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s)",
    r"(?:^|[\s,;(])(?P<v>(?-i:[A-Z]{1,2})\.\d{1,3}\.\d{1,3}(?:\.\d{1,5})?)(?=[\s,;)]|$)",
)
"""Software before firmware before what is only called a version, then the shapes that version numbers have."""
_HARDWARE = r"\b(?:hardware|hw|h/w|bootloader|bootldr|btldr|boot|kernel|linux)(?: (?:version|revision|release|rev|ver))?[\s:=.,#-]{1,4}[vVrR]?\d[\w.-]{0,40}"
_SERIALS = (
    r"\b(?:s/n|sn|serial(?: ?(?:no|number|num))?)\b[\s:.#=]{1,4}(?P<v>[a-z0-9][a-z0-9/-]{3,40})(?![\w:.])",
)
_MODELS = (
    r"\b(?:model(?: ?(?:name|no|number))?|product|prod)\b\s{0,3}[:=]\s{0,3}(?P<v>[\w+/-][\w .+/()-]{1,39}?)(?=\s*(?:[,;>]|$|\s\w+\s?:))",
    r"\bmodel (?P<v>[\w+/-]{0,30}\d[\w+/-]{0,30})",
)
_WORD = r"(?<![\w.-])(?P<v>[a-z][a-z0-9+/_-]{0,30}\d[a-z0-9+/_-]{0,30}|\d{1,5}[a-z+/_-][a-z0-9+/_-]{1,30})(?![\w.])"
_NOT_A_MODEL = r"^(?:v?\d+(?:\.\d+)+|v\d|snmp|ipv\d|ieee|802|rev|\d+x|\d+(?:bit|port|ghz|mhz)|x86|armv|mips|i\d86|rfc|1000?base|\d+-port|os/?\d|h\.?26\d|mpeg|0x|\d+/\d+/\d+|dvb|[rv]\d{3,}$)"
_TRAILING_VERSION = r"[ ,]{1,2}v?\d{1,4}\.\d{1,5}[\w.()-]{0,30}$"
_PHRASE_END = r"[,;(\n]|\s-\s|\sv?\d{1,4}\.\d{1,5}"
_SENTENCE = r"\b(?:is|are|with|for|over|using|running|on|by|of|the|and|based|to)\b"
_TAIL = r"[\s,;:(-]{1,4}(?:version|firmware|software|release|ver|fw|sw|hw|rev|revision|v\d|s/n|sn|serial|copyright|\(c\)).*$"


def find_version(descr: str) -> Finding | None:
    """A version number, preferably one that is called so."""
    descr = descr[:DESCR_LIMIT]
    if not compiled(_UNAME).search(descr):
        descr = compiled(_HARDWARE).sub(" ", descr)
    for pattern in _VERSIONS:
        found = compiled(pattern).search(descr)
        if found:
            text = found["v"].rstrip(".,-(")
            return Finding(text if "(" in text else text.rstrip(")"), "sysDescr")
    return None


def find_serial(descr: str) -> Finding | None:
    """A serial number that is called so, with at least one digit."""
    found = compiled(_SERIALS[0]).search(descr[:DESCR_LIMIT])
    if found is None or is_placeholder(found["v"]) or not any(c.isdigit() for c in found["v"]):
        return None
    return Finding(found["v"], "sysDescr")


def find_model(descr: str, vendor: str) -> Finding | None:
    """What is called the model, else a short sysDescr as a whole, else its first word of letters and digits."""
    descr = " ".join(descr[:DESCR_LIMIT].split()).strip("\"' ")
    for pattern in _MODELS:
        found = compiled(pattern).search(descr)
        if found and not is_placeholder(found["v"]):
            return Finding(found["v"].strip(), "sysDescr")
    if compiled(_UNAME).search(descr):
        return None
    brief = compiled(_TAIL).sub("", descr).strip()
    brief = compiled(_TRAILING_VERSION).sub("", brief)
    if vendor and brief.lower().startswith(vendor.lower() + " "):
        brief = brief[len(vendor) + 1 :].strip()
    if (
        brief
        and len(brief.split()) <= 3
        and not compiled(r"[,;] ").search(brief)
        and not brief.endswith(":")
        and any(c.isdigit() for c in brief)
        and not compiled(_NOT_A_MODEL).search(brief)
    ):
        return Finding(brief, "sysDescr")
    phrase = compiled(_PHRASE_END).split(brief, maxsplit=1)[0].strip()
    if len(phrase.split()) <= 6 and _names_a_product(phrase):
        return Finding(phrase, "sysDescr")
    for word in compiled(_WORD).finditer(brief):
        if not compiled(_NOT_A_MODEL).search(word["v"]):
            return Finding(word["v"].rstrip("-/"), "sysDescr")
    return None


def find_vendor(descr: str) -> Finding | None:
    """A vendor's name among the first words, or a text that starts with the name of a holder of an enterprise number."""
    words = descr[:DESCR_LIMIT].split()
    for start in range(min(len(words), 6)):
        name = known_vendor(" ".join(words[start : start + 3]))
        if name:
            return Finding(name, "sysDescr")
    for count in (3, 2, 1):
        name = holder_name(" ".join(words[:count]).rstrip(",:;"))
        if len(name) > 3 and len(words) > count:
            return Finding(name, "sysDescr")
    return None


def _names_a_product(phrase: str) -> bool:
    """Whether the phrase starts with a word, ends like a type designation, and is no sentence."""
    return (
        phrase[:1].isalpha()
        and any(c.isdigit() for word in phrase.split()[1:] for c in word)
        and not compiled(_SENTENCE).search(phrase)
        and not compiled(_NOT_A_MODEL).search(phrase)
    )
