"""The protocol data units of SNMP v1 and v2 (RFC 1157, RFC 3416): read requests, write responses."""

from lab import ber

GET, GET_NEXT, RESPONSE, SET, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
REQUESTS = (GET, GET_NEXT, SET, GET_BULK)

NO_ERROR, TOO_BIG, NO_SUCH_NAME, BAD_VALUE, READ_ONLY, GEN_ERR = range(6)
NO_ACCESS, WRONG_TYPE, WRONG_LENGTH, AUTHORIZATION_ERROR, NOT_WRITABLE = 6, 7, 8, 16, 17

MAX_VARBINDS = 2048
"""Requests of more are refused as malformed; a datagram of the largest size cannot hold many more."""


class Pdu:
    """A request as read: `first` and `second` are non-repeaters and max-repetitions in a GETBULK, else zero."""

    __slots__ = ("first", "oids", "request_id", "second", "tag", "values", "varbinds")

    def __init__(
        self,
        tag: int,
        request_id: bytes,
        first: int,
        second: int,
        oids: list[bytes],
        values: list[tuple[int, bytes]],
        varbinds: bytes,
    ) -> None:
        self.tag = tag
        self.request_id = request_id
        """The encoded INTEGER, as the response repeats it."""
        self.first = first
        self.second = second
        self.oids = oids
        self.values = values
        """Tag and content of each VarBind's value."""
        self.varbinds = varbinds
        """The VarBinds as they came."""


def read_pdu(data: bytes, at: int, end: int) -> Pdu:
    """The PDU at `at`; BerError if it is malformed."""
    tag, at, end = ber.read(data, at, end)
    _, first_at = ber.read_integer(data, at, end)
    first, second_at = ber.read_integer(data, first_at, end)
    second, list_at = ber.read_integer(data, second_at, end)
    start, stop = ber.expect(data, list_at, end, ber.SEQUENCE)
    oids: list[bytes] = []
    values: list[tuple[int, bytes]] = []
    position = start
    while position < stop:
        inner, position = ber.expect(data, position, stop, ber.SEQUENCE)
        name, name_end = ber.expect(data, inner, position, ber.OID)
        value_tag, value, value_end = ber.read(data, name_end, position)
        oids.append(data[name:name_end])
        values.append((value_tag, data[value:value_end]))
        if len(oids) > MAX_VARBINDS:
            raise ber.BerError(f"more than {MAX_VARBINDS} variables in one request")
    for oid in oids:
        if not oid.isascii():
            ber.subidentifiers(oid)
    return Pdu(tag, data[at:first_at], first, second, oids, values, data[start:stop])


def write_pdu(tag: int, request_id: bytes, status: int, index: int, varbinds: bytes) -> bytes:
    """A response or report; `request_id` is an encoded INTEGER, `varbinds` encoded VarBinds one after another."""
    return ber.tlv(
        tag, request_id + ber.integer(status) + ber.integer(index) + ber.tlv(ber.SEQUENCE, varbinds)
    )
