"""SNMP messages of versions 1 and 2c (RFC 1157, RFC 1901): who may ask, and the answer's frame."""

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_answer import answer
from lab.snmp_pdu import GET_BULK, REQUESTS, RESPONSE, Pdu, read_pdu, write_pdu

V1, V2C, V3 = 0, 1, 3

_PDU_FRAME = 32
"""Octets that the headers between community and VarBinds take at most."""


def handle(agent: Agent, datagram: bytes, now: float) -> bytes | None:
    """The agent's answer to a datagram; None where an agent is silent: garbage, a wrong community, a version it has not."""
    try:
        start, end = ber.expect(datagram, 0, len(datagram), ber.SEQUENCE)
        version, at = ber.read_integer(datagram, start, end)
        if version in (V1, V2C):
            return _handle_community(agent, datagram, at, end, version, now)
    except ber.BerError:
        return None
    return None


def _handle_community(agent: Agent, data: bytes, at: int, end: int, version: int, now: float) -> bytes | None:
    community_at, community_end = ber.expect(data, at, end, ber.OCTET_STRING)
    community = data[community_at:community_end]
    may_write = community in agent.write_communities
    if not may_write and community not in agent.communities[version]:
        return None
    pdu = read_pdu(data, community_end, end)
    if pdu.tag not in REQUESTS or (version == V1 and pdu.tag == GET_BULK):
        return None
    head = data[at - 3 : community_end]
    budget = agent.max_size - len(head) - len(pdu.request_id) - _PDU_FRAME
    response = respond(agent, pdu, now, v1=version == V1, may_write=may_write, budget=budget)
    return ber.tlv(ber.SEQUENCE, head + response)


def respond(agent: Agent, pdu: Pdu, now: float, *, v1: bool, may_write: bool, budget: int) -> bytes:
    """The encoded response PDU; an error repeats the request's VarBinds, but tooBig has none from v2 on (RFC 3416, 4.2)."""
    status, index, varbinds = answer(agent, pdu, now, v1=v1, may_write=may_write, budget=budget)
    body = b"".join(varbinds)
    if status and not varbinds and (v1 or index):
        body = pdu.varbinds
    return write_pdu(RESPONSE, pdu.request_id, status, index, body)
