"""Read models: how far each is, and rebuilding one beside the copy that serves."""

from uuid import uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from api.caller import admin
from api.commands import Reason, status_url, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.positions import LEDGER
from api.provided import Connect, Do
from domain.errors import Conflict, NotFound
from domain.operation import OPERATION, REBUILD, RequestOperation
from projections.standing import ProjectionStanding, standings


class RebuildStarted(msgspec.Struct, frozen=True):
    """A worker does it: ask `status_url` how it goes."""

    name: str
    operation_id: str
    status_url: str


@get("/projections", guards=[admin])
async def list_projections(
    connect: Connect, limit: Limit = 50, cursor: Cursor = None
) -> Page[ProjectionStanding]:
    """How far each read model is behind the ledger, and how a rebuild goes."""
    async with connect() as conn:
        found = await standings(conn)
    return page_of_all(found, limit, cursor, lambda each: (each.name,))


@post("/projections/{name:str}/rebuild", guards=[admin], status_code=202)
async def rebuild_projection(
    name: FromPath[str], commands: Do, connect: Connect, data: JSONBody[Reason | None] = None
) -> Response[RebuildStarted]:
    """Builds it anew from the ledger, beside the copy that goes on serving, and swaps the two."""
    async with connect() as conn:
        states = {each.name: each.state for each in await standings(conn)}
    if name not in states:
        raise NotFound(f"no read model {name}", code="PROJECTION_NOT_FOUND")
    if states[name] == "rebuilding":
        raise Conflict(f"{name} is being rebuilt already", code="REBUILD_RUNNING")
    command = RequestOperation(kind=REBUILD, params={"projection": name}, reason=why(data, ""))
    # The read model of operations may be the very one that stopped.
    seen_by = "operations" if states.get("operations") == "running" else LEDGER
    outcome = await commands.do(OPERATION.to(uuid4(), command, new=True), seen_by=seen_by)
    operation = str(outcome.events[0].originator_id)
    body = RebuildStarted(name, operation, status_url(operation))
    return await commands.answer(body, status=202)


ROUTER = Router("/", route_handlers=[list_projections, rebuild_projection], tags=["projections"])
