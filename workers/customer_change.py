"""Carries out one isolation or release: what was there is kept first, then the router is changed, checked and watched."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from domain.aggregate import Aggregate, Intent, Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import (
    AbandonChange,
    ConcludeIsolation,
    ConcludeRelease,
    LoseCustomer,
    StartIsolation,
    StartRelease,
)
from domain.customer_state import Customer
from domain.errors import DomainError, NotFound
from domain.event import Command
from domain.router_isolation import Evidence, IsolationOutcome, IsolationPlan, RouterStep, SessionObservation
from domain.router_ownership import RouterCalls, RouterCommands
from domain.router_ports import Priority, RouterError
from workers.router_returns import RouterReturns

S = TypeVar("S")
DEADLINE_S = 30.0
"""For one attempt on a router that answers."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 3.0
LOOK_UP_S = 1.0
"""Who waits for a router looks so often whether to go on waiting."""
AT_ONCE, A_ROUTER = 256, 4
"""Attempts at the same time, in all and on one router."""
AWAY = frozenset(
    {
        "ROUTER_UNREACHABLE",
        "ROUTER_CIRCUIT_OPEN",
        "ROUTER_LOGIN_REFUSED",
        "ROUTER_CERTIFICATE_REFUSED",
        "ROUTER_TIMEOUT",
        "ROUTER_CONNECTION_LOST",
        "ROUTER_BUSY",
        "ROUTER_CLOSED",
        "ROUTER_NOT_OWNED",
        "ROUTER_BAD_REPLY",
    }
)
"""The router cannot be worked with now; what is asked of it waits."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to one customer, and until when a router that is down is waited for."""

    operation_id: str
    router_id: str
    username: str
    isolated: bool
    plan: IsolationPlan
    until: datetime
    watch_s: float = 5.0
    priority: Priority = "normal"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended for one customer. `code` is empty where it went well."""

    username: str
    state: str
    changed: bool = False
    effective: bool = True
    code: str = ""
    message: str = ""
    notes: tuple[str, ...] = ()


class Ground(Protocol):
    """What a change stands on: the ledger, and whoever watches the operation."""

    @property
    def cancelled(self) -> bool: ...

    async def execute(self, *intents: Intent) -> Outcome: ...

    async def conclude(self, order: Order, done: Done, *intents: Intent) -> Outcome:
        """The last append of an order: where the operation is about this one customer, its outcome goes along."""
        ...

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S: ...

    async def saw(self, username: str, evidence: list[Evidence]) -> None:
        """The steps so far."""
        ...

    async def waits(self, username: str, why: str) -> None: ...

    async def lost(self, message: str, intent: Intent) -> None:
        """Nobody knows whether the router did it; to be appended with `intent`."""
        ...

    async def resumed(self) -> None: ...


@dataclass
class _Course:
    """One order on its way, with what was seen on the router."""

    order: Order
    ground: Ground
    id: UUID
    evidence: list[Evidence] = field(default_factory=list)
    unconfirmed: str = ""
    """The write whose outcome is open."""

    async def append(self, command: Command) -> None:
        await self.ground.execute(CUSTOMER.to(self.id, command))

    async def conclude(self, done: Done, command: Command, *others: Intent) -> Done:
        outcome = await self.ground.conclude(self.order, done, CUSTOMER.to(self.id, command), *others)
        return msgspec.structs.replace(done, state=outcome.states[self.id].state)

    async def report_only(self, step: RouterStep) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.evidence.append(Evidence(name=step.name, state=step.state, at=at, detail=step.detail))

    async def report(self, step: RouterStep) -> None:
        """The first step brings what was there before: it is in the ledger before anything is written."""
        await self.report_only(step)
        if step.memento is not None:
            await self.append(
                StartIsolation(operation_id=self.order.operation_id, memento=step.memento)
                if self.order.isolated
                else StartRelease(operation_id=self.order.operation_id)
            )
        elif step.state in ("intended", "sent"):
            self.unconfirmed = step.name
        else:
            self.unconfirmed = ""
        await self.ground.saw(self.order.username, self.evidence)


def effect_alert(customer: UUID) -> str:
    """The key of the one alert about an isolation without effect."""
    return f"customer/{customer}/isolation"


class CustomerChanges:
    """Safe to repeat at any point: after a crash, another worker finds the ledger and the router as they are."""

    def __init__(self, calls: RouterCalls, returns: RouterReturns) -> None:
        self._calls = calls
        self._returns = returns
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def carry_out(self, order: Order, ground: Ground) -> Done:
        """Raises DomainError where the ledger refuses: fenced, overtaken or away."""
        course = _Course(order, ground, customer_id(order.router_id, order.username))
        customer = await ground.state(CUSTOMER, course.id)
        wanted = "isolated" if order.isolated else "released"
        if customer.operation_id != order.operation_id or customer.wanted not in (wanted, ""):
            return _overtaken(order)
        pause_s, away = FIRST_PAUSE_S, False
        while customer.pending:
            if ground.cancelled:
                return await self._abandoned(course, "CANCELLED", "cancelled by request")
            if datetime.now(UTC) >= order.until and away:
                return await self._abandoned(
                    course, "ROUTER_DEADLINE_PASSED", "the router did not come back in time"
                )
            try:
                async with self._turn(order.router_id), self._at_once:
                    return await self._attempt(course, customer)
            except RouterError as error:
                if error.code not in AWAY:
                    return await self._failed(course, error)
                customer = await self._away(course, error)
            except DomainError as error:
                if error.code == "OPERATION_OVERTAKEN":
                    return _overtaken(order)
                raise
            away = True
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
            while not ground.cancelled and datetime.now(UTC) < order.until:
                if await self._returns.wait(order.router_id, LOOK_UP_S):
                    break
        return Done(
            username=order.username, state=customer.state, effective=customer.state != "not_effective"
        )

    def _turn(self, router_id: str) -> asyncio.Semaphore:
        """A router that hangs gets no more attempts at once than it can keep waiting."""
        turn = self._turns.get(router_id)
        if turn is None:
            turn = self._turns[router_id] = asyncio.Semaphore(A_ROUTER)
        return turn

    async def _attempt(self, course: _Course, customer: Customer) -> Done:
        order = course.order
        router = self._calls.router(order.router_id)
        if customer.state == "unknown":
            await course.ground.resumed()
        course.evidence.clear()
        course.unconfirmed = ""
        if order.isolated:
            return await self._isolate(course, customer, router)
        if customer.memento is None:  # overtaken before anything was written
            nothing = ConcludeRelease(operation_id=order.operation_id, changed=False)
            return await course.conclude(Done(username=order.username, state="active"), nothing)
        outcome = await router.ensure_released(
            customer.memento,
            report=course.report,
            watch_s=order.watch_s,
            deadline_s=DEADLINE_S,
            priority=order.priority,
        )
        return await self._released(course, outcome)

    async def _isolate(self, course: _Course, customer: Customer, router: RouterCommands) -> Done:
        order = course.order
        outcome = await router.ensure_isolated(
            order.username,
            customer.memento.plan if customer.memento else order.plan,
            memento=customer.memento,
            report=course.report,
            watch_s=order.watch_s,
            deadline_s=DEADLINE_S,
            priority=order.priority,
        )
        conclude = ConcludeIsolation(
            operation_id=order.operation_id,
            effective=outcome.effective,
            changed=outcome.changed,
            session=outcome.session,
            notes=outcome.notes,
            evidence=tuple(course.evidence),
        )
        done = Done(
            username=order.username,
            state="isolated" if outcome.effective else "not_effective",
            changed=outcome.changed,
            effective=outcome.effective,
            notes=outcome.notes,
        )
        alert = [] if outcome.effective else [no_effect_alert(course.id, customer, outcome.session)]
        return await course.conclude(done, conclude, *alert)

    async def _released(self, course: _Course, outcome: IsolationOutcome) -> Done:
        done = Done(
            username=course.order.username,
            state="active",
            changed=outcome.changed,
            effective=outcome.effective,
            notes=tuple(f"{each.field} had been changed meanwhile" for each in outcome.differences),
        )
        conclude = ConcludeRelease(
            operation_id=course.order.operation_id,
            changed=outcome.changed,
            effective=outcome.effective,
            session=outcome.session,
            differences=outcome.differences,
            evidence=tuple(course.evidence),
        )
        await self._end_alert(course)
        return await course.conclude(done, conclude)

    async def _end_alert(self, course: _Course) -> None:
        try:
            resolve = ResolveAlert(reason="the customer was released")
            await course.ground.execute(ALERT.to(alert_id(effect_alert(course.id)), resolve))
        except NotFound:
            return  # there never was one

    async def _away(self, course: _Course, error: RouterError) -> Customer:
        """Where a write was cut off, nobody knows what came of it until the router is back."""
        ground, order = course.ground, course.order
        if error.outcome_unknown and course.unconfirmed:
            lose = LoseCustomer(operation_id=order.operation_id, message=error.message)
            await ground.lost(error.message, CUSTOMER.to(course.id, lose))
        else:
            await ground.waits(order.username, error.message)
        return await ground.state(CUSTOMER, course.id)

    async def _failed(self, course: _Course, error: RouterError) -> Done:
        """The router refused. What was done before that is taken back."""
        customer = await course.ground.state(CUSTOMER, course.id)
        restored = False
        if course.order.isolated and customer.memento is not None and customer.settled == "active":
            try:
                await self._calls.router(course.order.router_id).ensure_released(
                    customer.memento, report=course.report_only, watch_s=0.0, deadline_s=DEADLINE_S
                )
                restored = True
            except RouterError as second:
                await course.ground.waits(course.order.username, f"not put back: {second.message}")
        return await self._abandoned(course, error.code, error.message, restored=restored)

    async def _abandoned(self, course: _Course, code: str, message: str, *, restored: bool = False) -> Done:
        abandon = AbandonChange(
            operation_id=course.order.operation_id,
            code=code,
            message=message,
            restored=restored,
            evidence=tuple(course.evidence),
        )
        done = Done(username=course.order.username, state="abandoned", code=code, message=message)
        return await course.conclude(done, abandon)


def _overtaken(order: Order) -> Done:
    return Done(
        username=order.username,
        state="overtaken",
        code="OPERATION_OVERTAKEN",
        message="somebody asked for something else of this customer meanwhile",
    )


def no_effect_alert(key: UUID, customer: Customer, session: SessionObservation) -> Intent:
    """Raises the one alert about an isolation without effect."""
    raised = RaiseAlert(
        key=effect_alert(key),
        severity="high",
        title=f"the isolation of {customer.username} has no effect"[:300],
        device_id=customer.router_id,
        source="isolation",
        detail={"customer_id": str(key), "session": msgspec.to_builtins(session)},
    )
    return ALERT.to(alert_id(raised.key), raised)
