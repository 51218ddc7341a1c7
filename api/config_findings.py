"""Findings: which rules the configurations of devices break, since when, and which of that is accepted."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.as_of import point_in_time
from api.caller import engineer, viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Bus, Connect, Do
from domain.aggregate import Intent
from domain.alert_commands import Severity
from domain.compliance import Finding
from domain.compliance_record import ComplianceRecord, alerting
from domain.errors import Invalid, NotFound
from domain.event import Command
from domain.finding import FINDING, AcceptFinding, WithdrawAcceptance
from projections import findings
from projections.findings import FindingRow, TrendPoint
from projections.settings import in_force

SEEN = "findings"
READS = {"reads": (SEEN,)}
_TREND = timedelta(days=30)


@get("/config/findings", guards=[viewer], opt=READS)
async def list_findings(
    connect: Connect,
    device_id: FromQuery[UUID | None] = None,
    policy_id: FromQuery[UUID | None] = None,
    severity: FromQuery[Severity | None] = None,
    in_state: Annotated[Literal["open", "accepted", "closed"] | None, QueryParameter(name="state")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[FindingRow]:
    """The worst first; in every state, unless `state` says which."""
    after = decode_cursor(cursor, tuple[Annotated[int, QueryParameter(ge=0, le=9)], UUID])
    filters = {
        "device_id": str(device_id) if device_id else None,
        "policy_id": str(policy_id) if policy_id else None,
        "severity": severity,
        "state": in_state,
    }
    async with connect() as conn:
        rows = await findings.find(
            conn, limit=limit + 1, after=(after[0], str(after[1])) if after else None, **filters
        )
        total = await findings.count(conn, **filters) if after is None else None
    return page_of(rows, limit, lambda row: (findings.SEVERITIES.index(row.severity), row.id), total)


@get("/config/findings/trend", guards=[viewer], opt=READS)
async def finding_trend(
    connect: Connect,
    device_id: FromQuery[UUID | None] = None,
    policy_id: FromQuery[UUID | None] = None,
    since: Annotated[
        str | None, QueryParameter(name="from", description="RFC 3339; left out: 30 days ago")
    ] = None,
    until: Annotated[str | None, QueryParameter(name="to", description="RFC 3339; left out: now")] = None,
    points: Annotated[int, QueryParameter(ge=2, le=500)] = 31,
) -> Page[TrendPoint]:
    """How many findings there were at moments from `from` to `to`, by severity; accepted ones count."""
    end = point_in_time(until, "to") or datetime.now(UTC)
    begin = point_in_time(since, "from") or end - _TREND
    if begin >= end:
        raise Invalid("from must be before to", field="from")
    async with connect() as conn:
        rows = await findings.trend(
            conn,
            begin,
            end,
            points,
            device_id=str(device_id) if device_id else None,
            policy_id=str(policy_id) if policy_id else None,
        )
    return Page(rows)


@get("/config/findings/{finding:uuid}", guards=[viewer], opt=READS)
async def get_finding(finding: FromPath[UUID], connect: Connect) -> FindingRow:
    """One finding with the places where it was seen."""
    return await _row(connect, finding)


@post("/config/findings/{finding:uuid}/accept", guards=[engineer], status_code=200)
async def accept_finding(
    finding: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    data: JSONBody[AcceptFinding | None] = None,
) -> Response[FindingRow]:
    """It stays and alerts nobody; the reason is kept. 422 for one that is closed."""
    return await _change(finding, data or AcceptFinding(), commands, connect, bus)


@post("/config/findings/{finding:uuid}/withdraw", guards=[engineer], status_code=200)
async def withdraw_acceptance(
    finding: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    data: JSONBody[WithdrawAcceptance | None] = None,
) -> Response[FindingRow]:
    """It counts again."""
    return await _change(finding, data or WithdrawAcceptance(), commands, connect, bus)


async def _change(
    finding: UUID, command: Command, commands: Do, connect: Connect, bus: Bus
) -> Response[FindingRow]:
    row = await _row(connect, finding)
    intents: list[Intent] = [FINDING.to(finding, command)]
    if row.device_id and row.policy_id and row.state != "closed":
        async with connect() as conn:
            known = await findings.known(conn, row.device_id)
            least = (await in_force(conn)).compliance.alert_from
        active: list[Finding] = []
        for each in known:
            counts = isinstance(command, WithdrawAcceptance) if each.id == row.id else each.state == "open"
            if counts and each.finding.policy_id == row.policy_id:
                active.append(each.finding)
        intents += await ComplianceRecord(bus).alert(
            row.device_id, row.device_name, row.policy_id, alerting(active, least)
        )
    await commands.do(*intents, seen_by=SEEN)
    return await commands.answer(await _row(connect, finding))


async def _row(connect: Connect, finding: UUID) -> FindingRow:
    async with connect() as conn:
        row = await findings.one(conn, str(finding))
    if row is None:
        raise NotFound("no such finding", code="FINDING_NOT_FOUND")
    return row


ROUTER = Router(
    "/",
    route_handlers=[list_findings, finding_trend, get_finding, accept_finding, withdraw_acceptance],
    tags=["compliance"],
)
