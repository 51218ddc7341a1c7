"""The part of the Basic Encoding Rules (X.690) that SNMP uses, on plain bytes.

OIDs are kept as their encoded content octets. `subidentifiers` turns them into tuples that sort as OIDs do.
"""

from collections.abc import Sequence

INTEGER, OCTET_STRING, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82

Value = int | bytes | None


class BerError(ValueError):
    """The octets are not the BER that SNMP allows; the message names what was expected."""


def length(size: int) -> bytes:
    """The definite-form length octets, as short as they can be."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    return bytes((tag,)) + length(size) + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """INTEGER, or with another tag Counter32, Gauge32, TimeTicks, Counter64, which share its form."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return bytes((tag, size)) + value.to_bytes(size, "big", signed=True)


def oid(dotted: str) -> bytes:
    """The content octets of a dotted OID such as `1.3.6.1` (a leading dot is allowed); BerError if it is none."""
    try:
        arcs = [int(arc) for arc in dotted.lstrip(".").split(".")]
    except ValueError:
        raise BerError(f"not a dotted OID: {dotted[:80]!r}") from None
    return oid_of_arcs(arcs)


def oid_of_arcs(arcs: Sequence[int]) -> bytes:
    """The content octets of an OID of at least two arcs, each below 2**32 (RFC 2578, 3.5)."""
    if len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise BerError(f"an OID starts with 0.0 to 0.39, 1.0 to 1.39 or 2.x, not {list(arcs[:2])}")
    return suffix((arcs[0] * 40 + arcs[1], *arcs[2:]))


def suffix(arcs: Sequence[int]) -> bytes:
    """Sub-identifiers to append to the content octets of an OID, such as a table row's index."""
    try:
        octets = bytes(arcs)
        if octets.isascii():
            return octets
    except ValueError:
        pass
    encoded = bytearray()
    for arc in arcs:
        if not 0 <= arc <= 0xFFFF_FFFF:
            raise BerError(f"a sub-identifier is 0 to 4294967295, not {arc}")
        shift = (max(arc.bit_length(), 1) - 1) // 7 * 7
        while shift:
            encoded.append(0x80 | (arc >> shift & 0x7F))
            shift -= 7
        encoded.append(arc & 0x7F)
    return bytes(encoded)


def subidentifiers(content: bytes) -> tuple[int, ...]:
    """The sub-identifiers of encoded OID content, its first two arcs still joined (X.690, 8.19): sorts as OIDs sort."""
    if content.isascii():
        return tuple(content)
    arcs = []
    arc = 0
    for octet in content:
        arc = arc << 7 | (octet & 0x7F)
        if octet < 0x80:
            if arc > 0xFFFF_FFFF + 80:
                raise BerError("a sub-identifier is above 4294967295")
            arcs.append(arc)
            arc = 0
    if content[-1] >= 0x80:
        raise BerError("the OID ends within a sub-identifier")
    return tuple(arcs)


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The element at `at`: its tag, and where its content starts and ends, which is never past `end`."""
    if at + 2 > end:
        raise BerError("the data ends within an element's header")
    size = data[at + 1]
    start = at + 2
    if size > 0x7F:
        octets = size & 0x7F
        if not 1 <= octets <= 4 or start + octets > end:
            raise BerError(f"a length of {octets} octets")
        size = int.from_bytes(data[start : start + octets], "big")
        start += octets
    stop = start + size
    if stop > end:
        raise BerError("an element is longer than what holds it")
    return data[at], start, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Like `read`, for an element that must have this tag."""
    found, start, stop = read(data, at, end)
    if found != tag:
        raise BerError(f"expected tag {tag:#04x}, found {found:#04x}")
    return start, stop


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER of at most 8 octets: its value, and where the next element starts."""
    start, stop = expect(data, at, end, INTEGER)
    if not 1 <= stop - start <= 8:
        raise BerError(f"an INTEGER of {stop - start} octets")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def decode(tag: int, content: bytes) -> Value:
    """The value of one of SNMP's simple types: numbers as int, NULL and the exceptions as None, all else as bytes."""
    if tag in (INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64):
        if not 1 <= len(content) <= 9:
            raise BerError(f"a number of {len(content)} octets")
        return int.from_bytes(content, "big", signed=tag == INTEGER)
    if tag in (NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW):
        return None
    if tag == OID:
        subidentifiers(content)
        return content
    if tag == IP_ADDRESS and len(content) != 4:
        raise BerError(f"an IpAddress of {len(content)} octets")
    if tag in (OCTET_STRING, OPAQUE, IP_ADDRESS):
        return content
    raise BerError(f"no SNMP type has the tag {tag:#04x}")
