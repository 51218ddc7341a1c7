"""Findings as they stand, and from when until when each was there."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.compliance import Evidence, Finding
from domain.compliance_record import KnownFinding
from domain.event import Recorded
from domain.finding import (
    FindingAcceptanceWithdrawn,
    FindingAccepted,
    FindingChanged,
    FindingClosed,
    FindingOpened,
)
from projections.tables import Key, Row, Rows, Table, as_uuid, instant

SEVERITIES = ("critical", "high", "medium", "low", "info")
_FACTS = {
    "policy_id": "uuid",
    "policy": "text NOT NULL",
    "rule_id": "text NOT NULL",
    "title": "text NOT NULL",
    "severity": "text NOT NULL",
    "message": "text NOT NULL",
    "remediation": "text NOT NULL",
    "count": "int NOT NULL",
    "evidence": "jsonb NOT NULL",
}
FINDINGS = Table(
    "findings",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        "device_id": "uuid",
        **_FACTS,
        "rank": "int NOT NULL",
        "occurrence": "int NOT NULL",
        "opened_at": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "closed_at": "timestamptz",
        "closed_why": "text NOT NULL",
        "accepted_at": "timestamptz",
        "accepted_by": "text NOT NULL",
        "reason": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(state, rank, id)", "(device_id, state)", "(policy_id, state)"),
)
SPANS = Table(
    "spans",
    {
        "finding_id": "uuid",
        "occurrence": "int",
        "device_id": "uuid",
        "policy_id": "uuid",
        "severity": "text NOT NULL",
        "opened_at": "timestamptz NOT NULL",
        "closed_at": "timestamptz",
    },
    key=("finding_id", "occurrence"),
    indexes=("(opened_at, closed_at)",),
)


class Findings:
    """A row a finding, and a row each time that it was there."""

    name = "findings"
    version = 1
    tables: Sequence[Table] = (FINDINGS, SPANS)
    topics: Sequence[str] = ("finding.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "findings", (str(recorded.originator_id),)
        if isinstance(recorded.event, FindingChanged | FindingClosed):
            yield "spans", (str(recorded.originator_id), recorded.event.occurrence)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        finding_id, event = str(recorded.originator_id), recorded.event
        at = instant(recorded.meta.occurred_at)
        stamp = {"reason": recorded.meta.reason, "position": recorded.position}
        match event:
            case FindingOpened():
                rows.put("findings", {**_opened(finding_id, event, at), **stamp})
                rows.put("spans", _span(finding_id, event, at))
            case FindingChanged():
                rows.update("findings", finding_id, **_facts(event.finding), changed_at=at, **stamp)
                rows.update("spans", finding_id, event.occurrence, severity=event.finding.severity)
            case FindingClosed():
                rows.update(
                    "findings", finding_id, state="closed", closed_at=at, closed_why=event.why, **stamp
                )
                rows.update("spans", finding_id, event.occurrence, closed_at=at)
            case FindingAccepted():
                by = recorded.meta.actor.name
                rows.update("findings", finding_id, state="accepted", accepted_at=at, accepted_by=by, **stamp)
            case FindingAcceptanceWithdrawn():
                rows.update("findings", finding_id, state="open", accepted_at=None, accepted_by="", **stamp)
            case _:
                pass


def _facts(finding: Finding) -> Row:
    facts: Row = msgspec.to_builtins(finding)
    return {**facts, "policy_id": as_uuid(finding.policy_id), "rank": SEVERITIES.index(finding.severity)}


def _opened(finding_id: str, event: FindingOpened, at: str) -> Row:
    return {
        "id": finding_id,
        "state": "open",
        "device_id": as_uuid(event.device_id),
        **_facts(event.finding),
        "occurrence": event.occurrence,
        "opened_at": at,
        "changed_at": at,
        "closed_at": None,
        "closed_why": "",
        "accepted_at": None,
        "accepted_by": "",
    }


def _span(finding_id: str, event: FindingOpened, at: str) -> Row:
    return {
        "finding_id": finding_id,
        "occurrence": event.occurrence,
        "device_id": as_uuid(event.device_id),
        "policy_id": as_uuid(event.finding.policy_id),
        "severity": event.finding.severity,
        "opened_at": at,
        "closed_at": None,
    }


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: a rule that a device's configuration breaks, or broke."""

    id: str
    state: str
    device_id: str | None
    device_name: str
    policy_id: str | None
    policy: str
    rule_id: str
    title: str
    severity: str
    message: str
    remediation: str
    count: int
    evidence: list[Evidence]
    occurrence: int
    opened_at: str
    changed_at: str
    closed_at: str | None
    closed_why: str
    accepted_at: str | None
    accepted_by: str
    reason: str


