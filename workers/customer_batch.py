"""Isolates or releases many customers of one router together: a few commands to the router, two appends to the ledger."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from domain.aggregate import Intent, Outcome
from domain.customer import CUSTOMER, customer_id
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


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    operation_id: str
    router_id: str
    plan: IsolationPlan
    isolated: bool
    customers: Sequence[Customer]
    """As the read model has them; `fits` said yes to each."""


def fits(customer: Customer | None, plan: IsolationPlan, *, isolated: bool) -> bool:
    """Whether this is the plain case; a wrong yes costs time, no more, since the ledger decides."""
    if customer is None or customer.pending or customer.drift is not None:
        return False
    if isolated:
        return plan.method == "disable" and customer.state == "active"
    memento = customer.memento
    return customer.state == "isolated" and memento is not None and memento.plan.method == "disable"


class CustomerBatches:
    """What is not done at the end is left as CustomerChanges can go on with it, customer by customer."""

    def __init__(self, calls: RouterCalls) -> None:
        self._calls = calls

    async def carry_out(self, batch: Batch, ground: BatchGround) -> dict[str, Done]:
        """By user name, those that are done. Raises DomainError where the ledger is away."""
        try:
            mementos = await self._begin(batch, ground)
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
                await ground.execute(*(self._to(batch, each.before.name, lose) for each in mementos))
            return {}
        return await self._conclude(batch, settled, ground)

    async def _begin(self, batch: Batch, ground: BatchGround) -> list[IsolationMemento]:
        """What is there is in the ledger before anything is written."""
        names = [customer.username for customer in batch.customers]
        intents: list[Intent] = []
        if batch.isolated:
            secrets = await self._calls.router(batch.router_id).secrets_named(
                names, deadline_s=DEADLINE_S, priority="bulk"
            )
            mementos = [IsolationMemento(plan=batch.plan, before=secret) for secret in secrets]
            for memento in mementos:
                request = RequestIsolation(operation_id=batch.operation_id, method=batch.plan.method)
                start = StartIsolation(operation_id=batch.operation_id, memento=memento)
                intents += [self._to(batch, memento.before.name, each) for each in (request, start)]
        else:
            mementos = [customer.memento for customer in batch.customers if customer.memento is not None]
            release = RequestRelease(operation_id=batch.operation_id)
            begin = StartRelease(operation_id=batch.operation_id)
            for name in names:
                intents += [self._to(batch, name, each) for each in (release, begin)]
        if intents:
            await ground.request(*intents)
        return mementos

    async def _conclude(
        self, batch: Batch, settled: Sequence[Settled], ground: BatchGround
    ) -> dict[str, Done]:
        if not settled:
            return {}
        outcome = await ground.execute(
            *(self._to(batch, each.username, self._conclusion(batch, each)) for each in settled)
        )
        return {
            each.username: Done(
                username=each.username,
                state=outcome.states[customer_id(batch.router_id, each.username)].state,
                changed=each.changed,
            )
            for each in settled
        }

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

    @staticmethod
    def _to(batch: Batch, username: str, command: Command) -> Intent:
        return CUSTOMER.to(customer_id(batch.router_id, username), command)
