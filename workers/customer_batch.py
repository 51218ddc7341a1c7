"""Isolates or releases many customers of one router together: a few commands to the router, two appends to the ledger."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec

from domain.aggregate import Intent, Outcome
from domain.customer import CUSTOMER
from domain.customer_commands import (
    ConcludeIsolation,
    ConcludeRelease,
    LoseCustomer,
    RequestIsolation,
    RequestRelease,
    StartIsolation,
    StartRelease,
)
from domain.customer_state import Customer
from domain.errors import DomainError
from domain.event import Command
from domain.router_isolation import IsolationMemento, IsolationPlan, Settled
from domain.router_ownership import RouterCalls
from domain.router_ports import RouterError
from workers.customer_change import AWAY, DEADLINE_S, Done

SIZE = 50
"""Customers switched together."""
EACH_S = 0.4
"""More time for a batch by each customer: an entry of an address list takes a command of its own."""


class BatchGround(Protocol):
    """What a batch stands on."""

    async def request(self, *intents: Intent) -> Outcome:
        """In the name of whoever asked for it."""
        ...

    async def execute(self, *intents: Intent) -> Outcome: ...


class Member(NamedTuple):
    """A customer of a batch, as the read model has him; `fits` said yes."""

    id: UUID
    customer: Customer


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    operation_id: str
    router_id: str
    plan: IsolationPlan
    isolated: bool
    members: Sequence[Member]


def fits(customer: Customer, operation_id: str, *, isolated: bool) -> bool:
    """Whether this is the plain case, or one that this operation began as such; a wrong yes costs time, no more, since
    the ledger decides."""
    if customer.drift is not None:
        return False
    if customer.pending:
        wanted = "isolated" if isolated else "released"
        ours = customer.operation_id == operation_id and customer.wanted == wanted
        return ours and customer.memento is not None
    return customer.state == "active" if isolated else customer.state == "isolated" and bool(customer.memento)


class CustomerBatches:
    """What is not done at the end is left as CustomerChanges can go on with it, customer by customer."""

    def __init__(self, calls: RouterCalls) -> None:
        self._calls = calls

    async def carry_out(self, batch: Batch, ground: BatchGround) -> dict[UUID, Done]:
        """Those that are done. Raises RouterError where the router cannot be worked with now, after which the same may be
        asked again, and DomainError where the ledger is away."""
        ids = {member.customer.username: member.id for member in batch.members}
        deadline_s = DEADLINE_S + EACH_S * len(ids)
        mementos: Sequence[IsolationMemento] = ()
        try:
            mementos = await self._begin(batch, ids, ground, deadline_s)
            settled = await self._calls.router(batch.router_id).switch_many(
                mementos, isolated=batch.isolated, deadline_s=deadline_s
            )
        except RouterError as error:
            if error.outcome_unknown and mementos:
                lose = LoseCustomer(operation_id=batch.operation_id, message=error.message)
                await ground.execute(*(CUSTOMER.to(ids[each.before.name], lose) for each in mementos))
            if error.code in AWAY:
                raise
            return {}
        except DomainError as error:
            if error.code == "SERVICE_UNAVAILABLE":
                raise
            return {}  # one of them is not as the read model had it
        return await self._conclude(batch, ids, settled, ground)

    async def _begin(
        self, batch: Batch, ids: Mapping[str, UUID], ground: BatchGround, deadline_s: float
    ) -> list[IsolationMemento]:
        """What is there is in the ledger before anything is written."""
        known = [member.customer.memento for member in batch.members if member.customer.memento]
        if not batch.isolated:
            release = RequestRelease(operation_id=batch.operation_id)
            begin = StartRelease(operation_id=batch.operation_id)
            await ground.request(
                *(CUSTOMER.to(key, each) for key in ids.values() for each in (release, begin))
            )
            return known
        fresh = [member.customer.username for member in batch.members if not member.customer.memento]
        found = await self._calls.router(batch.router_id).before_many(
            fresh, batch.plan, deadline_s=deadline_s
        )
        request = RequestIsolation(operation_id=batch.operation_id, method=batch.plan.method)
        intents: list[Intent] = []
        for memento in found:
            start = StartIsolation(operation_id=batch.operation_id, memento=memento)
            intents += [CUSTOMER.to(ids[memento.before.name], each) for each in (request, start)]
        if intents:
            await ground.request(*intents)
        return [*known, *found]

    async def _conclude(
        self, batch: Batch, ids: Mapping[str, UUID], settled: Sequence[Settled], ground: BatchGround
    ) -> dict[UUID, Done]:
        if not settled:
            return {}
        outcome = await ground.execute(
            *(CUSTOMER.to(ids[each.username], self._conclusion(batch, each)) for each in settled)
        )
        done: dict[UUID, Done] = {}
        for each in settled:
            key = ids[each.username]
            state = outcome.states[key].state
            done[key] = Done(username=each.username, state=state, changed=each.changed, notes=each.notes)
        return done

    @staticmethod
    def _conclusion(batch: Batch, settled: Settled) -> Command:
        if batch.isolated:
            return ConcludeIsolation(
                operation_id=batch.operation_id,
                effective=True,
                changed=settled.changed,
                session=settled.session,
                notes=settled.notes,
                evidence=settled.evidence,
            )
        return ConcludeRelease(
            operation_id=batch.operation_id,
            changed=settled.changed,
            effective=True,
            session=settled.session,
            evidence=settled.evidence,
        )
