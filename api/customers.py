"""Customers: who they are and were, isolation and release of one or of thousands, and drift between router and ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.as_of import AsOfParam, moment, point_in_time
from api.caller import engineer, viewer
from api.commands import Accepted, Reason
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Bus, Connect, Do, Events, RouterAccess
from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import ResolveAlert
from domain.codec import message
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import AdoptDrift, Username
from domain.customer_drift import drift_alert, facts_of
from domain.customer_orders import (
    ENFORCE,
    ISOLATE_BULK,
    BulkItem,
    BulkOrder,
    IsolationOrder,
    SecretOrder,
    isolation,
    plan_of,
)
from domain.customer_state import Customer
from domain.errors import Invalid, NotFound, Refused
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.ports import CommandBus
from domain.router_isolation import IsolationMethod
from domain.router_reads import ActiveUser
from domain.settings import Settings
from projections import customer_sessions, customers, routers
from projections.customer_sessions import CustomerSession
from projections.customers import CustomerCounts, CustomerRow
from projections.settings import in_force

READS = {"reads": ("customers",)}
State = Literal[
    "active", "isolation_requested", "isolated", "not_effective", "release_requested", "unknown", "deleted"
]


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


class CustomerDetail(CustomerRow, frozen=True, kw_only=True):
    """A customer with its session as the router's owner last read it; null when offline, or not read yet."""

    session: ActiveUser | None = None
    session_age_s: float | None = None
    sessions: list[CustomerSession] = []
    """Those that were up at the time asked for, else the last three."""


@get("/customers", guards=[viewer], opt=READS)
async def list_customers(
    connect: Connect,
    router_id: FromQuery[UUID | None] = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    drifted: FromQuery[bool | None] = None,
    operation_id: FromQuery[UUID | None] = None,
    q: Annotated[str | None, QueryParameter(max_length=255)] = None,
    as_of: AsOfParam = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CustomerRow]:
    """By user name; deleted ones where `state` asks for them. `operation_id`: those whose last change it was, which tells
    customer by customer what became of a bulk operation."""
    after = decode_cursor(cursor, tuple[str, UUID])
    then = moment(as_of)
    async with connect() as conn:
        rows = await customers.find(
            conn,
            limit=limit + 1,
            after=(after[0], str(after[1])) if after else None,
            router_id=str(router_id) if router_id else None,
            state=in_state,
            drifted=drifted,
            operation_id=str(operation_id) if operation_id else None,
            q=q,
            position=then.position if then else None,
            at=then.at if then else None,
        )
    return page_of(rows, limit, lambda row: (row.username.lower(), row.id))


@get("/customers/summary", guards=[viewer], opt=READS)
async def summary(connect: Connect, router_id: FromQuery[UUID | None] = None) -> CustomerCounts:
    """How many there are in each state and on each router."""
    async with connect() as conn:
        return await customers.counts(conn, router_id=str(router_id) if router_id else None)


@get("/customers/{customer:uuid}", guards=[viewer], opt=READS)
async def get_customer(customer: FromPath[UUID], connect: Connect, as_of: AsOfParam = None) -> CustomerDetail:
    """With the evidence of the last change in `last_change`."""
    then = moment(as_of)
    row = await customer_row(connect, customer, then.position if then else None, then.at if then else None)
    detail = CustomerDetail(**msgspec.structs.asdict(row))
    if row.router_id is None or (then is not None and then.at is None):
        return detail
    async with connect() as conn:
        at = then.at if then else None
        found = await customer_sessions.of_customer(conn, row.router_id, row.username, limit=3, at=at)
        detail = msgspec.structs.replace(detail, sessions=found)
        if then is not None:
            return detail
        cached = await routers.cached(conn, router_id=row.router_id)
    if not cached or cached[0].active is None:
        return detail
    age_s = cached[0].active_age_s
    session = next((user for user in cached[0].active if user.name == row.username), None)
    if session is not None and _is_older(age_s, row.last_change):
        session = None  # what became of it is in the evidence of that change
    return msgspec.structs.replace(detail, session=session, session_age_s=age_s)


def _is_older(age_s: float | None, change: dict[str, Any] | None) -> bool:
    """Whether sessions were read before a change that saw the customer's session go."""
    seen = (change or {}).get("session") or {}
    if change is None or age_s is None or seen.get("state") != "gone":
        return False
    return datetime.now(UTC) - timedelta(seconds=age_s) < datetime.fromisoformat(change["at"])


