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
from domain.router_ownership import RouterCalls
from domain.router_ports import IsolationMemento, IsolationPlan, RouterError, Settled
from workers.customer_change import DEADLINE_S, Done

SIZE = 50
"""Customers switched together."""


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


def fits(customer: Customer, plan: IsolationPlan, *, isolated: bool) -> bool:
    """Whether this is the plain case; a wrong yes costs time, no more, since the ledger decides."""
    if customer.pending or customer.drift is not None:
        return False
    if isolated:
        return plan.method == "disable" and customer.state == "active"
    memento = customer.memento
    return customer.state == "isolated" and memento is not None and memento.plan.method == "disable"


class CustomerBatches:
    """What is not done at the end is left as CustomerChanges can go on with it, customer by customer."""

    def __init__(self, calls: RouterCalls) -> None:
        self._calls = calls

    async def carry_out(self, batch: Batch, ground: BatchGround) -> dict[UUID, Done]:
        """Those that are done. Raises DomainError where the ledger is away."""
        ids = {member.customer.username: member.id for member in batch.members}
        try:
            mementos = await self._begin(batch, ids, ground)
        except RouterError:
            return {}
        except DomainError as error:
            if error.code == "SERVICE_UNAVAILABLE":
                raise
            return {}  # one of them is not as the read model had it
        try:
            settled = await self._calls.router(batch.router_id).switch_many(
                mementos, isolated=batch.isolated, deadline_s=DEADLINE_S
            )
        except RouterError as error:
            if error.outcome_unknown:
                lose = LoseCustomer(operation_id=batch.operation_id, message=error.message)
                await ground.execute(*(CUSTOMER.to(ids[each.before.name], lose) for each in mementos))
            return {}
        return await self._conclude(batch, ids, settled, ground)

    async def _begin(
        self, batch: Batch, ids: Mapping[str, UUID], ground: BatchGround
    ) -> list[IsolationMemento]:
        """What is there is in the ledger before anything is written."""
        intents: list[Intent] = []
        if batch.isolated:
            secrets = await self._calls.router(batch.router_id).secrets_named(
                list(ids), deadline_s=DEADLINE_S, priority="bulk"
            )
            mementos = [IsolationMemento(plan=batch.plan, before=secret) for secret in secrets]
            request = RequestIsolation(operation_id=batch.operation_id, method=batch.plan.method)
            for memento in mementos:
                start = StartIsolation(operation_id=batch.operation_id, memento=memento)
                intents += [CUSTOMER.to(ids[memento.before.name], each) for each in (request, start)]
        else:
            mementos = [member.customer.memento for member in batch.members if member.customer.memento]
            release = RequestRelease(operation_id=batch.operation_id)
            begin = StartRelease(operation_id=batch.operation_id)
            for key in ids.values():
                intents += [CUSTOMER.to(key, each) for each in (release, begin)]
        if intents:
            await ground.request(*intents)
        return mementos

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
            done[key] = Done(username=each.username, state=state, changed=each.changed)
        return done

    @staticmethod
    def _conclusion(batch: Batch, settled: Settled) -> Command:
        if batch.isolated:
            return ConcludeIsolation(
                operation_id=batch.operation_id,
                effective=True,
                changed=settled.changed,
                session=settled.session,
                evidence=settled.evidence,
            )
        return ConcludeRelease(
            operation_id=batch.operation_id,
            changed=settled.changed,
            effective=True,
            session=settled.session,
            evidence=settled.evidence,
        )
