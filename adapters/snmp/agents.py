"""Sessions with agents that are polled again and again, kept open as long as there is room for them."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adapters.snmp.scalars import read_scalars
from adapters.snmp.session import PATIENTLY, AgentSession, Variables
from adapters.snmp.users import Users
from domain.access import SnmpAccess
from domain.observation import OidValue
from domain.ports import SnmpError

_GET_SIZES = (60, 40, 20, 8)
_BULK_SIZES = (60, 24, 8)
"""Variables a message, from about what fits in a frame of 1,500 octets down."""


class KnownAgent:
    """An open session, and how much its agent manages to tell in one message."""

    def __init__(self, session: AgentSession) -> None:
        self.session = session
        self.greeted = False
        self._get_level = 0
        self._bulk_level = 0

    async def greet(self, oids: Sequence[str], fewer: Sequence[str]) -> Variables:
        """The first GET of a poll: like any other once the agent is known."""
        if self.greeted:
            found: Variables = {}
            await read_scalars(self.session, oids, found)
            return found
        found = await self.session.greet(oids, fewer)
        self.greeted = True
        missing = [oid for oid in oids if oid not in found]
        if missing and len(found) <= len(fewer):
            await read_scalars(self.session, missing, found)
        return found

    async def meet(self, oids: Sequence[str], rest: Sequence[str]) -> tuple[Variables, int]:
        """The first messages of a poll: asks for `oids`, and for as many of `rest` as fit beside them once the agent is
        known. What was found, and how many of `rest` were asked for."""
        if not self.greeted:
            return await self.greet(oids, oids[:1]), 0
        found: Variables = {}
        count = min(max(self.get_size - len(oids), 0), len(rest))
        await self.get([*oids, *rest[:count]], found)
        return found, count

    @property
    def get_size(self) -> int:
        """How many objects this agent tells in one message."""
        return _GET_SIZES[self._get_level]

    async def get(self, oids: Sequence[str], found: Variables) -> None:
        """Adds what the agent has of these, in messages as large as it takes. What `found` holds already helps to tell an
        agent that has none of them from one that cannot answer."""
        start = 0
        while start < len(oids):
            some = oids[start : start + self.get_size]
            last = self._get_level + 1 == len(_GET_SIZES)
            try:
                answer = await self.session.get(some, tries=PATIENTLY if last else (0, 0))
            except SnmpError as error:
                if last or error.kind in ("auth", "unreachable"):
                    raise
                self._get_level += 1
                continue
            if answer:
                found.update(answer)
            else:  # one object too many spoils an answer: smaller ones tell which
                before = len(found)
                await read_scalars(self.session, some, found)
                if not last and len(found) - before == len(some):  # it has them all: the answer was too long
                    self._get_level += 1
            start += len(some)

    async def column(self, oid: str, names: Sequence[str]) -> tuple[list[OidValue | None], list[float]]:
        """The values of a table's column, and when each was read, for the instances of these names, as long as GETBULK
        brings exactly these in this order. What comes after the first that it brings otherwise is left to be asked for."""
        loop = asyncio.get_running_loop()
        values: list[OidValue | None] = []
        read_s: list[float] = []
        cursor = oid
        while len(values) < len(names):
            answer = await self._bulk(cursor, len(names) - len(values))
            if not answer:
                break
            in_order = list(answer) == names[len(values) : len(values) + len(answer)]
            some = answer.values() if in_order else [answer.get(name) for name in names[len(values) :]]
            values.extend(some)
            read_s.extend([loop.time()] * len(some))
            cursor = names[len(values) - 1]
        return values, read_s

    async def _bulk(self, cursor: str, wanted: int) -> Variables:
        while True:
            size = _BULK_SIZES[self._bulk_level]
            last = self._bulk_level + 1 == len(_BULK_SIZES)
            try:
                return await self.session.get_bulk(
                    cursor, min(size, wanted), tries=PATIENTLY if last else (0, 0)
                )
            except SnmpError as error:
                if last or error.kind in ("auth", "unreachable"):
                    raise
                self._bulk_level += 1


class KnownAgents:
    """Sessions by address and access, the longest unused closed first. One that failed is not used again."""

    def __init__(self, *, most: int, patience_s: float) -> None:
        self._most = most
        self._patience_s = patience_s
        self._users = Users()
        self._idle: OrderedDict[tuple[str, SnmpAccess], KnownAgent] = OrderedDict()

    @contextmanager
    def agent(self, address: str, access: SnmpAccess, *, timeout_s: float) -> Iterator[KnownAgent]:
        """A session with so much time from now on."""
        known = self._idle.pop((address, access), None)
        if known is None:
            known = KnownAgent(
                AgentSession(address, access, self._users, timeout_s=timeout_s, patience_s=self._patience_s)
            )
        else:
            known.session.renew(timeout_s)
        kept = False
        try:
            yield known
            kept = True
        finally:
            if kept:
                self._keep(address, access, known)
            else:
                known.session.close()

    def _keep(self, address: str, access: SnmpAccess, known: KnownAgent) -> None:
        before = self._idle.pop((address, access), None)
        if before is not None:
            before.session.close()
        self._idle[address, access] = known
        while len(self._idle) > self._most:
            self._idle.popitem(last=False)[1].session.close()

    def close(self) -> None:
        while self._idle:
            self._idle.popitem()[1].session.close()