@get("/customers/{customer:uuid}/history", guards=[viewer], opt=READS)
async def history(
    customer: FromPath[UUID], events: Events, limit: Limit = 50, cursor: Cursor = None
) -> Page[dict[str, Any]]:
    """Every event of the customer, newest first, with the steps seen on the router."""
    after = decode_cursor(cursor, tuple[int])
    found = [
        recorded
        for recorded in reversed(await events.of_aggregate(customer))
        if after is None or recorded.position < after[0]
    ]
    if not found and after is None:
        raise NotFound("no such customer", code="CUSTOMER_NOT_FOUND")
    return page_of([message(each) for each in found[: limit + 1]], limit, lambda each: (each["position"],))


@get("/customers/{customer:uuid}/sessions", guards=[viewer], opt=READS)
async def sessions(
    customer: FromPath[UUID],
    connect: Connect,
    at: Annotated[
        str | None, QueryParameter(description="a time (RFC 3339): those that were up then")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CustomerSession]:
    """When the customer was online, from where and under which address, newest first."""
    after = decode_cursor(cursor, tuple[datetime])
    row = await customer_row(connect, customer)
    then = point_in_time(at, "at")
    if row.router_id is None:
        return Page([])
    async with connect() as conn:
        found = await customer_sessions.of_customer(
            conn,
            row.router_id,
            row.username,
            limit=limit + 1,
            after=after[0] if after else None,
            at=then.isoformat() if then else None,
        )
    return page_of(found, limit, lambda each: (each.started_at,))


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
            Isolation(changed=True, operation_id=bulk, status_url=_status(bulk)), status=202
        )
    if data.router_id is None or data.username is None:
        missing = "router_id" if data.router_id is None else "username"
        raise Invalid(f"{missing} is missing; or give many customers in customers", field=missing)
    settings = await _settings(connect)
    order = IsolationOrder(
        router_id=str(data.router_id),
        username=data.username,
        isolated=data.isolated,
        plan=plan_of(settings.isolation, data.method),
        until=_until(settings),
        watch_s=settings.isolation.watch_s,
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
        status_url=_status(operation),
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
        status_url=_status(under_way) if under_way else None,
    )
    return await commands.answer(nothing, status=202 if under_way else 200)


@post("/isolate/bulk", guards=[engineer], status_code=202)
async def isolate_bulk(data: JSONBody[BulkRequest], commands: Do, connect: Connect) -> Response[Accepted]:
    """One operation with progress, in which each item says whether to isolate or to release; each customer has its own
    events, and failures are in the operation's result."""
    return await accepted(commands, await _bulk(connect, data.items, data.method, data.reason))


async def _bulk(
    connect: Connect, items: Sequence[BulkItem], method: IsolationMethod | None, reason: str
) -> Intent:
    settings = await _settings(connect)
    order = BulkOrder(
        items=list({(each.router_id, each.username): each for each in items}.values()),
        plan=plan_of(settings.isolation, method),
        until=_until(settings),
    )
    request = RequestOperation(kind=ISOLATE_BULK, params=msgspec.to_builtins(order), reason=reason)
    return OPERATION.to(uuid4(), request, new=True)


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
    order = SecretOrder(
        router_id=state.router_id, username=state.username, until=_until(await _settings(connect))
    )
    request = RequestOperation(
        kind=ENFORCE,
        params=msgspec.to_builtins(order),
        device_id=state.router_id,
        customer_id=str(customer),
        reason=data.reason if data else "",
    )
    return await accepted(commands, OPERATION.to(uuid4(), request, new=True))


async def accepted(commands: Do, intent: Intent) -> Response[Accepted]:
    """202 for an operation."""
    outcome = await commands.do(intent, seen_by="operations")
    operation = outcome.events[0].originator_id
    return await commands.answer(Accepted(str(operation), _status(operation)), status=202)


async def customer_row(
    connect: Connect, customer: UUID, position: int | None = None, at: str | None = None
) -> CustomerRow:
    """Raises NotFound."""
    async with connect() as conn:
        rows = await customers.find(conn, limit=1, customer_id=str(customer), position=position, at=at)
    if not rows:
        raise NotFound(
            "no such customer; one that is new on its router is known after the next sync",
            code="CUSTOMER_NOT_FOUND",
        )
    return rows[0]


async def _settings(connect: Connect) -> Settings:
    async with connect() as conn:
        return await in_force(conn)


def _until(settings: Settings) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.isolation.wait_s)


def _status(operation: UUID | str) -> str:
    return f"/api/v1/operations/{operation}"


async def _ended(bus: CommandBus, operation_id: str) -> str:
    """The operation's id where it has ended, so that its customer may be asked for anew."""
    state = await bus.state(OPERATION, UUID(operation_id))
    return operation_id if state.state in ENDED else ""


ROUTER = Router(
    "/",
    route_handlers=[
        list_customers,
        summary,
        get_customer,
        history,
        sessions,
        isolate,
        isolate_bulk,
        adopt,
        enforce,
    ],
    tags=["customers"],
)
