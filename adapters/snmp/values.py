"""What agents mean by the values they send: clean text, numbers, MAC and network addresses."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from domain.observation import OidValue

_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x0A} | {0x09: " "}
_TEXT_LIMIT = 4096


def text(value: OidValue | None) -> str:
    """An OCTET STRING as text without control characters but newline; latin-1 where it is not UTF-8. Else empty."""
    if not isinstance(value, bytes):
        return ""
    try:
        decoded = value.decode()
    except UnicodeDecodeError:
        decoded = value.decode("latin-1")
    return decoded.replace("\r\n", "\n").translate(_CONTROLS).strip()[:_TEXT_LIMIT]


def identifier(value: OidValue | None) -> str:
    """An OBJECT IDENTIFIER, also where an agent sends it as text; zeroDotZero says that there is none."""
    dotted = (value if isinstance(value, str) else text(value)).lstrip(".")
    return dotted if dotted != "0.0" and dotted.replace(".", "").isdecimal() else ""


def number(value: OidValue | None) -> int | None:
    """An INTEGER, Counter or Gauge, also where an agent sends it as decimal text."""
    if isinstance(value, int):
        return int(value)
    decimal = text(value)
    return int(decimal) if decimal.isascii() and decimal.isdecimal() and len(decimal) <= 20 else None


def mac(value: OidValue | None) -> str:
    """A PhysAddress of 6 octets (8 for EUI-64), or one written out as text; empty for others and for all zeros."""
    if not isinstance(value, bytes):
        return ""
    octets = value
    if len(value) in (12, 14, 17):
        written = text(value).replace(":", "").replace("-", "").replace(".", "")
        try:
            octets = bytes.fromhex(written)
        except ValueError:
            return ""
    return octets.hex(":") if len(octets) in (6, 8) and any(octets) else ""


def address(octets: bytes) -> str:
    """4 octets as an IPv4 and 16 as an IPv6 address, with 4 more for a zone, which is left out (RFC 4001)."""
    if len(octets) in (4, 8):
        return str(IPv4Address(octets[:4]))
    if len(octets) in (16, 20):
        return str(IPv6Address(octets[:16]))
    return ""


def family_address(octets: bytes) -> str:
    """An address with its IANA address family in front, as LLDP writes network addresses (IEEE 802.1AB, 8.5.2.3)."""
    if octets[:1] in (b"\x01", b"\x02"):
        return address(octets[1:])
    return ""


def index_octets(arcs: list[str]) -> bytes:
    """The octets that a table's index spells out, one an arc; empty when they are none."""
    try:
        return bytes(map(int, arcs))
    except ValueError:
        return b""


def is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True
