"""SNMP messages: version 3 is handed on, versions 1 and 2c (RFC 1157, RFC 1901) are answered to who knows a community."""

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_answer import respond
from lab.snmp_pdu import GET_BULK, REQUESTS, read_pdu
from lab.snmp_usm import handle_v3

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
        if version == V3 and agent.has_users:
            return handle_v3(agent, datagram, at, end, now)
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
