"""Notices isolated customers who come online past their isolation: tells it, or, by address list, isolates them anew."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import ReportEscape
from domain.customer_orders import IsolationOrder, isolation
from domain.customer_state import Customer
from domain.errors import DomainError
from domain.event import Actor, Attribution
from domain.ports import CommandBus, PositionWatch
from domain.router_isolation import IsolationMemento
from projections import customers
from projections.settings import in_force
from workers.customer_change import no_effect_alert
from workers.owned_router import OwnedRouter

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_BY = Attribution(
    actor=Actor("policy", "isolation", "isolation"),
    correlation_id="escapes",
    reason="the customer came online past the isolation",
)
_PATIENCE_S = 10.0
log = structlog.get_logger(__name__)


class Escapes:
    """A pool address is known once its user dials in, so that an address list can only follow. Any other method reaches
    a session from its beginning or not at all, and trying again would only throw the customer out again and again."""

    def __init__(self, connect: Connect, bus: CommandBus, watch: PositionWatch) -> None:
        self._connect = connect
        self._bus = bus
        self._watch = watch

    async def look(self, router_id: str, router: OwnedRouter, online: Collection[str]) -> None:
        """`online`: users of the router who have a session, or have just begun one. Raises RouterError."""
        if not online:
            return
        # Who dials in a moment after being isolated must be found isolated.
        await self._watch.wait_for_projection("customers", self._watch.ledger_position(), _PATIENCE_S)
        async with self._connect() as conn:
            isolated = await customers.isolated_on(conn, router_id)
        for username in isolated.keys() & set(online):
            customer = isolated[username]
            memento = customer.memento
            if memento is None or (
                customer.state == "not_effective" and memento.plan.method != "address-list"
            ):
                continue
            try:
                await self._follow(router_id, router, customer, memento)
            except DomainError as error:
                if error.code.startswith("ROUTER_"):
                    raise
                log.info("escape not followed", customer=username, code=error.code, why=error.message)

    async def _follow(
        self, router_id: str, router: OwnedRouter, seen: Customer, memento: IsolationMemento
    ) -> None:
        session = await router.escape(memento)
        if session is None:
            return
        key = customer_id(router_id, seen.username)
        customer = await self._bus.state(CUSTOMER, key)
        if customer.memento != memento or customer.pending:
            return
        if memento.plan.method != "address-list":
            report = ReportEscape(session=session)
            await self._bus.execute(CUSTOMER.to(key, report), no_effect_alert(key, customer, session), by=_BY)
            return
        async with self._connect() as conn:
            settings = (await in_force(conn)).isolation
        order = IsolationOrder(
            router_id=router_id,
            username=seen.username,
            isolated=True,
            plan=memento.plan,
            until=datetime.now(UTC) + timedelta(seconds=settings.wait_s),
            watch_s=settings.watch_s,
        )
        intents = isolation(customer, uuid4(), order, again=True)
        if intents:
            await self._bus.execute(*intents, by=_BY)
