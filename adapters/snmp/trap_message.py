"""Traps and informs of SNMPv1 and v2c out of datagrams, and the answer to an inform (RFC 1157, 4.1.6; RFC 3416, 4.2.6)."""

from adapters.snmp.ber import (
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    BerError,
    element,
    enter,
    read_integer,
)
from domain.observation import OidValue
from domain.traps import Trap

_TRAP_V1, _INFORM, _TRAP_V2, _RESPONSE = 0xA4, 0xA6, 0xA7, 0xA2
_IP_ADDRESS, _COUNTER32, _GAUGE32, _TIME_TICKS, _OPAQUE, _COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
_NUMBERS = frozenset({_COUNTER32, _GAUGE32, _TIME_TICKS, _COUNTER64})
_MOST_VARIABLES = 128
_MOST_ARCS = 128
SYS_UP_TIME, TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
_GENERIC = "1.3.6.1.6.3.1.1.5"
_ENTERPRISE_SPECIFIC = 6


def version_of(datagram: bytes) -> int:
    """0 is SNMPv1, 1 v2c, 3 v3; raises BerError for what is no SNMP message."""
    begin, _ = enter(datagram, 0, SEQUENCE)
    return read_integer(datagram, begin)[0]


def read_trap(datagram: bytes) -> tuple[Trap, bytes | None]:
    """The trap, and what to answer where it is an inform. Raises BerError for all that is none."""
    begin, end = enter(datagram, 0, SEQUENCE)
    version, place = read_integer(datagram, begin)
    _, place = enter(datagram, place, OCTET_STRING)  # the community, which anybody can see: it proves nothing
    if place >= end:
        raise BerError("no PDU behind the community")
    kind = datagram[place]
    body, behind = enter(datagram, place, kind)
    if version == 0 and kind == _TRAP_V1:
        return _trap_v1(datagram, body, behind), None
    if version != 1 or kind not in (_INFORM, _TRAP_V2):
        raise BerError(f"PDU {kind:#04x} of version {version} is no trap")
    _, place_of_error = read_integer(datagram, body)
    _, place_of_index = read_integer(datagram, place_of_error)
    _, variables = read_integer(datagram, place_of_index)
    values = _variables(datagram, variables, behind)
    uptime, trap_oid = values.pop(SYS_UP_TIME, None), values.pop(TRAP_OID, None)
    if not isinstance(trap_oid, str):
        raise BerError("a trap without snmpTrapOID.0")
    trap = Trap(
        oid=trap_oid,
        uptime_s=uptime / 100 if isinstance(uptime, int) else None,
        values=values,
        inform=kind == _INFORM,
    )
    if kind == _TRAP_V2:
        return trap, None
    response = element(_RESPONSE, datagram[body:behind])
    return trap, element(SEQUENCE, datagram[begin:place], response)


def _trap_v1(data: bytes, place: int, end: int) -> Trap:
    """With the OID that it has in version 2 (RFC 3584, 3.1)."""
    begin, behind = enter(data, place, OBJECT_IDENTIFIER)
    enterprise = _oid(data, begin, behind)
    address, behind = enter(data, behind, _IP_ADDRESS)
    agent = ".".join(map(str, data[address:behind]))
    generic, behind = read_integer(data, behind)
    specific, behind = read_integer(data, behind)
    ticks, behind = enter(data, behind, _TIME_TICKS)
    oid = (
        f"{enterprise}.0.{specific}"
        if generic == _ENTERPRISE_SPECIFIC
        else f"{_GENERIC}.{min(max(generic, 0), 5) + 1}"
    )
    return Trap(
        oid=oid,
        uptime_s=int.from_bytes(data[ticks:behind], "big") / 100 if behind - ticks <= 9 else None,
        values=_variables(data, behind, end),
        agent=agent if agent != "0.0.0.0" else "",  # noqa: S104  # compared, not bound
    )


def _variables(data: bytes, place: int, end: int) -> dict[str, OidValue]:
    place, stop = enter(data, place, SEQUENCE)
    found: dict[str, OidValue] = {}
    while place < min(stop, end):
        if len(found) >= _MOST_VARIABLES:
            raise BerError(f"more than {_MOST_VARIABLES} variables")
        pair, behind = enter(data, place, SEQUENCE)
        begin, named = enter(data, pair, OBJECT_IDENTIFIER)
        if named < behind:
            found[_oid(data, begin, named)] = _value(data, named)
        place = behind
    return found


def _value(data: bytes, place: int) -> OidValue:
    tag = data[place]
    begin, end = enter(data, place, tag)
    size = end - begin
    if tag == INTEGER:
        return int.from_bytes(data[begin:end], "big", signed=True) if 0 < size <= 8 else 0
    if tag in _NUMBERS:
        return int.from_bytes(data[begin:end], "big") if 0 < size <= 9 else 0
    if tag == OBJECT_IDENTIFIER:
        return _oid(data, begin, end)
    if tag == _IP_ADDRESS:
        return ".".join(map(str, data[begin:end]))
    if tag == NULL:
        return b""
    return data[begin:end]


def _oid(data: bytes, begin: int, end: int) -> str:
    if begin >= end:
        raise BerError(f"empty OBJECT IDENTIFIER at octet {begin}")
    arcs: list[int] = []
    arc = 0
    for octet in data[begin:end]:
        arc = arc << 7 | octet & 0x7F
        if arc >> 64:
            raise BerError(f"an arc of the OBJECT IDENTIFIER at octet {begin} is too large")
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs or len(arcs) > _MOST_ARCS:
        raise BerError(f"bad OBJECT IDENTIFIER at octet {begin}")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
