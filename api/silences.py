"""Silences and maintenance windows: which alerts are not told of, from when to when, and why."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.caller import engineer, viewer
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do
from domain.errors import NotFound
from domain.silence import SILENCE, ChangeSilence, CreateSilence, EndSilence
from projections import silences
from projections.silences import SilenceRow

SEEN = "silences"
READS = {"reads": (SEEN,)}
State = Literal["pending", "active", "expired", "ended"]


@get("/silences", guards=[viewer], opt=READS)
async def list_silences(
    connect: Connect,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SilenceRow]:
    """Those that end last come first; past ones stay as history."""
    after = decode_cursor(cursor, tuple[datetime, UUID])
    async with connect() as conn:
        rows = await silences.find(
            conn,
            limit=limit + 1,
            state=in_state,
            after=(after[0].isoformat(), str(after[1])) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.ends_at, row.id))


@get("/silences/{silence:uuid}", guards=[viewer], opt=READS)
async def get_silence(silence: FromPath[UUID], connect: Connect) -> SilenceRow:
    """One silence."""
    return await _one(connect, silence)


@post("/silences", guards=[engineer])
async def create_silence(
    data: JSONBody[CreateSilence], commands: Do, connect: Connect
) -> Response[SilenceRow]:
    """With `maintenance` the devices it names are shown as being worked on."""
    outcome = await commands.do(SILENCE.to(uuid4(), data, new=True), seen_by=SEEN)
    return await commands.answer(await _one(connect, outcome.events[0].originator_id), status=201)


@patch("/silences/{silence:uuid}", guards=[engineer])
async def change_silence(
    silence: FromPath[UUID], data: JSONBody[ChangeSilence], commands: Do, connect: Connect
) -> Response[SilenceRow]:
    """What is left out stays."""
    await commands.do(SILENCE.to(silence, data), seen_by=SEEN)
    return await commands.answer(await _one(connect, silence))


@delete("/silences/{silence:uuid}", guards=[engineer], status_code=200)
async def end_silence(
    silence: FromPath[UUID],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[SilenceRow]:
    """Ends it now; it stays as history, and the audit entry can be reverted."""
    await commands.do(SILENCE.to(silence, EndSilence(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(await _one(connect, silence))


async def _one(connect: Connect, silence: UUID) -> SilenceRow:
    async with connect() as conn:
        row = await silences.one(conn, str(silence))
    if row is None:
        raise NotFound("no such silence", code="SILENCE_NOT_FOUND")
    return row


ROUTER = Router(
    "/",
    route_handlers=[list_silences, get_silence, create_silence, change_silence, end_silence],
    tags=["silences"],
)
