"""Customers: who they are and were, their sessions and their history."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from api.as_of import AsOfParam, moment, point_in_time
from api.caller import viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Events
from domain.codec import message
from domain.errors import NotFound
from domain.router_reads import ActiveUser
from projections import customer_sessions, customers, routers
from projections.customer_sessions import CustomerSession
from projections.customers import CustomerCounts, CustomerRow

READS = {"reads": ("customers",)}
State = Literal[
    "active", "isolation_requested", "isolated", "not_effective", "release_requested", "unknown", "deleted"
]


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


ROUTER = Router(
    "/",
    route_handlers=[
        list_customers,
        summary,
        get_customer,
        history,
        sessions,
    ],
    tags=["customers"],
)
