"""Alerts as they stand, one row a cause, with who acknowledged and resolved it and why."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert_commands import Severity, SilencedBy
from domain.alert_events import (
    AlertAcknowledged,
    AlertJudged,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertRuled,
    AlertSilenced,
    AlertUnacknowledged,
    AlertUnsilenced,
)
from domain.event import Recorded
from projections.inventory_queries import AsOf, device_names
from projections.tables import Key, Row, Rows, Table, as_uuid, instant

ALERTS = Table(
    "alerts",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        "severity": "text NOT NULL",
        "rank": "int NOT NULL",
        "title": "text NOT NULL",
        "key": "text NOT NULL",
        "device_id": "uuid",
        "source": "text NOT NULL",
        "detail": "jsonb NOT NULL",
        "occurrence": "int NOT NULL",
        "raised_at": "timestamptz NOT NULL",
        "acknowledged_at": "timestamptz",
        "acknowledged_by": "text NOT NULL",
        "resolved_at": "timestamptz",
        "resolved_by": "text NOT NULL",
        "reason": "text NOT NULL",
        "rule_id": "uuid",
        "rule_version": "int NOT NULL",
        "interface": "text NOT NULL",
        "metric": "text NOT NULL",
        "group": "text NOT NULL",
        "silenced_by": "jsonb",
        "useful": "boolean",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(
        "(state, rank, raised_at DESC, id)",
        "(device_id, raised_at)",
        "(raised_at DESC, id)",
        "(rule_id, raised_at)",
    ),
)
HISTORY = Table(
    "history",
    {"id": "uuid", "position": "bigint", "at": "timestamptz NOT NULL", "row": "jsonb NOT NULL"},
    key=("id", "position"),
    indexes=("(at)",),
    append_only=True,
)
SEVERITIES = ("critical", "high", "medium", "low", "info")


class Alerts:
    """The latest occurrence of each alert."""

    name = "alerts"
    version = 3
    tables: Sequence[Table] = (ALERTS, HISTORY)
    topics: Sequence[str] = ("alert.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "alerts", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        alert_id = str(recorded.originator_id)
        row = _folded(rows.get("alerts", alert_id), recorded)
        if row is not None:
            rows.put("alerts", row)
            at = instant(recorded.meta.occurred_at)
            rows.append("history", {"id": alert_id, "position": recorded.position, "at": at, "row": row})


def _folded(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    at, by = instant(recorded.meta.occurred_at), recorded.meta.actor.name
    stamp = {"reason": recorded.meta.reason, "position": recorded.position}
    if isinstance(event, AlertRaised):
        return _raised(str(recorded.originator_id), event, at, stamp)
    if row is None:
        return None
    changed: Row
    match event:
        case AlertAcknowledged():
            changed = {"state": "acknowledged", "acknowledged_at": at, "acknowledged_by": by}
        case AlertUnacknowledged():
            changed = {"state": event.state, "acknowledged_at": None, "acknowledged_by": ""}
        case AlertResolved():
            changed = {"state": "resolved", "resolved_at": at, "resolved_by": by}
        case AlertReopened():
            changed = {"state": event.state, "resolved_at": None, "resolved_by": ""}
            if event.state != "acknowledged":
                changed |= {"acknowledged_at": None, "acknowledged_by": ""}
        case AlertSilenced():
            state = "silenced" if row["state"] == "firing" else row["state"]
            changed = {"state": state, "silenced_by": msgspec.to_builtins(event.by)}
        case AlertUnsilenced():
            state = "firing" if row["state"] == "silenced" else row["state"]
            changed = {"state": state, "silenced_by": None}
        case AlertRuled():
            changed = {
                "rule_id": as_uuid(event.rule_id),
                "rule_version": event.rule_version,
                "severity": event.severity,
                "rank": SEVERITIES.index(event.severity),
                "group": event.group,
            }
        case AlertJudged():
            changed = {"useful": event.useful}
        case _:
            return None
    return {**row, **changed, **stamp}


def _raised(alert_id: str, event: AlertRaised, at: str, stamp: Row) -> Row:
    return {
        "id": alert_id,
        "state": "firing",
        "severity": event.severity,
        "rank": SEVERITIES.index(event.severity),
        "title": event.title,
        "key": event.key,
        "device_id": as_uuid(event.device_id),
        "source": event.source,
        "detail": event.detail,
        "occurrence": event.occurrence,
        "raised_at": at,
        "acknowledged_at": None,
        "acknowledged_by": "",
        "resolved_at": None,
        "resolved_by": "",
        "rule_id": as_uuid(event.rule_id),
        "rule_version": event.rule_version,
        "interface": event.interface,
        "metric": event.metric,
        "group": event.group,
        "silenced_by": None,
        "useful": None,
        **stamp,
    }


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as the API shows it."""

    id: str
    state: str
    severity: Severity
    title: str
    key: str
    device_id: str | None
    source: str
    detail: dict[str, Any]
    occurrence: int
    raised_at: str
    acknowledged_at: str | None
    acknowledged_by: str
    resolved_at: str | None
    resolved_by: str
    reason: str
    rule_id: str | None
    rule_version: int
    interface: str
    metric: str
    group: str
    silenced_by: SilencedBy | None
    useful: bool | None
    """What an engineer said of it."""
    device_name: str = ""
    """The name that its device has now."""


