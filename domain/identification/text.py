"""Turns what agents answer into short clean text, and tells evidence from filler."""

import re
from functools import cache

from domain.observation import OidValue

DESCR_LIMIT = 1024
"""Characters of sysDescr that are looked at. RFC 3418 allows 255; some agents send more."""
VALUE_LIMIT = 255
"""Characters of any other object that are looked at (DisplayString, RFC 2579)."""

_PLACEHOLDERS = frozenset(
    filler.strip()
    for filler in """
    . | - | n/a | n.a. | na | n\\a | none | (none) | <none> | null | (null) | <null> | nil | nul | undefined | unknown | <unknown>
    unspecified | unset | empty | default | default string | private | <private> | unavailable | not available | not/available
    not specified | not applicable | not present | not set | not supported | not defined | not installed | notset | noserial | no
    no data | no serial number | to be filled by o.e.m. | to be filled by o.e.m | oem | o.e.m. | invalid | error | todo | tbd
    system serial number | system product name | system manufacturer | system version | chassis serial number
    base board serial number | serial number | serial | s/n | sn | model | model name | version | description | sys description
    1234 | 12345 | 123456789 | 0123456789 | no such object currently exists at this oid
    no such instance currently exists at this oid
    """.replace("\n", "|").split("|")
    if filler.strip()
)
_NOISE = re.compile(r"[0\s.:\-_/xX?*fF]*")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A rule's pattern, compiled once at its first use."""
    return re.compile(pattern, re.IGNORECASE)


def is_placeholder(text: str) -> bool:
    """Whether the text stands for "no value": filler words, zeros, dashes, all-F serials."""
    bare = text.strip(" \"'").lower()
    return not bare or bare in _PLACEHOLDERS or _NOISE.fullmatch(bare) is not None


def plain(value: OidValue | None) -> str:
    """One line of printable text, without the padding that agents leave in; empty when the octets are not text."""
    if value is None:
        return ""
    text = _decoded(value[: VALUE_LIMIT * 2]).split("\0", 1)[0] if isinstance(value, bytes) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text[:VALUE_LIMIT])
    return " ".join(text.split()).strip("\"' ")


def _decoded(octets: bytes) -> str:
    octets = octets.rstrip(b"\0\xff")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
        printable = sum(c.isprintable() for c in text)
        return text if printable * 4 >= len(text) * 3 else ""
