"""Alerts as they stand, one row a cause, with who acknowledged and resolved it and why."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert import (
    AlertAcknowledged,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertUnacknowledged,
)
from domain.event import Recorded
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
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(state, rank, raised_at DESC, id)", "(device_id, raised_at)", "(raised_at DESC, id)"),
)
SEVERITIES = ("critical", "high", "medium", "low", "info")


class Alerts:
    """The latest occurrence of each alert."""

    name = "alerts"
    version = 1
    tables: Sequence[Table] = (ALERTS,)
    topics: Sequence[str] = ("alert.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "alerts", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        alert_id, event = str(recorded.originator_id), recorded.event
        at, by = instant(recorded.meta.occurred_at), recorded.meta.actor.name
        stamp = {"reason": recorded.meta.reason, "position": recorded.position}
        match event:
            case AlertRaised():
                rows.put("alerts", _raised(alert_id, event, at, stamp))
            case AlertAcknowledged():
                rows.update(
                    "alerts", alert_id, state="acknowledged", acknowledged_at=at, acknowledged_by=by, **stamp
                )
            case AlertUnacknowledged():
                rows.update(
                    "alerts", alert_id, state="firing", acknowledged_at=None, acknowledged_by="", **stamp
                )
            case AlertResolved():
                rows.update("alerts", alert_id, state="resolved", resolved_at=at, resolved_by=by, **stamp)
            case AlertReopened():
                reopened: Row = {"state": event.state, "resolved_at": None, "resolved_by": ""}
                if event.state == "firing":
                    reopened |= {"acknowledged_at": None, "acknowledged_by": ""}
                rows.update("alerts", alert_id, **reopened, **stamp)
            case _:
                pass


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
        **stamp,
    }


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as the API shows it."""

    id: str
    state: str
    severity: str
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


_WHERE = """
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(severity)s::text IS NULL OR severity = %(severity)s)
  AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s::uuid)
"""


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    state: str | None = None,
    severity: str | None = None,
    device_id: str | None = None,
    after: tuple[str, str] | None = None,
) -> list[AlertRow]:
    """Newest first; `after` is (raised_at, id) of the last one seen."""
    page = " AND (raised_at, id) < (%(at)s::timestamptz, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        f"SELECT row_to_json(a)::text FROM alerts.alerts a {_WHERE}{page} ORDER BY raised_at DESC, id DESC LIMIT %(limit)s",
        {
            "state": state,
            "severity": severity,
            "device_id": device_id,
            "limit": limit,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )
    return [msgspec.json.decode(row[0], type=AlertRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], alert_id: str) -> AlertRow | None:
    cursor = await conn.execute("SELECT row_to_json(a)::text FROM alerts.alerts a WHERE id = %s", (alert_id,))
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=AlertRow) if row else None


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
