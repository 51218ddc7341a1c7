"""Tells an SNMP message from truncated and foreign datagrams before it reaches a decoder that trusts lengths."""

from typing import Literal

from adapters.snmp import ber

_GET_RESPONSE = 0xA2
_REPORT = 0xA8


def flaw(datagram: bytes) -> Literal["", "truncated", "garbage"]:
    """What is wrong with the nesting of a response (RFC 1157, RFC 3412); its values are not looked at."""
    try:
        position, end = ber.enter(datagram, 0, ber.SEQUENCE)
    except ber.CutOffError:
        return "truncated"
    except ber.BerError:
        return "garbage"
    try:
        version, position = ber.read_integer(datagram, position)
        if version == 3:
            _version3(datagram, position, end)
        else:
            _, position = ber.enter(datagram, position, ber.OCTET_STRING)
            _response(datagram, position, end)
    except ber.BerError:
        return "garbage"
    return "" if end == len(datagram) else "garbage"


def _version3(data: bytes, position: int, end: int) -> None:
    header, position = ber.enter(data, position, ber.SEQUENCE)
    ber.read_integer(data, header)
    security, position = ber.enter(data, position, ber.OCTET_STRING)
    ber.enter(data, security, ber.SEQUENCE)
    if data[position : position + 1] == bytes((ber.OCTET_STRING,)):
        _, scoped_end = ber.enter(data, position, ber.OCTET_STRING)  # encrypted
    else:
        scoped, scoped_end = ber.enter(data, position, ber.SEQUENCE)
        _, name = ber.enter(data, scoped, ber.OCTET_STRING)
        _, pdu = ber.enter(data, name, ber.OCTET_STRING)
        _response(data, pdu, scoped_end)
    if scoped_end != end:
        raise ber.BerError("more than one scoped PDU")


def _response(data: bytes, position: int, end: int) -> None:
    tag = _REPORT if data[position : position + 1] == bytes((_REPORT,)) else _GET_RESPONSE
    position, pdu_end = ber.enter(data, position, tag)
    for _ in ("request-id", "error-status", "error-index"):
        _, position = ber.read_integer(data, position)
    position, list_end = ber.enter(data, position, ber.SEQUENCE)
    if not list_end == pdu_end == end:
        raise ber.BerError("lengths disagree")
    while position < list_end:
        # What nearly all are, with short lengths, is read in place: this runs for every variable of a fleet.
        if position + 4 <= list_end and data[position] == ber.SEQUENCE:
            size, name_size = data[position + 1], data[position + 3]
            if size < 0x80 and data[position + 2] == ber.OBJECT_IDENTIFIER and 0 < name_size < 0x80:
                variable_end, value = position + 2 + size, position + 4 + name_size
                if value + 2 <= variable_end <= list_end and value + 2 + data[value + 1] == variable_end:
                    position = variable_end
                    continue
        position = _variable(data, position, list_end)


def _variable(data: bytes, position: int, end: int) -> int:
    """Where the variable at `position` ends."""
    name, variable_end = ber.enter(data, position, ber.SEQUENCE)
    name_begin, value = ber.enter(data, name, ber.OBJECT_IDENTIFIER)
    if name_begin == value or value + 2 > variable_end:
        raise ber.BerError("a variable without name or value")
    if ber.enter(data, value, data[value])[1] != variable_end or variable_end > end:
        raise ber.BerError("lengths disagree")
    return variable_end
