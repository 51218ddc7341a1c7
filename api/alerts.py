"""Alerts: list, raise, acknowledge, resolve, reopen."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.as_of import AsOfParam, moment
from api.caller import engineer, viewer
from api.commands import Commands
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do
from domain.alert import ALERT, alert_id
from domain.alert_commands import (
    AcknowledgeAlert,
    JudgeAlert,
    RaiseAlert,
    ReopenAlert,
    ResolveAlert,
    Severity,
    UnacknowledgeAlert,
)
from domain.catalogue import TOPICS
from domain.errors import DomainError, NotFound, Unavailable
from domain.event import Command
from projections import alerts, audit
from projections.alerts import AlertRow
from projections.inventory_queries import AsOf
from projections.topology import neighbours_of

State = Literal["firing", "acknowledged", "resolved", "silenced"]
READS = {"reads": ("alerts",)}
SEEN = "alerts"
_BATCH = 500
_BEFORE = timedelta(hours=1)
_PRECEDING = 100
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class NewAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert raised by hand or by another system. Alerts with the same key are one; without a key each is its own."""

    severity: Severity
    title: Text
    key: Annotated[str, msgspec.Meta(max_length=300)] = ""
    device_id: UUID | None = None
    detail: dict[str, Any] = {}
    reason: str = ""


class PrecedingChange(msgspec.Struct, frozen=True, kw_only=True):
    """What was done before: an entry of the audit. `revertible`: POST /audit/{position}/revert takes it back."""

    position: int
    occurred_at: str
    type: str
    device_id: str | None
    on_neighbour: bool
    summary: str
    actor: str
    reason: str
    revertible: bool
    not_revertible_because: str = ""


class AlertDetail(AlertRow, frozen=True, kw_only=True):
    """One alert with what preceded it, newest first."""

    preceding_changes: list[PrecedingChange]


class AlertFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the firing alerts are meant; all that is given must hold."""

    severity: Severity | None = None
    device_id: UUID | None = None


class AcknowledgeAll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a filter: all."""

    filter: AlertFilter | None = None
    reason: str = ""


class Acknowledged(msgspec.Struct, frozen=True):
    """How many alerts were acknowledged by this request."""

    acknowledged: int


class AlertSummary(msgspec.Struct, frozen=True):
    """Counts by state, and of the unresolved by severity."""

    by_state: dict[str, int]
    by_severity: dict[str, int]


@get(["/alerts", "/telemetry/alerts"], guards=[viewer], opt=READS)
async def list_alerts(
    connect: Connect,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    severity: FromQuery[Severity | None] = None,
    device_id: FromQuery[UUID | None] = None,
    rule_id: FromQuery[UUID | None] = None,
    as_of: AsOfParam = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AlertRow]:
    """Newest first; with `as_of` as they were then."""
    after = decode_cursor(cursor, tuple[datetime, UUID])
    async with connect() as conn:
        rows = await alerts.find(
            conn,
            limit=limit + 1,
            state=in_state,
            severity=severity,
            device_id=str(device_id) if device_id else None,
            rule_id=str(rule_id) if rule_id else None,
            as_of=moment(as_of),
            after=(after[0].isoformat(), str(after[1])) if after else None,
        )
        rows = await alerts.named(conn, rows)
    return page_of(rows, limit, lambda row: (row.raised_at, row.id))


@get("/alerts/summary", guards=[viewer], opt=READS)
async def alert_summary(connect: Connect) -> AlertSummary:
    """Counts by state, and of the unresolved by severity."""
    async with connect() as conn:
        return msgspec.convert(await alerts.summary(conn), AlertSummary)


@get("/alerts/{alert:uuid}", guards=[viewer], opt={"reads": ("alerts", "audit")})
async def get_alert(alert: FromPath[UUID], connect: Connect, as_of: AsOfParam = None) -> AlertDetail:
    """One alert: its latest occurrence, now or as of a moment, with what was done in the hour before it was raised, on
    its device and on the neighbours."""
    row = await _row(connect, alert, moment(as_of))
    return AlertDetail(**msgspec.structs.asdict(row), preceding_changes=await _preceding(connect, row))


@post("/alerts", guards=[engineer])
async def raise_alert(data: JSONBody[NewAlert], commands: Do, connect: Connect) -> Response[AlertRow]:
    """201 with the alert; raising what already fires changes nothing."""
    cause = data.key or str(uuid4())
    command = RaiseAlert(
        key=cause,
        severity=data.severity,
        title=data.title,
        device_id=str(data.device_id) if data.device_id else "",
        source=commands.by.actor.name,
        detail=data.detail,
        reason=data.reason,
    )
    outcome = await commands.do(ALERT.to(alert_id(cause), command), seen_by=SEEN)
    raised = outcome.events[0].originator_id if outcome.events else alert_id(cause)
    return await commands.answer(await _row(connect, raised), status=201)


