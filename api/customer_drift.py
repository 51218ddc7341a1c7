"""Drift between a router and the ledger: either the ledger follows the router, or the router is changed back."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody

from api.caller import engineer
from api.commands import Accepted, Reason
from api.customers import customer_row
from api.provided import Bus, Connect, Do, RouterAccess
from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import ResolveAlert
from domain.customer import CUSTOMER
from domain.customer_commands import AdoptDrift
from domain.customer_drift import drift_alert, facts_of
from domain.customer_orders import (
    ENFORCE,
    SecretOrder,
    waits_until,
)
from domain.errors import NotFound
from domain.operation import OPERATION, RequestOperation
from projections.customers import CustomerRow
from projections.settings import in_force


@post("/customers/{customer:uuid}/adopt", guards=[engineer], status_code=200)
async def adopt(
    customer: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    calls: RouterAccess,
    data: JSONBody[Reason | None] = None,
) -> Response[CustomerRow]:
    """What the router says now is right: the ledger follows it."""
    state = await bus.state(CUSTOMER, customer)
    if state.state in ("absent", "deleted"):
        raise NotFound("no such customer", code="CUSTOMER_NOT_FOUND")
    reason = data.reason if data else ""
    secret = await calls.router(state.router_id).secret(state.username, priority="live")
    adopted = AdoptDrift(
        facts=None if secret is None else facts_of(secret),
        comment="" if secret is None else secret.comment,
        reason=reason,
    )
    intents: list[Intent] = [CUSTOMER.to(customer, adopted)]
    if state.drift is not None:
        intents.append(ALERT.to(alert_id(drift_alert(customer)), ResolveAlert(reason="adopted")))
    await commands.do(*intents, seen_by="customers")
    return await commands.answer(await customer_row(connect, customer))


@post("/customers/{customer:uuid}/enforce", guards=[engineer], status_code=202)
async def enforce(
    customer: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    data: JSONBody[Reason | None] = None,
) -> Response[Accepted]:
    """What the ledger says is right: the router is changed back."""
    state = await bus.state(CUSTOMER, customer)
    if state.state in ("absent", "deleted"):
        raise NotFound("no such customer", code="CUSTOMER_NOT_FOUND")
    async with connect() as conn:
        until = waits_until((await in_force(conn)).isolation, datetime.now(UTC))
    order = SecretOrder(router_id=state.router_id, username=state.username, until=until)
    request = RequestOperation(
        kind=ENFORCE,
        params=msgspec.to_builtins(order),
        device_id=state.router_id,
        customer_id=str(customer),
        reason=data.reason if data else "",
    )
    return await commands.accepted(OPERATION.to(uuid4(), request, new=True))


ROUTER = Router("/", route_handlers=[adopt, enforce], tags=["customers"])
