"""The few BER forms (ITU-T X.690, as SNMP restricts them in RFC 3417, 8) that the sweep's own messages need."""

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30


class BerError(ValueError):
    """Not the BER that was expected at this place."""


class CutOffError(BerError):
    """The element goes on behind the end of the datagram."""


def element(tag: int, *contents: bytes) -> bytes:
    """Tag, definite length and contents."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int) -> bytes:
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def object_identifier(dotted: str) -> bytes:
    first, second, *arcs = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *arcs):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        octets += bytes(reversed(groups))
    return element(OBJECT_IDENTIFIER, bytes(octets))


def enter(data: bytes, position: int, tag: int) -> tuple[int, int]:
    """Where the contents of the element at `position` begin and end; BerError unless it is a whole `tag`."""
    if position + 1 < len(data):
        if data[position] != tag:
            raise BerError(f"no element of tag {tag:#04x} at octet {position}")
    else:
        raise CutOffError(f"no whole element at octet {position}")
    size = data[position + 1]
    begin = position + 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4:
            raise BerError(f"bad length at octet {position + 1}")
        if begin + octets > len(data):
            raise CutOffError(f"length at octet {position + 1} is cut off")
        size = int.from_bytes(data[begin : begin + octets], "big")
        begin += octets
    if begin + size > len(data):
        raise CutOffError(f"element at octet {position} is cut off")
    return begin, begin + size


def read_integer(data: bytes, position: int) -> tuple[int, int]:
    """The INTEGER at `position` and where the next element begins."""
    begin, end = enter(data, position, INTEGER)
    if not 1 <= end - begin <= 8:
        raise BerError(f"integer of {end - begin} octets at octet {position}")
    return int.from_bytes(data[begin:end], "big", signed=True), end
