"""Reads single objects with as few requests as the agent allows."""

from collections.abc import Sequence

from adapters.snmp.session import AgentSession, Variables
from domain.ports import SnmpError


async def read_scalars(session: AgentSession, oids: Sequence[str], found: Variables) -> None:
    """Adds to `found` what the agent has of `oids`; raises SnmpError when it falls silent on the way.

    One object too many spoils the whole answer in SNMPv1 (noSuchName), with agents that cannot tell so much at once
    (tooBig) and with values that no one can decode: then each half is asked for on its own. An object that the agent
    answered before is always asked along, to tell such an answer from one that has nothing to tell.
    """
    for start in range(0, len(oids), session.get_limit):
        await _read_some(session, oids[start : start + session.get_limit], found)


async def _read_some(session: AgentSession, oids: Sequence[str], found: Variables) -> None:
    witness = next(iter(found), None)
    asked = [*oids, witness] if witness and witness not in oids else oids
    try:
        answer = await session.get(asked)
    except SnmpError as error:
        if error.kind not in ("garbage", "truncated"):
            raise
        answer = {}
    if answer and (witness is None or witness in answer):
        found.update((oid, answer[oid]) for oid in oids if oid in answer)
    elif len(oids) > 1:
        middle = len(oids) // 2
        await _read_some(session, oids[:middle], found)
        await _read_some(session, oids[middle:], found)
