"""Discovery: start, follow, cancel, look back."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from api.caller import engineer, viewer
from api.credential_ids import check_credential_ids
from api.operations import operation_row
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do
from domain.discovery import DISCOVERY, StartDiscovery
from domain.errors import NotFound
from domain.operation import OPERATION, CancelOperation, RequestOperation
from domain.targets import parse_targets
from projections import operations
from projections.operations import OperationRow
from projections.settings import in_force

SEEN = "operations"
READS = {"reads": (SEEN,)}
State = Literal["queued", "running", "succeeded", "failed", "cancelled", "outcome_unknown"]


class DiscoveryStarted(msgspec.Struct, frozen=True):
    """A discovery is an operation, so both ids are one."""

    job_id: str
    operation_id: str
    status_url: str


class DiscoveryStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a discovery goes. `errors` counts by kind; `eta_s` is null until it can be told."""

    job_id: str
    state: State
    total: int
    scanned: int
    found: int
    new: int
    changed: int
    unreachable: int
    percent: float
    eta_s: int | None
    errors: dict[str, int]
    error: dict[str, str] | None
    targets: list[str]
    requested_at: str
    started_at: str | None
    ended_at: str | None
    actor: dict[str, str]


@post("/discovery/start", guards=[engineer], status_code=202)
async def start(
    commands: Do, connect: Connect, data: JSONBody[StartDiscovery | None] = None
) -> Response[DiscoveryStarted]:
    """Everything is checked before anything is recorded: targets, exclusions and credentials."""
    request = data or StartDiscovery()
    async with connect() as conn:
        settings = await in_force(conn)
    if not request.targets:
        request = msgspec.structs.replace(request, targets=settings.discovery.ranges)
    parse_targets(request.targets, request.exclude)
    await check_credential_ids(connect, request.credential_ids)
    command = RequestOperation(kind=DISCOVERY, params=msgspec.to_builtins(request), reason=request.reason)
    outcome = await commands.do(OPERATION.to(uuid4(), command, new=True), seen_by=SEEN)
    job = str(outcome.events[0].originator_id)
    body = DiscoveryStarted(job, job, f"/api/v1/discovery/status/{job}")
    return await commands.answer(body, status=202)


@get("/discovery/status/{job:uuid}", guards=[viewer], opt=READS)
async def status(job: FromPath[UUID], connect: Connect) -> DiscoveryStatus:
    """How far it is, and what it found; the WebSocket pushes the same."""
    return _status(await _discovery(connect, job))


@post("/discovery/cancel/{job:uuid}", guards=[engineer], status_code=200)
async def cancel(
    job: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[CancelOperation | None] = None
) -> Response[DiscoveryStatus]:
    """What was found until then stays."""
    await _discovery(connect, job)
    await commands.do(OPERATION.to(job, data or CancelOperation()), seen_by=SEEN)
    return await commands.answer(_status(await _discovery(connect, job)))


@get("/discovery/jobs", guards=[viewer], opt=READS)
async def jobs(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[DiscoveryStatus]:
    """Newest first."""
    after = decode_cursor(cursor, tuple[datetime, UUID])
    async with connect() as conn:
        rows = await operations.find(
            conn,
            limit=limit + 1,
            kind=DISCOVERY,
            after=(after[0].isoformat(), str(after[1])) if after else None,
        )
    return page_of([_status(row) for row in rows], limit, lambda row: (row.requested_at, row.job_id))


async def _discovery(connect: Connect, job: FromPath[UUID]) -> OperationRow:
    row = await operation_row(connect, job, "DISCOVERY_NOT_FOUND")
    if row.kind != DISCOVERY:
        raise NotFound("no such discovery", code="DISCOVERY_NOT_FOUND")
    return row


def _status(row: OperationRow) -> DiscoveryStatus:
    notes: dict[str, Any] = row.progress
    done, total = notes["done"], notes["total"]
    ended = row.state == "succeeded"
    return DiscoveryStatus(
        job_id=row.id,
        state=msgspec.convert("queued" if row.state == "requested" else row.state, State),
        total=total,
        scanned=done,
        found=notes.get("found", 0),
        new=notes.get("new", 0),
        changed=notes.get("changed", 0),
        unreachable=notes.get("unreachable", 0),
        percent=100.0 if ended else round(100 * done / total, 1) if total else 0.0,
        eta_s=0 if ended else notes.get("eta_s"),
        errors=notes.get("errors", {}),
        error=row.error,
        targets=row.params.get("targets", []),
        requested_at=row.requested_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        actor=row.actor,
    )


ROUTER = Router("/", route_handlers=[start, status, cancel, jobs], tags=["discovery"])
