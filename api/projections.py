"""Read models: how far each is, and rebuilding one beside the copy that serves."""

import asyncio
from typing import Any

import msgspec
import structlog
from litestar import Response, Router, get, post

from api.caller import admin
from api.provided import Connect, Rebuild, Watch
from domain.errors import Conflict, NotFound
from projections.standing import ProjectionStanding, standings

log = structlog.get_logger(__name__)


class RebuildStarted(msgspec.Struct, frozen=True):
    name: str
    status_url: str


@get("/projections", guards=[admin])
async def list_projections(connect: Connect, watch: Watch) -> dict[str, list[ProjectionStanding]]:
    async with connect() as conn:
        return {"items": await standings(conn)}


@post("/projections/{name:str}/rebuild", guards=[admin], status_code=202)
async def rebuild_projection(name: str, connect: Connect, rebuild: Rebuild) -> Response[RebuildStarted]:
    """Goes on in the background; GET /projections shows its progress, and reads are served meanwhile."""
    async with connect() as conn:
        found = [each for each in await standings(conn) if each.name == name]
    if not found:
        raise NotFound(f"no read model {name}", code="PROJECTION_NOT_FOUND")
    if found[0].state == "rebuilding":
        raise Conflict(f"{name} is being rebuilt already", code="REBUILD_RUNNING")
    task = asyncio.create_task(rebuild(name), name=f"rebuild-{name}")
    task.add_done_callback(_noted)
    return Response(RebuildStarted(name, "/api/v1/projections"), status_code=202)


def _noted(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("rebuild failed", rebuild=task.get_name(), error=repr(error))


ROUTER = Router("/", route_handlers=[list_projections, rebuild_projection], tags=["projections"])
