"""Alerts: list, raise, acknowledge, resolve, reopen."""

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import Parameter

from api.caller import engineer, viewer
from api.conventions import Cursor, Limit, Page, commanded, decode_cursor, page_of, until_seen
from api.provided import Bus, By, Connect, Key, Watch
from domain.alert import (
    ALERT,
    AcknowledgeAlert,
    RaiseAlert,
    ReopenAlert,
    ResolveAlert,
    Severity,
    UnacknowledgeAlert,
    alert_id,
)
from domain.errors import NotFound
from domain.event import Command
from projections import alerts
from projections.alerts import AlertRow

State = Literal["firing", "acknowledged", "resolved", "silenced"]


class NewAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert raised by hand or by another system. Alerts with the same key are one; without a key each is its own."""

    severity: Severity
    title: str = msgspec.field()
    key: str = ""
    device_id: UUID | None = None
    detail: dict[str, Any] = {}
    reason: str = ""


class AlertFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    severity: Severity | None = None
    device_id: UUID | None = None


class AcknowledgeAll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    filter: AlertFilter | None = None
    reason: str = ""


class Acknowledged(msgspec.Struct, frozen=True):
    acknowledged: int


@get(["/alerts", "/telemetry/alerts"], guards=[viewer], opt={"reads": ("alerts",)})
async def list_alerts(
    connect: Connect,
    in_state: Annotated[State | None, Parameter(query="state")] = None,
    severity: Severity | None = None,
    device_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AlertRow]:
    """Newest first."""
    after = decode_cursor(cursor, str, str)
    async with connect() as conn:
        rows = await alerts.find(
            conn,
            limit=limit + 1,
            state=in_state,
            severity=severity,
            device_id=str(device_id) if device_id else None,
            after=(after[0], after[1]) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.raised_at, row.id))


@get("/alerts/summary", guards=[viewer], opt={"reads": ("alerts",)})
async def alert_summary(connect: Connect) -> dict[str, dict[str, int]]:
    """Counts by state, and of the unresolved by severity."""
    async with connect() as conn:
        return await alerts.summary(conn)


@get("/alerts/{alert:uuid}", guards=[viewer], opt={"reads": ("alerts",)})
async def get_alert(alert: UUID, connect: Connect) -> AlertRow:
    return await _row(connect, alert)


@post("/alerts", guards=[engineer])
async def raise_alert(
    data: NewAlert, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect
) -> Response[AlertRow]:
    """201 with the alert; raising what already fires changes nothing."""
    cause = data.key or str(uuid4())
    command = msgspec.convert(
        {
            "key": cause,
            "severity": data.severity,
            "title": data.title,
            "device_id": str(data.device_id) if data.device_id else "",
            "source": by.actor.name,
            "detail": data.detail,
            "reason": data.reason,
        },
        RaiseAlert,
    )
    outcome = await bus.execute(ALERT.to(alert_id(cause), command), by=by, key=key)
    raised = outcome.events[0].originator_id if outcome.events else alert_id(cause)
    await until_seen(watch, "alerts", outcome.position)
    return commanded(await _row(connect, raised), outcome.position, watch, status=201)


async def _command(
    alert: UUID, command: Command, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect
) -> Response[AlertRow]:
    outcome = await bus.execute(ALERT.to(alert, command), by=by, key=key)
    await until_seen(watch, "alerts", outcome.position)
    return commanded(await _row(connect, alert), outcome.position, watch)


@post("/alerts/{alert:uuid}/acknowledge", guards=[engineer], status_code=200)
async def acknowledge(
    alert: UUID,
    bus: Bus,
    by: By,
    key: Key,
    watch: Watch,
    connect: Connect,
    data: AcknowledgeAlert | None = None,
) -> Response[AlertRow]:
    return await _command(alert, data or AcknowledgeAlert(), bus, by, key, watch, connect)


@post("/alerts/{alert:uuid}/unacknowledge", guards=[engineer], status_code=200)
async def unacknowledge(
    alert: UUID,
    bus: Bus,
    by: By,
    key: Key,
    watch: Watch,
    connect: Connect,
    data: UnacknowledgeAlert | None = None,
) -> Response[AlertRow]:
    return await _command(alert, data or UnacknowledgeAlert(), bus, by, key, watch, connect)


@post("/alerts/{alert:uuid}/resolve", guards=[engineer], status_code=200)
async def resolve(
    alert: UUID, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, data: ResolveAlert | None = None
) -> Response[AlertRow]:
    return await _command(alert, data or ResolveAlert(), bus, by, key, watch, connect)


@post("/alerts/{alert:uuid}/reopen", guards=[engineer], status_code=200)
async def reopen(
    alert: UUID, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, data: ReopenAlert | None = None
) -> Response[AlertRow]:
    return await _command(alert, data or ReopenAlert(), bus, by, key, watch, connect)


@post("/alerts/acknowledge-all", guards=[engineer], status_code=200)
async def acknowledge_all(
    bus: Bus, by: By, watch: Watch, connect: Connect, data: AcknowledgeAll | None = None
) -> Response[Acknowledged]:
    """Acknowledges every firing alert that the filter names. Safe to repeat: what is acknowledged stays so."""
    wanted = data or AcknowledgeAll()
    only = wanted.filter or AlertFilter()
    count = position = 0
    after: tuple[str, str] | None = None
    while True:
        async with connect() as conn:
            rows = await alerts.find(
                conn,
                limit=500,
                state="firing",
                severity=only.severity,
                device_id=str(only.device_id) if only.device_id else None,
                after=after,
            )
        for row in rows:
            outcome = await bus.execute(ALERT.to(UUID(row.id), AcknowledgeAlert(reason=wanted.reason)), by=by)
            count += bool(outcome.events)
            position = max(position, outcome.position)
        if len(rows) < 500:
            await until_seen(watch, "alerts", position)
            return commanded(Acknowledged(count), position, watch)
        after = (rows[-1].raised_at, rows[-1].id)


async def _row(connect: Connect, alert: UUID) -> AlertRow:
    async with connect() as conn:
        row = await alerts.one(conn, str(alert))
    if row is None:
        raise NotFound("no such alert", code="ALERT_NOT_FOUND")
    return row


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
        acknowledge_all,
    ],
    tags=["alerts"],
)
