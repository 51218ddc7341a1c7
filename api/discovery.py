"""Discovery: start, follow, cancel, look back."""

from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post

from api.caller import engineer, viewer
from api.conventions import Cursor, Limit, Page, commanded, decode_cursor, page_of, until_seen
from api.operations import operation_row
from api.provided import Bus, By, Connect, Key, Watch
from domain.discovery import DISCOVERY, StartDiscovery
from domain.errors import Invalid, NotFound
from domain.operation import OPERATION, CancelOperation, RequestOperation
from domain.targets import parse_targets
from projections import operations
from projections.accounts import listed
from projections.operations import OperationRow
from projections.settings import in_force

_STATES: dict[str, Literal["queued", "running", "succeeded", "failed", "cancelled"]] = {
    "requested": "queued",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}


class Started(msgspec.Struct, frozen=True):
    job_id: str
    operation_id: str
    status_url: str


class DiscoveryStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a discovery goes. `errors` counts by kind; `eta_s` is null until it can be told."""

    job_id: str
    state: str
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
    bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, data: StartDiscovery | None = None
) -> Response[Started]:
    """Everything is checked before anything is recorded: targets, exclusions and credentials."""
    request = data or StartDiscovery()
    async with connect() as conn:
        settings = await in_force(conn)
        stored = {row["id"] for row in await listed(conn, "credentials", "created_at")}
    if not request.targets:
        request = msgspec.structs.replace(request, targets=settings.discovery.ranges)
    parse_targets(request.targets, request.exclude)
    for index, credential_id in enumerate(request.credential_ids or []):
        if credential_id not in stored:
            raise Invalid("no such credential", field=f"credential_ids[{index}]")
    job = uuid4()
    command = RequestOperation(kind=DISCOVERY, params=msgspec.to_builtins(request), reason=request.reason)
    outcome = await bus.execute(OPERATION.to(job, command, new=True), by=by, key=key)
    job = outcome.events[0].originator_id
    await until_seen(watch, "operations", outcome.position)
    status_url = f"/api/v1/discovery/status/{job}"
    return commanded(Started(str(job), str(job), status_url), outcome.position, watch, status=202)


@get("/discovery/status/{job:uuid}", guards=[viewer], opt={"reads": ("operations",)})
async def status(job: UUID, connect: Connect) -> DiscoveryStatus:
    return _status(await _discovery(connect, job))


@post("/discovery/cancel/{job:uuid}", guards=[engineer], status_code=200)
async def cancel(
    job: UUID, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, data: CancelOperation | None = None
) -> Response[DiscoveryStatus]:
    await _discovery(connect, job)
    outcome = await bus.execute(OPERATION.to(job, data or CancelOperation()), by=by, key=key)
    await until_seen(watch, "operations", outcome.position)
    return commanded(_status(await _discovery(connect, job)), outcome.position, watch)


@get("/discovery/jobs", guards=[viewer], opt={"reads": ("operations",)})
async def jobs(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[DiscoveryStatus]:
    """Newest first."""
    after = decode_cursor(cursor, str, str)
    async with connect() as conn:
        rows = await operations.find(
            conn, limit=limit + 1, kind=DISCOVERY, after=(after[0], after[1]) if after else None
        )
    return page_of([_status(row) for row in rows], limit, lambda row: (row.requested_at, row.job_id))


async def _discovery(connect: Connect, job: UUID) -> OperationRow:
    row = await operation_row(connect, job)
    if row.kind != DISCOVERY:
        raise NotFound("no such discovery", code="DISCOVERY_NOT_FOUND")
    return row


def _status(row: OperationRow) -> DiscoveryStatus:
    notes: dict[str, Any] = row.progress
    done, total = notes["done"], notes["total"]
    ended = row.state == "succeeded"
    return DiscoveryStatus(
        job_id=row.id,
        state=_STATES.get(row.state, row.state),
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
