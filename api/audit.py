"""The audit: the timeline, one event whole, causal chains, verification, and reverting."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import Parameter

from api.caller import Caller, admin, engineer, viewer
from api.conventions import Cursor, Limit, Page, commanded, decode_cursor, page_of
from api.provided import Bus, By, Connect, Events, Key, Verify, Watch
from domain.aggregate import Intent
from domain.codec import message
from domain.errors import NotFound, NotRevertible
from domain.event import Change, Event, Recorded
from domain.revert import inverse
from projections import audit
from projections.audit import ADMIN_ONLY, Entry

_CHAIN_LIMIT = 10_000
AnyRequest = Request[Caller, Any, Any]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the timeline with what it led to."""

    entry: Entry
    effects: list["Cause"]


class RevertRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dry_run: bool = False
    reason: str = ""


class Reverted(msgspec.Struct, frozen=True, kw_only=True):
    """What the inverse command did, or, on a dry run, would do."""

    command: str
    dry_run: bool
    events: list[str]
    changes: list[Change]


@get("/audit", guards=[viewer], opt={"reads": ("audit",)})
async def timeline(
    request: AnyRequest,
    connect: Connect,
    device_id: UUID | None = None,
    customer_id: UUID | None = None,
    operation_id: UUID | None = None,
    correlation_id: str | None = None,
    actor: str | None = None,
    event_type: Annotated[
        str | None, Parameter(query="type", description="whole, or a prefix ending in a dot")
    ] = None,
    since: Annotated[str | None, Parameter(query="from", description="RFC 3339, inclusive")] = None,
    until: Annotated[str | None, Parameter(query="to", description="RFC 3339, exclusive")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Entry]:
    """Newest first. Entries about people's accounts are for admins."""
    after = decode_cursor(cursor, int)
    async with connect() as conn:
        entries = await audit.timeline(
            conn,
            limit=limit + 1,
            everything=request.user.may("admin"),
            device_id=device_id,
            customer_id=customer_id,
            operation_id=operation_id,
            correlation_id=correlation_id,
            actor=actor,
            type=event_type,
            since=since,
            until=until,
            below=after[0] if after else None,
        )
    return page_of(entries, limit, lambda entry: (entry.position,))


@get("/audit/{position:int}", guards=[viewer])
async def one_event(request: AnyRequest, position: int, events: Events) -> dict[str, Any]:
    """The event whole, with all its facts and metadata."""
    return dict(msgspec.to_builtins(message(await _visible(events, position, request.user))))


@get("/audit/chain/{correlation_id:str}", guards=[viewer], opt={"reads": ("audit",)})
async def chain(request: AnyRequest, correlation_id: str, connect: Connect) -> list[Cause]:
    """What followed from one request, as a tree: each entry with its effects."""
    async with connect() as conn:
        entries = await audit.chain(
            conn, correlation_id, limit=_CHAIN_LIMIT, everything=request.user.may("admin")
        )
    causes = {f"position:{entry.position}": Cause(entry=entry, effects=[]) for entry in entries}
    roots: list[Cause] = []
    for cause in causes.values():
        parent = causes.get(cause.entry.causation_id)
        (parent.effects if parent is not None else roots).append(cause)
    return roots


@get("/audit/verify", guards=[admin])
async def verify(verify_ledger: Verify) -> dict[str, Any]:
    """Recomputes the hash chain over the whole ledger and checks head and checkpoints."""
    return await verify_ledger()


@post("/audit/{position:int}/revert", guards=[engineer], status_code=200)
async def revert(
    request: AnyRequest,
    position: int,
    events: Events,
    bus: Bus,
    by: By,
    key: Key,
    watch: Watch,
    data: RevertRequest | None = None,
) -> Response[Reverted]:
    """Issues the inverse command; 422 NOT_REVERTIBLE says why where there is none."""
    wanted = data or RevertRequest()
    recorded = await _visible(events, position, request.user)
    if recorded.aggregate in _ADMIN_AGGREGATES and not request.user.may("admin"):
        raise NotRevertible("only an admin may revert this")
    intents = inverse(recorded, reason=wanted.reason or f"reverts position {position}")
    if wanted.dry_run:
        planned: list[Event] = []
        for intent in intents:
            state = await bus.state(intent.aggregate, intent.aggregate_id)
            planned.extend(intent.aggregate.decide(state, intent.command))
        return Response(_reverted(intents, planned, dry_run=True))
    outcome = await bus.execute(*intents, by=by, key=key)
    done = [each.event for each in outcome.events]
    return commanded(_reverted(intents, done, dry_run=False), outcome.position, watch)


def _reverted(intents: Sequence[Intent], events: Sequence[Event], *, dry_run: bool) -> Reverted:
    return Reverted(
        command=type(intents[0].command).__name__,
        dry_run=dry_run,
        events=[event.topic for event in events],
        changes=[change for event in events for change in event.changed()],
    )


_ADMIN_AGGREGATES = ("user", "api_key", "credential", "settings")


async def _visible(events: Events, position: int, caller: Caller) -> Recorded:
    found = await events.read(position - 1, limit=1, upto=position) if position > 0 else []
    if not found or (found[0].topic.startswith(ADMIN_ONLY) and not caller.may("admin")):
        raise NotFound(f"no event at position {position}", code="EVENT_NOT_FOUND")
    return found[0]


ROUTER = Router("/", route_handlers=[timeline, one_event, chain, verify, revert], tags=["audit"])