async def named(conn: AsyncConnection[Any], rows: Sequence[AlertRow]) -> list[AlertRow]:
    """The alerts with the names that their devices have now."""
    names = await device_names(conn, {row.device_id for row in rows if row.device_id is not None})
    return [msgspec.structs.replace(row, device_name=names.get(row.device_id or "", "")) for row in rows]


_WHERE = """
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(severity)s::text IS NULL OR severity = %(severity)s)
  AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s::uuid)
  AND (%(rule_id)s::uuid IS NULL OR rule_id = %(rule_id)s::uuid)
"""
_THEN = """
(SELECT r.* FROM (SELECT DISTINCT ON (id) row FROM alerts.history
    WHERE position <= %(as_of_position)s AND at <= %(as_of_at)s::timestamptz ORDER BY id, position DESC) h,
    jsonb_populate_record(NULL::alerts.alerts, h.row) r)
"""


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    state: str | None = None,
    severity: str | None = None,
    device_id: str | None = None,
    rule_id: str | None = None,
    after: tuple[str, str] | None = None,
    as_of: AsOf | None = None,
) -> list[AlertRow]:
    """Newest first; `after` is (raised_at, id) of the last one seen."""
    page = " AND (raised_at, id) < (%(at)s::timestamptz, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        f"SELECT row_to_json(a)::text FROM {_THEN if as_of else 'alerts.alerts'} a {_WHERE}{page} ORDER BY raised_at DESC, id DESC LIMIT %(limit)s",
        {
            "state": state,
            "severity": severity,
            "device_id": device_id,
            "rule_id": rule_id,
            "limit": limit,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
            **_moment(as_of),
        },
    )
    return [msgspec.json.decode(row[0], type=AlertRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], alert_id: str, as_of: AsOf | None = None) -> AlertRow | None:
    cursor = await conn.execute(
        f"SELECT row_to_json(a)::text FROM {_THEN if as_of else 'alerts.alerts'} a WHERE id = %(id)s",
        {"id": alert_id, **_moment(as_of)},
    )
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=AlertRow) if row else None


def _moment(as_of: AsOf | None) -> dict[str, Any]:
    if as_of is None:
        return {}
    position = as_of.position if as_of.position is not None else 2**62
    return {"as_of_position": position, "as_of_at": as_of.at or "infinity"}


async def many(conn: AsyncConnection[Any], alert_ids: Collection[str]) -> list[AlertRow]:
    """Those of these alerts that were ever raised."""
    cursor = await conn.execute(
        "SELECT row_to_json(a)::text FROM alerts.alerts a WHERE id = ANY(%s::uuid[])", (list(alert_ids),)
    )
    return [msgspec.json.decode(row[0], type=AlertRow) for row in await cursor.fetchall()]


async def states(conn: AsyncConnection[Any], alert_ids: Sequence[str]) -> dict[str, str]:
    """The states of those of these alerts that were ever raised."""
    cursor = await conn.execute(
        "SELECT id::text, state FROM alerts.alerts WHERE id = ANY(%s::uuid[])", (list(alert_ids),)
    )
    return dict(await cursor.fetchall())


async def summary(conn: AsyncConnection[Any]) -> dict[str, dict[str, int]]:
    """Counts by state, and of the unresolved by severity."""
    cursor = await conn.execute("SELECT state, severity, count(*) FROM alerts.alerts GROUP BY 1, 2")
    by_state = dict.fromkeys(("firing", "acknowledged", "resolved", "silenced"), 0)
    by_severity = dict.fromkeys(SEVERITIES, 0)
    for state, severity, count in await cursor.fetchall():
        by_state[state] += count
        if state != "resolved":
            by_severity[severity] += count
    return {"by_state": by_state, "by_severity": by_severity}
