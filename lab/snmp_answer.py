"""How an agent answers a PDU: the protocol operations of RFC 1157 and RFC 3416 over its view."""

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_pdu import (
    BAD_VALUE,
    GET,
    GET_BULK,
    GET_NEXT,
    NO_ACCESS,
    NO_ERROR,
    NO_SUCH_NAME,
    NOT_WRITABLE,
    RESPONSE,
    TOO_BIG,
    WRONG_LENGTH,
    WRONG_TYPE,
    Pdu,
    write_pdu,
)
from lab.snmp_tree import Variable, name_of, value_of, varbind

SYS_CONTACT, SYS_NAME, SYS_LOCATION = (ber.oid(f"1.3.6.1.2.1.1.{column}.0") for column in (4, 5, 6))
WRITABLE = frozenset((SYS_CONTACT, SYS_NAME, SYS_LOCATION))
DISPLAY_STRING_MAX = 255

_NO_SUCH_OBJECT = bytes((ber.NO_SUCH_OBJECT, 0))
_NO_SUCH_INSTANCE = bytes((ber.NO_SUCH_INSTANCE, 0))
_END_OF_MIB_VIEW = bytes((ber.END_OF_MIB_VIEW, 0))

Answer = tuple[int, int, list[bytes]]
"""error-status, error-index (from 1) and the VarBinds; an empty list with an error means those of the request."""


def respond(agent: Agent, pdu: Pdu, now: float, *, v1: bool, may_write: bool, budget: int) -> bytes:
    """The encoded response PDU; an error repeats the request's VarBinds, but tooBig has none from v2 on (RFC 3416, 4.2)."""
    status, index, varbinds = _carry_out(agent, pdu, now, v1=v1, may_write=may_write, budget=budget)
    request_id = pdu.request_id
    if agent.misbehaviour is not None:
        request_id = agent.misbehaviour.request_id(request_id)
        varbinds = agent.misbehaviour.varbinds(varbinds)
    body = b"".join(varbinds)
    if status and not varbinds and (v1 or index):
        body = pdu.varbinds
    return write_pdu(RESPONSE, request_id, status, index, body)


def _carry_out(agent: Agent, pdu: Pdu, now: float, *, v1: bool, may_write: bool, budget: int) -> Answer:
    """Carries out a request; `budget` is how many octets the VarBinds may take."""
    if pdu.tag == GET:
        found = _get(agent, pdu, now, v1)
    elif pdu.tag == GET_NEXT:
        found = _get_next(agent, pdu, now, v1)
    elif pdu.tag == GET_BULK:
        return _get_bulk(agent, pdu, now, budget)
    else:
        return _set(agent, pdu, v1, may_write)
    if sum(map(len, found[2])) > budget:
        return TOO_BIG, 0, []
    return found


def _get(agent: Agent, pdu: Pdu, now: float, v1: bool) -> Answer:
    found: list[bytes] = []
    for position, oid in enumerate(pdu.oids, 1):
        variable = agent.view.get(oid)
        if variable is None:
            if v1:
                return NO_SUCH_NAME, position, []
            near = agent.view.has_siblings(oid)
            found.append(varbind(oid, _NO_SUCH_INSTANCE if near else _NO_SUCH_OBJECT))
            continue
        encoded = variable if isinstance(variable, bytes) else variable.varbind(agent.device, now)
        if v1 and value_of(encoded)[0] == ber.COUNTER64:
            return NO_SUCH_NAME, position, []
        found.append(encoded)
    return NO_ERROR, 0, found


def _get_next(agent: Agent, pdu: Pdu, now: float, v1: bool) -> Answer:
    found: list[bytes] = []
    for position, oid in enumerate(pdu.oids, 1):
        encoded = _next_for_v1(agent, oid, now) if v1 else _next(agent, oid, now)
        if encoded is not None:
            found.append(encoded)
        elif v1:
            return NO_SUCH_NAME, position, []
        else:
            found.append(varbind(oid, _END_OF_MIB_VIEW))
    return NO_ERROR, 0, found


def _next(agent: Agent, oid: bytes, now: float) -> bytes | None:
    beyond = agent.following(oid, 1)
    if not beyond:
        return None
    return beyond[0] if isinstance(beyond[0], bytes) else beyond[0].varbind(agent.device, now)


