"""Customers as they are, with the evidence of their last change, and a row of history for every event."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from domain.customer import CUSTOMER
from domain.customer_events import (
    CustomerChangeAbandoned,
    CustomerIsolated,
    CustomerIsolationNotEffective,
    CustomerIsolationRequested,
    CustomerReleased,
    CustomerReleaseRequested,
)
from domain.customer_state import Customer
from domain.event import Recorded
from projections.tables import Key, Row, Rows, Table, as_uuid, instant

CUSTOMERS = Table(
    "customers",
    {
        "id": "uuid",
        "router_id": "uuid",
        "username": "text NOT NULL",
        "state": "text NOT NULL",
        "since": "timestamptz NOT NULL",
        "method": "text",
        "service": "text NOT NULL",
        "profile": "text NOT NULL",
        "remote_address": "text NOT NULL",
        "local_address": "text NOT NULL",
        "caller_id": "text NOT NULL",
        "disabled": "boolean NOT NULL",
        "comment": "text NOT NULL",
        "password_known": "boolean NOT NULL",
        "operation_id": "uuid",
        "drifted": "boolean NOT NULL",
        "drift": "jsonb",
        "requested": "jsonb",
        "last_change": "jsonb",
        "added_at": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
        "aggregate": "jsonb NOT NULL",
    },
    key=("id",),
    indexes=("(lower(username), id)", "(router_id, state)", "(state)", "(operation_id)"),
)
HISTORY = Table(
    "history",
    {"id": "uuid", "position": "bigint", "at": "timestamptz NOT NULL", "row": "jsonb NOT NULL"},
    key=("id", "position"),
    indexes=("(at)",),
    append_only=True,
)
_CHANGES = (CustomerIsolated, CustomerIsolationNotEffective, CustomerReleased, CustomerChangeAbandoned)
_REQUESTS = (CustomerIsolationRequested, CustomerReleaseRequested)
HIDDEN = ("aggregate", "position")
"""Columns for the fold alone."""
_customers = msgspec.json.Decoder(Customer)


class Customers:
    """Folds with the aggregate's own evolve, so that both always agree."""

    name = "customers"
    version = 3
    tables: Sequence[Table] = (CUSTOMERS, HISTORY)
    topics: Sequence[str] = ("customer.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "customers", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        key = str(recorded.originator_id)
        before = rows.get("customers", key)
        was = _aggregate(before)
        now = CUSTOMER.evolve(was, recorded.event)
        at = instant(recorded.meta.occurred_at)
        row = _row(key, now, was, before, recorded, at)
        rows.put("customers", row)
        shown = {name: value for name, value in row.items() if name not in HIDDEN}
        rows.append("history", {"id": key, "position": recorded.position, "at": at, "row": shown})


def _aggregate(row: Row | None) -> Customer:
    """A row that was folded a moment ago holds the aggregate itself, one from the database its JSON."""
    if row is None:
        return Customer()
    held = row["aggregate"]
    return held if isinstance(held, Customer) else msgspec.convert(held, Customer)


def _row(key: str, now: Customer, was: Customer, before: Row | None, recorded: Recorded, at: str) -> Row:
    facts = msgspec.structs.asdict(now.facts)
    requested = _requested(recorded, (before or {}).get("requested"), at)
    return {
        "id": key,
        "router_id": as_uuid(now.router_id),
        "username": now.username,
        "state": now.state,
        "since": before["since"] if before and was.state == now.state else at,
        "method": now.method,
        **facts,
        "comment": now.comment,
        "password_known": bool(now.password_id),
        "operation_id": as_uuid(now.operation_id),
        "drifted": now.drift is not None,
        "drift": now.drift,
        "requested": requested,
        "last_change": _last_change(recorded, requested, at) or (before or {}).get("last_change"),
        "added_at": before["added_at"] if before and was.state not in ("absent", "deleted") else at,
        "changed_at": at,
        "position": recorded.position,
        "aggregate": now,
    }


def _requested(recorded: Recorded, before: dict[str, Any] | None, at: str) -> dict[str, Any] | None:
    """Who asked for an isolation or a release, and why. A policy that isolates anew acts on the request before it."""
    event = recorded.event
    if not isinstance(event, _REQUESTS):
        return before
    if before and before["type"] == event.topic and recorded.meta.actor.kind == "policy":
        return {
            **before,
            "operation_id": event.operation_id,
            "again_at": at,
        }
    return {
        "type": event.topic,
        "at": at,
        "actor": recorded.meta.actor,
        "reason": recorded.meta.reason,
        "operation_id": event.operation_id,
    }


def _last_change(recorded: Recorded, requested: dict[str, Any] | None, at: str) -> dict[str, Any] | None:
    """What answers a dispute: when, by whom, why, and what was seen on the router."""
    event = recorded.event
    if not isinstance(event, _CHANGES):
        return None
    return {
        "type": event.topic,
        "at": at,
        "actor": recorded.meta.actor,
        "reason": recorded.meta.reason,
        "requested": requested if requested and requested["operation_id"] == event.operation_id else None,
        **msgspec.structs.asdict(event),
    }


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One customer as the API shows it. `profile` and the like are as they are without isolation."""

    id: str
    router_id: str | None
    username: str
    state: str
    since: str
    method: str | None
    service: str
    profile: str
    remote_address: str
    local_address: str
    caller_id: str
    disabled: bool
    comment: str
    password_known: bool
    operation_id: str | None
    drifted: bool
    drift: dict[str, Any] | None
    requested: dict[str, Any] | None = None
    last_change: dict[str, Any] | None
    added_at: str
    changed_at: str


_NOW = "SELECT * FROM customers.customers"
_THEN = """
SELECT r.* FROM (SELECT DISTINCT ON (id) row FROM customers.history
    WHERE position <= %(as_of_position)s AND at <= %(as_of_at)s::timestamptz ORDER BY id, position DESC) h,
    jsonb_populate_record(NULL::customers.customers, h.row) r
"""


def _source(position: int | None, at: str | None) -> tuple[str, dict[str, Any]]:
    if position is None and at is None:
        return f"({_NOW}) c", {}
    values = {
        "as_of_position": position if position is not None else 2**62,
        "as_of_at": at or "infinity",
    }
    return f"({_THEN}) c", values


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    customer_id: str | None = None,
    router_id: str | None = None,
    state: str | None = None,
    drifted: bool | None = None,
    operation_id: str | None = None,
    q: str | None = None,
    position: int | None = None,
    at: str | None = None,
) -> list[CustomerRow]:
    """By user name; `after` is (lower-case name, id) of the last one seen; `position` and `at` ask for the past.
    Deleted customers are found by their id, or by their state."""
    source, values = _source(position, at)
    cursor = await conn.execute(
        f"SELECT to_jsonb(c)::text FROM {source} WHERE (%(id)s::uuid IS NULL OR c.id = %(id)s::uuid)"
        " AND (%(router_id)s::uuid IS NULL OR c.router_id = %(router_id)s::uuid)"
        " AND CASE WHEN %(state)s::text IS NOT NULL THEN c.state = %(state)s"
        "     ELSE c.state <> 'deleted' OR %(id)s::uuid IS NOT NULL END"
        " AND (%(drifted)s::boolean IS NULL OR c.drifted = %(drifted)s)"
        " AND (%(operation_id)s::uuid IS NULL OR c.operation_id = %(operation_id)s::uuid)"
        " AND (%(q)s::text IS NULL OR strpos(lower(c.username || ' ' || c.comment || ' ' || c.remote_address),"
        "      lower(%(q)s)) > 0)"
        " AND (%(after_id)s::uuid IS NULL OR (lower(c.username), c.id) > (%(after_name)s, %(after_id)s::uuid))"
        " ORDER BY lower(c.username), c.id LIMIT %(limit)s",
        {
            **values,
            "id": customer_id,
            "router_id": router_id,
            "state": state,
            "drifted": drifted,
            "operation_id": operation_id,
            "q": q,
            "after_name": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        },
    )
    return [msgspec.json.decode(row[0], type=CustomerRow) for row in await cursor.fetchall()]


class CustomerCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Customers that are not deleted."""

    total: int
    states: dict[str, int]
    drifted: int
    routers: dict[str, int]
    """By router."""


async def counts(conn: AsyncConnection[Any], *, router_id: str | None = None) -> CustomerCounts:
    """How many there are in each state, on each router, and how many were changed by hand."""
    cursor = await conn.execute(
        "SELECT router_id::text, state, count(*), count(*) FILTER (WHERE drifted) FROM customers.customers"
        " WHERE state <> 'deleted' AND (%(router_id)s::uuid IS NULL OR router_id = %(router_id)s::uuid)"
        " GROUP BY 1, 2",
        {"router_id": router_id},
    )
    states: Counter[str] = Counter()
    by_router: Counter[str] = Counter()
    drifted = 0
    for router, state, count, changed in await cursor.fetchall():
        states[state] += count
        by_router[router or ""] += count
        drifted += changed
    return CustomerCounts(
        total=sum(states.values()), states=dict(states), drifted=drifted, routers=dict(by_router)
    )


async def on_router(conn: AsyncConnection[Any], router_id: str) -> dict[str, Customer]:
    """User name -> all that the ledger knows, of the customers of a router that are not deleted."""
    cursor = await conn.execute(
        "SELECT aggregate::text FROM customers.customers WHERE router_id = %s AND state <> 'deleted'",
        (router_id,),
    )
    found = [_customers.decode(row[0]) for row in await cursor.fetchall()]
    return {customer.username: customer for customer in found}


async def known(conn: AsyncConnection[Any], customer_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """All that the ledger knows of these customers, of those who are there and not deleted."""
    cursor = await conn.execute(
        "SELECT id, aggregate::text FROM customers.customers WHERE id = ANY(%s) AND state <> 'deleted'",
        (list(customer_ids),),
    )
    return {row[0]: _customers.decode(row[1]) for row in await cursor.fetchall()}


async def isolated_on(conn: AsyncConnection[Any], router_id: str) -> dict[str, Customer]:
    """User name -> what the ledger knows, of the customers of a router who are isolated, with or without effect."""
    cursor = await conn.execute(
        "SELECT aggregate::text FROM customers.customers"
        " WHERE router_id = %s AND state IN ('isolated', 'not_effective')",
        (router_id,),
    )
    found = [_customers.decode(row[0]) for row in await cursor.fetchall()]
    return {customer.username: customer for customer in found}


async def cut_off(conn: AsyncConnection[Any], *, limit: int = 500) -> list[tuple[str, str, str]]:
    """(customer, operation, the operation's state) of customers whose change was ended before it was carried out."""
    cursor = await conn.execute(
        "SELECT c.id::text, o.id::text, o.state FROM customers.customers c"
        " JOIN operations.operations o ON o.id = c.operation_id"
        " WHERE c.state IN ('isolation_requested', 'release_requested', 'unknown')"
        " AND o.state IN ('succeeded', 'failed', 'cancelled') AND o.ended_at < now() - interval '2 seconds' LIMIT %s",
        (limit,),
    )
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]
