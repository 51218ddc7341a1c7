"""The audit timeline: what happened, who did it, why, what it changed and what caused it, one row an event."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.event import Recorded
from projections.inventory_queries import device_names
from projections.tables import Key, Rows, Table, as_uuid, instant

ENTRIES = Table(
    "entries",
    {
        "position": "bigint",
        "occurred_at": "timestamptz NOT NULL",
        "type": "text NOT NULL",
        "actor_id": "text NOT NULL",
        "actor_name": "text NOT NULL",
        "device_id": "uuid",
        "customer_id": "uuid",
        "operation_id": "uuid",
        "correlation_id": "text NOT NULL",
        # What is asked for as it is answered, so that a page of the timeline costs PostgreSQL next to nothing.
        "line": "json NOT NULL",
    },
    key=("position",),
    indexes=(
        "(device_id, position) WHERE device_id IS NOT NULL",
        "(customer_id, position) WHERE customer_id IS NOT NULL",
        "(operation_id, position) WHERE operation_id IS NOT NULL",
        "(actor_id, position)",
        "(actor_name, position)",
        "(type text_pattern_ops, position)",
        "(correlation_id, position)",
        "(occurred_at)",
    ),
    append_only=True,
)

ADMIN_ONLY = ("user.", "api_key.", "credential.", "settings.", "channel.")
"""Topics about what only admins may look at."""


class Audit:
    """Every event of every aggregate."""

    name = "audit"
    version = 4
    tables: Sequence[Table] = (ENTRIES,)
    topics: Sequence[str] = ()

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        return ()

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        event, meta = recorded.event, recorded.meta
        shown = {
            "position": recorded.position,
            "occurred_at": instant(meta.occurred_at),
            "type": event.topic,
            "device_id": as_uuid(meta.about.device_id),
            "customer_id": as_uuid(meta.about.customer_id),
            "operation_id": as_uuid(meta.about.operation_id),
            "correlation_id": meta.correlation_id,
        }
        line = {
            **shown,
            "actor": meta.actor,
            "summary": event.summary(),
            "subject": {"type": recorded.aggregate, "id": str(recorded.originator_id)},
            "reason": meta.reason,
            "causation_id": meta.causation_id,
            "changes": event.changed(),
        }
        actor = {"actor_id": meta.actor.id, "actor_name": meta.actor.name}
        rows.append("entries", {**shown, **actor, "line": line})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline."""

    position: int
    occurred_at: str
    type: str
    actor: dict[str, str]
    summary: str
    subject: dict[str, str]
    reason: str
    device_id: str | None
    customer_id: str | None
    operation_id: str | None
    correlation_id: str
    causation_id: str
    changes: list[dict[str, Any]]
    device_name: str = ""
    """As it is called now; filled in by `named`."""


_entries = msgspec.json.Decoder(list[Entry])

_FILTERS: Mapping[str, str] = {
    "device_id": "device_id = %(device_id)s::uuid",
    "customer_id": "customer_id = %(customer_id)s::uuid",
    "operation_id": "operation_id = %(operation_id)s::uuid",
    "correlation_id": "correlation_id = %(correlation_id)s",
    "actor": "(actor_id = %(actor)s OR actor_name = %(actor)s)",
    "type": "type LIKE %(type)s",
    "since": "occurred_at >= %(since)s::timestamptz",
    "until": "occurred_at < %(until)s::timestamptz",
    "below": "position < %(below)s",
}


async def timeline(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    everything: bool,
    oldest_first: bool = False,
    without: Sequence[str] = (),
    **filters: Any,
) -> list[Entry]:
    """Newest first, unless asked otherwise. Filters are named as in `_FILTERS`; None is no filter. `type` and those
    `without` may end in a dot as a prefix. Without `everything`, entries that only admins see are left out."""
    given = {name: value for name, value in filters.items() if value is not None}
    if "type" in given:
        given["type"] = _pattern(str(given["type"]))
    where = [_FILTERS[name] for name in given]
    hidden = [*without, *(() if everything else ADMIN_ONLY)]
    if hidden:
        where.append("NOT type LIKE ANY(%(hidden)s)")
        given["hidden"] = [_pattern(prefix) for prefix in hidden]
    order = "ASC" if oldest_first else "DESC"
    # The limit is part of the statement, since PostgreSQL keeps no plan where it cannot see how few rows are wanted.
    cursor = await conn.execute(
        "SELECT '[' || string_agg(line::text, ',') || ']' FROM (SELECT line FROM audit.entries"
        + (" WHERE " + " AND ".join(where) if where else "")
        + f" ORDER BY position {order} LIMIT {limit:d}) found",
        given,
    )
    row = await cursor.fetchone()
    return _entries.decode(row[0]) if row and row[0] else []


async def before(
    conn: AsyncConnection[Any], device_ids: Sequence[str], *, since: str, until: str, limit: int
) -> list[Entry]:
    """What was done to these devices in a span of time, newest first; alerts and findings, which are
    consequences, are left out."""
    cursor = await conn.execute(
        "SELECT '[' || string_agg(line::text, ',') || ']' FROM (SELECT line FROM audit.entries"
        " WHERE device_id = ANY(%(devices)s::uuid[]) AND occurred_at >= %(since)s::timestamptz"
        " AND occurred_at <= %(until)s::timestamptz AND NOT type LIKE 'alert.%%' AND NOT type LIKE 'finding.%%'"
        f" ORDER BY position DESC LIMIT {limit:d}) found",
        {"devices": list(device_ids), "since": since, "until": until},
    )
    row = await cursor.fetchone()
    return _entries.decode(row[0]) if row and row[0] else []


async def chain(
    conn: AsyncConnection[Any], correlation_id: str, *, limit: int, everything: bool
) -> list[Entry]:
    """Everything that followed from one request, oldest first."""
    return await timeline(
        conn, limit=limit, everything=everything, oldest_first=True, correlation_id=correlation_id
    )


async def named(conn: AsyncConnection[Any], entries: Sequence[Entry]) -> list[Entry]:
    """The entries with the names that their devices have now."""
    names = await device_names(conn, {entry.device_id for entry in entries if entry.device_id is not None})
    return [
        msgspec.structs.replace(entry, device_name=names[entry.device_id])
        if entry.device_id in names
        else entry
        for entry in entries
    ]


def _pattern(topic: str) -> str:
    """A LIKE pattern for a whole topic, or for all that begin so where it ends in a dot."""
    literal = topic.replace("\\", "\\\\").replace("_", r"\_").replace("%", r"\%")
    return literal + "%" if topic.endswith(".") else literal