_SELECT = """
SELECT (to_jsonb(f) || jsonb_build_object('device_name', coalesce(d.name, '')))::text
FROM findings.findings f LEFT JOIN inventory.devices d ON d.id = f.device_id
"""
_WHERE = """
WHERE (%(device_id)s::uuid IS NULL OR f.device_id = %(device_id)s::uuid)
  AND (%(policy_id)s::uuid IS NULL OR f.policy_id = %(policy_id)s::uuid)
  AND (%(severity)s::text IS NULL OR f.severity = %(severity)s)
  AND (%(state)s::text IS NULL OR f.state = %(state)s)
"""
_rows = msgspec.json.Decoder(FindingRow)


def _filters(filters: dict[str, str | None]) -> dict[str, Any]:
    return {"device_id": None, "policy_id": None, "severity": None, "state": None, **filters}


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[int, str] | None = None,
    **filters: str | None,
) -> list[FindingRow]:
    """The worst first; `after` is (rank, id) of the last one seen."""
    page = " AND (f.rank, f.id) > (%(rank)s, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        f"{_SELECT}{_WHERE}{page} ORDER BY f.rank, f.id LIMIT {limit:d}",
        {
            **_filters(filters),
            "rank": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )
    return [_rows.decode(row[0]) for row in await cursor.fetchall()]


async def count(conn: AsyncConnection[Any], **filters: str | None) -> int:
    cursor = await conn.execute(f"SELECT count(*) FROM findings.findings f {_WHERE}", _filters(filters))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def one(conn: AsyncConnection[Any], finding_id: str) -> FindingRow | None:
    cursor = await conn.execute(_SELECT + "WHERE f.id = %s", (finding_id,))
    row = await cursor.fetchone()
    return _rows.decode(row[0]) if row else None


async def known(conn: AsyncConnection[Any], device_id: str) -> list[KnownFinding]:
    """Of one device, open and accepted."""
    cursor = await conn.execute(
        "SELECT json_build_object('id', id, 'state', state, 'finding', to_jsonb(f))::text"
        " FROM findings.findings f WHERE device_id = %s AND state <> 'closed'",
        (device_id,),
    )
    return [msgspec.json.decode(row[0], type=KnownFinding) for row in await cursor.fetchall()]


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings there were at a moment, accepted ones included."""

    at: str
    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    info: int = 0
    total: int = 0


async def trend(
    conn: AsyncConnection[Any],
    since: datetime,
    until: datetime,
    points: int,
    *,
    device_id: str | None = None,
    policy_id: str | None = None,
) -> list[TrendPoint]:
    """At so many moments, evenly from `since` to `until`, both included."""
    by_severity = ", ".join(
        f"'{severity}', count(*) FILTER (WHERE s.severity = '{severity}')" for severity in SEVERITIES
    )
    cursor = await conn.execute(
        f"SELECT json_build_object('at', t.at, {by_severity}, 'total', count(s.finding_id))::text"
        " FROM (SELECT n, %(since)s::timestamptz + (%(until)s::timestamptz - %(since)s::timestamptz) * n / %(last)s AS at"
        "   FROM generate_series(0, %(last)s) n) t"
        " LEFT JOIN findings.spans s ON s.opened_at <= t.at AND (s.closed_at IS NULL OR s.closed_at > t.at)"
        "   AND (%(device_id)s::uuid IS NULL OR s.device_id = %(device_id)s::uuid)"
        "   AND (%(policy_id)s::uuid IS NULL OR s.policy_id = %(policy_id)s::uuid)"
        " GROUP BY t.n, t.at ORDER BY t.n",
        {
            "since": since,
            "until": until,
            "last": max(points - 1, 1),
            "device_id": device_id,
            "policy_id": policy_id,
        },
    )
    return [msgspec.json.decode(row[0], type=TrendPoint) for row in await cursor.fetchall()]
