"""Routers: how their connections are, live health and traffic, and who is online."""

import contextlib
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post, websocket
from litestar.exceptions import WebSocketDisconnect, WebSocketException
from litestar.params import FromPath, FromQuery, QueryParameter

from api.caller import engineer, viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import CallersAgain, Connect, RouterAccess, Watching
from api.sockets import ENDED, REFUSED, AnySocket, close_reason, until_closed, until_first, until_session_ends
from domain.errors import DomainError, NotFound, Unavailable
from domain.router_ports import ConnectionState
from domain.router_reads import ActiveUser, InterfaceTraffic, RouterHealth
from projections import routers
from projections.routers import RouterCache, RouterRow

_DEADLINE_S = 10.0
READS = {"reads": ("inventory", "accounts")}


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """For a user: rx is the upload, tx the download, and `queue` where they were read. For a router: the sum over its
    running Ethernet ports, in `interfaces` each of them."""

    rx_bps: int
    tx_bps: int
    queue: str = ""
    interface: str = ""
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_limit_bps: int | None = None
    tx_limit_bps: int | None = None
    interfaces: tuple[InterfaceTraffic, ...] = ()


class Target(ActiveUser, frozen=True, kw_only=True):
    """An active PPPoE user on its router; `age_s` is how old the reading is."""

    router_id: str
    router: str
    age_s: float


class Overview(RouterRow, frozen=True, kw_only=True):
    """A router with what its owner last read; `health_age_s` says when."""

    health: RouterHealth | None
    health_age_s: float | None
    active_age_s: float | None


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """When a router was last compared with the ledger, and who was online then."""

    router_id: str
    synced_at: str | None
    active_users: int | None


@get("/routers", guards=[viewer], opt=READS)
async def list_routers(
    connect: Connect,
    q: Annotated[str | None, QueryParameter(max_length=255)] = None,
    connection: FromQuery[ConnectionState | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RouterRow]:
    """By name, with the state of each connection as its owner last saw it."""
    after = decode_cursor(cursor, tuple[str, UUID])
    async with connect() as conn:
        rows = await routers.listed(
            conn,
            limit=limit + 1,
            q=q,
            connection=connection,
            after=(after[0], str(after[1])) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.name.lower(), row.id))


@get(["/router/{router:uuid}", "/routers/{router:uuid}"], guards=[viewer], opt=READS)
async def get_router(router: FromPath[UUID], connect: Connect) -> Overview:
    """One router, with what was last read of it."""
    row = await router_row(connect, router)
    cache = await _cache(connect, router)
    return Overview(
        **msgspec.structs.asdict(row),
        health=cache.health,
        health_age_s=cache.health_age_s,
        active_age_s=cache.active_age_s,
    )


@get("/router/{router:uuid}/health", guards=[viewer], opt=READS)
async def health(router: FromPath[UUID], connect: Connect, calls: RouterAccess) -> RouterHealth:
    """Read from the router now; 504 after 10 s."""
    await router_row(connect, router)
    return await calls.router(str(router)).health(deadline_s=_DEADLINE_S)


@get("/router/{router:uuid}/traffic", guards=[viewer], opt=READS)
async def traffic(
    router: FromPath[UUID],
    connect: Connect,
    calls: RouterAccess,
    user: Annotated[str | None, QueryParameter(max_length=255, description="a PPPoE user name")] = None,
) -> Traffic:
    """Read from the router now; 504 after 10 s. A user is found by the queue `<pppoe-NAME>`, then NAME, whatever the case."""
    await router_row(connect, router)
    reader = calls.router(str(router))
    found = (
        await reader.user_traffic(user, deadline_s=_DEADLINE_S)
        if user
        else await reader.traffic(deadline_s=_DEADLINE_S)
    )
    return msgspec.convert(msgspec.structs.asdict(found), Traffic)


@websocket("/router/{router:uuid}/traffic/live", guards=[viewer])
async def live_traffic(
    socket: AnySocket,
    router: FromPath[UUID],
    user: Annotated[str, QueryParameter(min_length=1, max_length=255)],
    connect: Connect,
    watching: Watching,
    callers: CallersAgain,
) -> None:
    """One user's traffic every second while the connection lasts, read once for all who watch. Frames are
    `{"kind": "traffic", "router_id", "user", "at", "rx_bps", "tx_bps", "queue", ...}` and, where it cannot be read just
    now, `{"kind": "error", "code", "message", ...}`."""
    await socket.accept()
    try:
        await router_row(connect, router)
        async with watching.watch(str(router), user) as frames:

            async def send() -> None:
                while True:
                    await socket.send_text(await frames.get())

            await until_first(send(), until_session_ends(callers, socket.user), until_closed(socket))
    except DomainError as error:
        await socket.close(code=REFUSED, reason=close_reason(f"{error.code}: {error.message}"))
    else:
        with contextlib.suppress(
            RuntimeError, WebSocketException, WebSocketDisconnect
        ):  # the client left first
            await socket.close(code=ENDED, reason="the session has ended; log in again")


@get("/monitoring/targets", guards=[viewer], opt=READS)
async def targets(
    connect: Connect,
    router_id: FromQuery[UUID | None] = None,
    q: Annotated[str | None, QueryParameter(max_length=255, description="part of a name or address")] = None,
) -> Page[Target]:
    """Active PPPoE users, all of them, as their routers' owners last read them, at most half a minute ago while connected."""
    if router_id is not None:
        await router_row(connect, router_id)
    async with connect() as conn:
        found = await routers.cached(conn, router_id=str(router_id) if router_id else None)
    items = [
        Target(**msgspec.structs.asdict(user), router_id=each.id, router=each.name, age_s=round(age_s, 1))
        for each in found
        if each.active is not None and (age_s := each.active_age_s) is not None
        for user in each.active
        if not q or q.casefold() in f"{user.name} {user.address} {user.caller_id}".casefold()
    ]
    return Page(items, total=len(items))


@post("/sync/{router:uuid}", guards=[engineer], status_code=200)
async def sync(router: FromPath[UUID], connect: Connect, calls: RouterAccess) -> Synced:
    """Reads the router anew and compares it with the ledger; answers when that is done."""
    await router_row(connect, router)
    await calls.sync(str(router))
    row = await router_row(connect, router)
    return Synced(router_id=row.id, synced_at=row.synced_at, active_users=row.active_users)


@post("/router/{router:uuid}/reset", guards=[engineer], status_code=200)
async def reset(router: FromPath[UUID], connect: Connect, calls: RouterAccess) -> RouterRow:
    """Closes the circuit and connects at once, where the connection is down and waits for its next try."""
    await router_row(connect, router)
    await calls.reset(str(router))
    return await router_row(connect, router)


async def router_row(connect: Connect, router: UUID) -> RouterRow:
    """Raises NotFound."""
    async with connect() as conn:
        rows = await routers.listed(conn, limit=1, router_id=str(router))
    if not rows:
        raise NotFound(
            "no such router: it must be a device with RouterOS, or one that has a RouterOS credential",
            code="ROUTER_NOT_FOUND",
        )
    return rows[0]


async def _cache(connect: Connect, router: UUID) -> RouterCache:
    async with connect() as conn:
        found = await routers.cached(conn, router_id=str(router))
    if not found:
        raise Unavailable("the router has just gone from the inventory; try again")
    return found[0]


ROUTER = Router(
    "/",
    route_handlers=[list_routers, get_router, health, traffic, live_traffic, targets, sync, reset],
    tags=["routers"],
)
