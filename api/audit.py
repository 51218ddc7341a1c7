"""The audit: the timeline, one event whole, causal chains, verification, and reverting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.as_of import point_in_time
from api.caller import AnyRequest, Caller, admin, engineer, viewer
from api.causes import Chain, chain_of
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Admins, Bus, Connect, Destroy, Do, Events, Verify
from api.verification import Verification
from domain.aggregate import Intent
from domain.codec import message
from domain.errors import NotFound
from domain.event import Actor, Change, Event, Recorded
from domain.revert import inverse
from projections import audit
from projections.audit import ADMIN_ONLY, Entry

_CHAIN_LIMIT = 5_000
Text = Annotated[str | None, QueryParameter(max_length=200)]


class EventBody(msgspec.Struct, frozen=True, kw_only=True):
    """One event whole, as subscribers get it: `data` has its facts, `changes` the old and new value of each field."""

    position: int
    type: str
    aggregate: str
    aggregate_id: UUID
    version: int
    occurred_at: datetime
    actor: Actor
    correlation_id: str
    causation_id: str
    reason: str
    about: dict[str, str]
    summary: str
    data: dict[str, Any]
    changes: list[Change] = []


class RevertRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `dry_run` nothing is done, and the answer says what would be."""

    dry_run: bool = False
    reason: str = ""


class Reverted(msgspec.Struct, frozen=True, kw_only=True):
    """What the inverse command did, or, on a dry run, would do; no events: it already was so."""

    command: str
    dry_run: bool
    events: list[str]
    changes: list[Change]


@get("/audit", guards=[viewer], opt={"reads": ("audit",)})
async def timeline(
    request: AnyRequest,
    connect: Connect,
    device_id: FromQuery[UUID | None] = None,
    customer_id: FromQuery[UUID | None] = None,
    operation_id: FromQuery[UUID | None] = None,
    correlation_id: Text = None,
    actor: Annotated[str | None, QueryParameter(max_length=200, description="id or name")] = None,
    event_type: Annotated[
        str | None,
        QueryParameter(name="type", max_length=100, description="whole, or a prefix ending in a dot"),
    ] = None,
    without: Annotated[
        list[str] | None, QueryParameter(max_items=20, description="types to leave out, as `type` names them")
    ] = None,
    since: Annotated[str | None, QueryParameter(name="from", description="RFC 3339, inclusive")] = None,
    until: Annotated[str | None, QueryParameter(name="to", description="RFC 3339, exclusive")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Entry]:
    """Newest first. Entries about accounts, credentials and settings are for admins."""
    after = decode_cursor(cursor, tuple[Annotated[int, msgspec.Meta(ge=0, le=2**62)]])
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
            without=without or (),
            since=point_in_time(since, "from"),
            until=point_in_time(until, "to"),
            below=after[0] if after else None,
        )
        entries = await audit.named(conn, entries)
    return page_of(entries, limit, lambda entry: (entry.position,))


@get("/audit/{position:int}", guards=[viewer])
async def one_event(request: AnyRequest, position: FromPath[int], events: Events) -> EventBody:
    """The event whole, with all its facts and metadata."""
    recorded = await _visible(events, position, request.user)
    told = msgspec.to_builtins(message(recorded))
    return msgspec.convert({**told, "changes": msgspec.to_builtins(recorded.event.changed())}, EventBody)


@get("/audit/chain/{correlation_id:str}", guards=[viewer], opt={"reads": ("audit",)})
async def chain(request: AnyRequest, correlation_id: FromPath[str], connect: Connect) -> Chain:
    """What followed from one request, as a tree: each entry with its effects, oldest first."""
    async with connect() as conn:
        entries = await audit.chain(
            conn, correlation_id, limit=_CHAIN_LIMIT + 1, everything=request.user.may("admin")
        )
        entries = await audit.named(conn, entries)
    if not entries:
        raise NotFound("nothing has this correlation id", code="CHAIN_NOT_FOUND")
    return chain_of(correlation_id, entries, _CHAIN_LIMIT)


@get("/audit/verify", guards=[admin])
async def verify(verify_ledger: Verify) -> Verification:
    """Recomputes the hash chain over the whole ledger and checks head and checkpoints."""
    return await verify_ledger()


@post("/audit/{position:int}/revert", guards=[engineer], status_code=200)
async def revert(
    request: AnyRequest,
    position: FromPath[int],
    events: Events,
    bus: Bus,
    commands: Do,
    admins: Admins,
    destroyer: Destroy,
    data: JSONBody[RevertRequest | None] = None,
) -> Response[Reverted]:
    """Issues the inverse command; 422 NOT_REVERTIBLE says why where there is none."""
    wanted = data or RevertRequest()
    recorded = await _visible(events, position, request.user)
    intents = inverse(recorded, reason=wanted.reason or f"reverts position {position}")
    if wanted.dry_run:
        planned: list[Event] = []
        for intent in intents:
            state = await bus.state(intent.aggregate, intent.aggregate_id)
            planned.extend(intent.aggregate.decide(state, intent.command))
        return await commands.answer(_reverted(intents, planned, dry_run=True))
    subject = recorded.originator_id
    async with admins.kept(subject, *(intent.command for intent in intents)):
        outcome = await commands.do(*intents, seen_by="audit")
    await destroyer.follow(subject)
    done = [each.event for each in outcome.events]
    return await commands.answer(_reverted(intents, done, dry_run=False))


def _reverted(intents: Sequence[Intent], events: Sequence[Event], *, dry_run: bool) -> Reverted:
    return Reverted(
        command=type(intents[0].command).__name__,
        dry_run=dry_run,
        events=[event.topic for event in events],
        changes=[change for event in events for change in event.changed()],
    )


async def _visible(events: Events, position: FromPath[int], caller: Caller) -> Recorded:
    found = await events.read(position - 1, limit=1, upto=position) if 0 < position < 2**62 else []
    if not found:
        raise NotFound(f"no event at position {position}", code="EVENT_NOT_FOUND")
    if found[0].topic.startswith(ADMIN_ONLY) and not caller.may("admin"):
        raise PermissionDeniedException(
            f"position {position} is about accounts or keys; only an admin sees those"
        )
    return found[0]


ROUTER = Router("/", route_handlers=[timeline, one_event, chain, verify, revert], tags=["audit"])