@post("/alerts/{alert:uuid}/acknowledge", guards=[engineer], status_code=200)
async def acknowledge(
    alert: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[AcknowledgeAlert | None] = None
) -> Response[AlertRow]:
    """Somebody knows of it."""
    return await _change(alert, data or AcknowledgeAlert(), commands, connect)


@post("/alerts/{alert:uuid}/unacknowledge", guards=[engineer], status_code=200)
async def unacknowledge(
    alert: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[UnacknowledgeAlert | None] = None
) -> Response[AlertRow]:
    """Takes an acknowledgement back."""
    return await _change(alert, data or UnacknowledgeAlert(), commands, connect)


@post("/alerts/{alert:uuid}/resolve", guards=[engineer], status_code=200)
async def resolve(
    alert: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[ResolveAlert | None] = None
) -> Response[AlertRow]:
    """Its cause is gone."""
    return await _change(alert, data or ResolveAlert(), commands, connect)


@post("/alerts/{alert:uuid}/reopen", guards=[engineer], status_code=200)
async def reopen(
    alert: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[ReopenAlert | None] = None
) -> Response[AlertRow]:
    """Takes a resolution back."""
    return await _change(alert, data or ReopenAlert(), commands, connect)


@post("/alerts/{alert:uuid}/feedback", guards=[engineer], status_code=200)
async def feedback(
    alert: FromPath[UUID], data: JSONBody[JudgeAlert], commands: Do, connect: Connect
) -> Response[AlertRow]:
    """Whether it was worth telling: detectors and whoever tunes the rules go by it. Null takes it back."""
    return await _change(alert, data, commands, connect)


@post("/alerts/acknowledge-all", guards=[engineer], status_code=200)
async def acknowledge_all(
    commands: Do, connect: Connect, data: JSONBody[AcknowledgeAll | None] = None
) -> Response[Acknowledged]:
    """Acknowledges every firing alert that the filter names. Safe to repeat: what is acknowledged stays so."""
    wanted = data or AcknowledgeAll()
    only = wanted.filter or AlertFilter()
    count = 0
    after: tuple[str, str] | None = None
    while True:
        async with connect() as conn:
            rows = await alerts.find(
                conn,
                limit=_BATCH,
                state="firing",
                severity=only.severity,
                device_id=str(only.device_id) if only.device_id else None,
                after=after,
            )
        count += await _acknowledge(rows, wanted.reason, commands)
        if len(rows) < _BATCH:
            await commands.settle(seen_by=SEEN)
            return await commands.answer(Acknowledged(count))
        after = (rows[-1].raised_at, rows[-1].id)


async def _acknowledge(rows: Sequence[AlertRow], reason: str, commands: Commands) -> int:
    """All at once, so that they share commits; one that was resolved in between is passed over."""
    results = await asyncio.gather(
        *(commands.ensure(ALERT.to(row.id, AcknowledgeAlert(reason=reason))) for row in rows),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException) and (
            isinstance(result, Unavailable) or not isinstance(result, DomainError)
        ):
            raise result
    return sum(bool(each.events) for each in results if not isinstance(each, BaseException))


async def _change(
    alert: FromPath[UUID], command: Command, commands: Commands, connect: Connect
) -> Response[AlertRow]:
    await commands.do(ALERT.to(alert, command), seen_by=SEEN)
    return await commands.answer(await _row(connect, alert))


async def _preceding(connect: Connect, row: AlertRow) -> list[PrecedingChange]:
    if row.device_id is None:
        return []
    raised_at = datetime.fromisoformat(row.raised_at)
    async with connect() as conn:
        devices = [row.device_id, *await neighbours_of(conn, row.device_id)]
        entries = await audit.before(
            conn,
            devices,
            since=(raised_at - _BEFORE).isoformat(),
            until=raised_at.isoformat(),
            limit=_PRECEDING,
        )
    changes = []
    for entry in entries:
        inverse = TOPICS[entry.type].inverse if entry.type in TOPICS else "it is of a kind that is no more"
        changes.append(
            PrecedingChange(
                position=entry.position,
                occurred_at=entry.occurred_at,
                type=entry.type,
                device_id=entry.device_id,
                on_neighbour=entry.device_id != row.device_id,
                summary=entry.summary,
                actor=entry.actor["name"],
                reason=entry.reason,
                revertible=not isinstance(inverse, str),
                not_revertible_because=inverse if isinstance(inverse, str) else "",
            )
        )
    return changes


async def _row(connect: Connect, alert: UUID, as_of: AsOf | None = None) -> AlertRow:
    async with connect() as conn:
        row = await alerts.one(conn, str(alert), as_of)
        if row is None:
            raise NotFound("no such alert", code="ALERT_NOT_FOUND")
        (told,) = await alerts.named(conn, [row])
    return told


ROUTER = Router(
    "/",
    route_handlers=[
        list_alerts,
        alert_summary,
        get_alert,
        raise_alert,
        acknowledge,
        unacknowledge,
        resolve,
        reopen,
        feedback,
        acknowledge_all,
    ],
    tags=["alerts"],
)