def _next_for_v1(agent: Agent, oid: bytes, now: float) -> bytes | None:
    """Passes over Counter64, which v1 cannot carry (RFC 3584, 4.2.2.1)."""
    encoded = _next(agent, oid, now)
    while encoded is not None and value_of(encoded)[0] == ber.COUNTER64:
        encoded = _next(agent, name_of(encoded), now)
    return encoded


def _get_bulk(agent: Agent, pdu: Pdu, now: float, budget: int) -> Answer:
    """RFC 3416, 4.2.3: as many rows as fit in the budget."""
    non_repeaters = min(max(pdu.first, 0), len(pdu.oids))
    repetitions = max(pdu.second, 0)
    columns = pdu.oids[non_repeaters:]
    found = [_next(agent, oid, now) or varbind(oid, _END_OF_MIB_VIEW) for oid in pdu.oids[:non_repeaters]]
    used = sum(map(len, found))
    if used > budget:
        return TOO_BIG, 0, []
    if columns and repetitions:
        # The smallest VarBind takes 7 octets: more rows than this never fit.
        rows = min(repetitions, (budget - used) // (7 * len(columns)) + 1)
        if len(columns) == 1:
            repeated = _column(agent, columns[0], rows, now, budget - used)
        else:
            repeated = _rows(agent, columns, rows, now, budget - used)
        if not repeated:
            return TOO_BIG, 0, []
        found += repeated
    return NO_ERROR, 0, found


def _column(agent: Agent, oid: bytes, rows: int, now: float, budget: int) -> list[bytes]:
    found: list[bytes] = []
    beyond = agent.following(oid, rows)
    for variable in beyond:
        encoded = variable if isinstance(variable, bytes) else variable.varbind(agent.device, now)
        budget -= len(encoded)
        if budget < 0:
            return found
        found.append(encoded)
    if len(beyond) < rows:
        end = varbind(name_of(beyond[-1]) if beyond else oid, _END_OF_MIB_VIEW)
        if len(end) <= budget:
            found.append(end)
    return found


def _rows(agent: Agent, oids: list[bytes], rows: int, now: float, budget: int) -> list[bytes]:
    """Row by row; stops after the row in which every column is at its end."""
    found: list[bytes] = []
    columns: list[list[Variable]] = [agent.following(oid, rows) for oid in oids]
    ends = [
        varbind(name_of(column[-1]) if column else oid, _END_OF_MIB_VIEW)
        for oid, column in zip(oids, columns, strict=True)
    ]
    for row in range(min(rows, max(map(len, columns)) + 1)):
        for column, end in zip(columns, ends, strict=True):
            variable = column[row] if row < len(column) else end
            encoded = variable if isinstance(variable, bytes) else variable.varbind(agent.device, now)
            budget -= len(encoded)
            if budget < 0:
                return found
            found.append(encoded)
    return found


def _set(agent: Agent, pdu: Pdu, v1: bool, may_write: bool) -> Answer:
    """All or nothing (RFC 3416, 4.2.5), with v1's errors as RFC 3584, 4.4 maps them."""
    for position, (oid, (tag, content)) in enumerate(zip(pdu.oids, pdu.values, strict=True), 1):
        status = _refusal(agent, oid, tag, content, may_write)
        if status != NO_ERROR:
            if v1:
                status = BAD_VALUE if status in (WRONG_TYPE, WRONG_LENGTH) else NO_SUCH_NAME
            return status, position, []
    written = [
        varbind(oid, ber.tlv(tag, content)) for oid, (tag, content) in zip(pdu.oids, pdu.values, strict=True)
    ]
    for oid, encoded in zip(pdu.oids, written, strict=True):
        agent.view.put(oid, encoded)
    return NO_ERROR, 0, written


def _refusal(agent: Agent, oid: bytes, tag: int, content: bytes, may_write: bool) -> int:
    if not may_write:
        return NO_ACCESS
    if oid not in WRITABLE or agent.view.get(oid) is None:
        return NOT_WRITABLE
    if tag != ber.OCTET_STRING:
        return WRONG_TYPE
    return WRONG_LENGTH if len(content) > DISPLAY_STRING_MAX else NO_ERROR
