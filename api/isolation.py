"""Isolation and release of customers: of one, or of thousands as one operation."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody

from api.caller import engineer
from api.commands import Accepted, status_url
from api.provided import Bus, Connect, Do
from domain.aggregate import Intent
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import Username
from domain.customer_orders import (
    ISOLATE_BULK,
    BulkItem,
    BulkOrder,
    IsolationOrder,
    isolation,
    plan_of,
    waits_until,
)
from domain.customer_state import Customer
from domain.errors import Invalid, Refused
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.ports import CommandBus
from domain.router_isolation import IsolationMethod
from projections.settings import in_force


class CustomerName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer by router and PPPoE user name."""

    router_id: UUID
    username: Username


class IsolateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer by `router_id` and `username`, or many in `customers`. `isolated` false releases. Without a method:
    the one of the settings."""

    isolated: bool
    router_id: UUID | None = None
    username: Username | None = None
    customers: Annotated[list[CustomerName], msgspec.Meta(min_length=1, max_length=20_000)] | None = None
    method: IsolationMethod | None = None
    reason: str = ""


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many customers as one operation."""

    items: Annotated[list[BulkItem], msgspec.Meta(min_length=1, max_length=20_000)]
    method: IsolationMethod | None = None
    reason: str = ""


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """`changed` false: it is so already, or asked for already; then `operation_id` is of what is under way, if anything.
    Where many were asked for, there is the operation alone."""

    customer_id: str | None = None
    state: str | None = None
    changed: bool
    operation_id: str | None = None
    status_url: str | None = None


@post("/isolate", guards=[engineer], status_code=202)
async def isolate(
    data: JSONBody[IsolateRequest], commands: Do, connect: Connect, bus: Bus
) -> Response[Isolation]:
    """202 with the operation; 200 where it is so already. A session is dropped, so that it takes effect at once. Of many
    customers, `GET /customers?operation_id=` tells each."""
    if data.customers is not None:
        if data.router_id is not None or data.username is not None:
            raise Invalid("give router_id and username of one customer, or customers", field="customers")
        items = [
            BulkItem(router_id=str(each.router_id), username=each.username, isolated=data.isolated)
            for each in data.customers
        ]
        request = await _bulk(connect, items, data.method, data.reason)
        outcome = await commands.do(request, seen_by="operations")
        bulk = str(outcome.events[0].originator_id)
        return await commands.answer(
            Isolation(changed=True, operation_id=bulk, status_url=status_url(bulk)), status=202
        )
    if data.router_id is None or data.username is None:
        missing = "router_id" if data.router_id is None else "username"
        raise Invalid(f"{missing} is missing; or give many customers in customers", field=missing)
    async with connect() as conn:
        settings = (await in_force(conn)).isolation
    order = IsolationOrder(
        router_id=str(data.router_id),
        username=data.username,
        isolated=data.isolated,
        plan=plan_of(settings, data.method),
        until=waits_until(settings, datetime.now(UTC)),
        watch_s=settings.watch_s,
    )
    key = customer_id(order.router_id, order.username)
    customer = await bus.state(CUSTOMER, key)
    ended = await _ended(bus, customer.operation_id) if customer.pending else ""
    intents = isolation(customer, uuid4(), order, ended=ended, reason=data.reason)
    if not intents:
        return await _unchanged(commands, key, customer)
    try:
        outcome = await commands.do(*intents, seen_by="customers")
    except Refused as error:
        if error.code != "CUSTOMER_UNCHANGED":
            raise
        return await _unchanged(commands, key, await bus.state(CUSTOMER, key))
    operation = next(each for each in outcome.events if each.aggregate == "operation").originator_id
    body = Isolation(
        customer_id=str(key),
        state=outcome.states[key].state,
        changed=True,
        operation_id=str(operation),
        status_url=status_url(operation),
    )
    return await commands.answer(body, status=202)


async def _unchanged(commands: Do, key: UUID, customer: Customer) -> Response[Isolation]:
    """It is so already, or somebody asked for it, whose operation is named."""
    under_way = customer.operation_id if customer.pending else None
    nothing = Isolation(
        customer_id=str(key),
        state=customer.state,
        changed=False,
        operation_id=under_way,
        status_url=status_url(under_way) if under_way else None,
    )
    return await commands.answer(nothing, status=202 if under_way else 200)


@post("/isolate/bulk", guards=[engineer], status_code=202)
async def isolate_bulk(data: JSONBody[BulkRequest], commands: Do, connect: Connect) -> Response[Accepted]:
    """One operation with progress, in which each item says whether to isolate or to release; each customer has its own
    events, and failures are in the operation's result."""
    return await commands.accepted(await _bulk(connect, data.items, data.method, data.reason))


async def _bulk(
    connect: Connect, items: Sequence[BulkItem], method: IsolationMethod | None, reason: str
) -> Intent:
    async with connect() as conn:
        settings = (await in_force(conn)).isolation
    order = BulkOrder(
        items=list({(each.router_id, each.username): each for each in items}.values()),
        plan=plan_of(settings, method),
        until=waits_until(settings, datetime.now(UTC)),
    )
    request = RequestOperation(kind=ISOLATE_BULK, params=msgspec.to_builtins(order), reason=reason)
    return OPERATION.to(uuid4(), request, new=True)


async def _ended(bus: CommandBus, operation_id: str) -> str:
    """The operation's id where it has ended, so that its customer may be asked for anew."""
    state = await bus.state(OPERATION, UUID(operation_id))
    return operation_id if state.state in ENDED else ""


ROUTER = Router("/", route_handlers=[isolate, isolate_bulk], tags=["customers"])
