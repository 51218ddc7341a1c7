"""Live telemetry: last values with their age, and a WebSocket of samples as they come."""

import asyncio
import heapq
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromQuery, JSONBody

from api.caller import Caller, viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import CallersAgain, Connect, LiveTelemetry, StoredTelemetry
from api.sockets import ENDED, AnySocket, until_closed, until_first, until_session_ends
from api.telemetry_feed import LastValue, Subscriber, Wanted
from api.telemetry_history import unit_of
from api.websocket_texts import send_texts

PATH = "/telemetry/subscribe"
TOKEN_S = 60
"""How long a token opens the WebSocket."""
_HELLO_S = 10.0
_SILENT_INTERVALS = 2
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class LiveValue(msgspec.Struct, frozen=True, kw_only=True):
    """`stale`: the next poll is overdue by as much as its interval. `value` null: the device did not know."""

    device_id: str
    metric: str
    interface: str
    unit: str
    at: datetime
    age_s: float
    value: float | None
    stale: bool


class Talker(msgspec.Struct, frozen=True, kw_only=True):
    """An interface by what it moves at this moment, in bits a second."""

    device_id: str
    device_name: str
    interface: str
    in_bps: float
    out_bps: float
    at: datetime


class Talkers(msgspec.Struct, frozen=True):
    """The interfaces that move most at this moment."""

    items: list[Talker]


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wanted; what is left out is not restricted."""

    device_ids: Annotated[list[UUID], msgspec.Meta(max_length=10_000)] | None = None
    metrics: Annotated[list[Name], msgspec.Meta(max_length=1_000)] | None = None
    interfaces: Annotated[list[Name], msgspec.Meta(max_length=10_000)] | None = None
    reason: str = ""


class Subscription(msgspec.Struct, frozen=True):
    """Connect to `ws_url` within `expires_in` seconds; or to the path without the token, and send `{"token": ...}`."""

    ws_url: str
    token: str
    expires_in: int = TOKEN_S

    def __repr__(self) -> str:
        return "<Subscription>"  # the token stays out of logs


class _Hello(msgspec.Struct, frozen=True):
    token: str


class _Row(msgspec.Struct, frozen=True):
    """What a token stands for."""

    caller: Caller
    wanted: Wanted


@get("/telemetry/live", guards=[viewer])
async def get_live(
    live: LiveTelemetry,
    history: StoredTelemetry,
    device_id: FromQuery[UUID | None] = None,
    metric: FromQuery[str | None] = None,
    interface: FromQuery[str | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[LiveValue]:
    """Last values with their age. Of one device also those that came before this process listened."""
    now = time.time()
    if device_id is not None:
        stored = await history.latest(str(device_id))
        values = {name: LastValue(*each) for name, each in stored.items()}
        for name, value in live.last(str(device_id)).items():
            if name not in values or values[name].at <= value.at:
                values[name] = value
        found = [_live(str(device_id), *name, values[name], now) for name in sorted(values)]
    else:
        found = list(_of_all(live, metric, interface, now))
    after = decode_cursor(cursor, tuple[str, str, str])
    shown = sorted(
        (
            each
            for each in found
            if (metric is None or each.metric == metric)
            and (interface is None or each.interface == interface)
            and (after is None or (each.device_id, each.metric, each.interface) > after)
        ),
        key=_place,
    )
    return page_of(shown[: limit + 1], limit, _place)


@get("/telemetry/talkers", guards=[viewer])
async def get_talkers(live: LiveTelemetry, connect: Connect, limit: Limit = 10) -> Talkers:
    """The interfaces that move most at this moment, received and sent together; what is stale does not count."""
    async with connect() as conn:
        cursor = await conn.execute(
            "SELECT id::text, name FROM inventory.devices WHERE id = ANY(%s::uuid[]) AND state = 'active'",
            (list(live.devices()),),
        )
        names: dict[str, str] = dict(await cursor.fetchall())
    rates = _rates(live, names, time.time())
    busiest = heapq.nlargest(limit, rates, key=lambda each: (each[0], each[1], each[2]))
    return Talkers(
        [
            Talker(
                device_id=device,
                device_name=names[device],
                interface=interface,
                in_bps=received.value or 0.0,
                out_bps=sent.value or 0.0,
                at=datetime.fromtimestamp(max(received.at, sent.at), UTC),
            )
            for _, device, interface, received, sent in busiest
        ]
    )


def _rates(
    live: LiveTelemetry, devices: Iterable[str], now: float
) -> Iterator[tuple[float, str, str, LastValue, LastValue]]:
    for device in devices:
        values = live.last(device)
        for (metric, interface), received in values.items():
            sent = values.get(("if_out_bps", interface)) if metric == "if_in_bps" else None
            if sent is None or now - received.at > _SILENT_INTERVALS * received.interval_s:
                continue
            moved = (received.value or 0.0) + (sent.value or 0.0)
            if moved > 0:
                yield moved, device, interface, received, sent


def _of_all(
    live: LiveTelemetry, metric: str | None, interface: str | None, now: float
) -> Iterator[LiveValue]:
    for device in list(live.devices()):
        for name, value in live.last(device).items():
            if metric in (None, name[0]) and interface in (None, name[1]):
                yield _live(device, *name, value, now)


def _place(value: LiveValue) -> tuple[str, str, str]:
    return value.device_id, value.metric, value.interface


def _live(device_id: str, metric: str, interface: str, last: LastValue, now: float) -> LiveValue:
    return LiveValue(
        device_id=device_id,
        metric=metric,
        interface=interface,
        unit=unit_of(metric),
        at=datetime.fromtimestamp(last.at, UTC),
        age_s=round(now - last.at, 3),
        value=last.value,
        stale=now - last.at > _SILENT_INTERVALS * last.interval_s,
    )


@post(PATH, guards=[viewer], status_code=200)
async def subscribe(
    request: Request[Caller, Any, Any], connect: Connect, data: JSONBody[Subscribe | None] = None
) -> Subscription:
    """Where samples can be had as they come: a WebSocket whose frames are
    `{"kind": "sample", "device_id", "metric", "interface"?, "at", "value"}`, and `{"kind": "lost", "count"}` where this
    reader was too slow for some."""
    wanted = _wanted(data or Subscribe())
    token = token_urlsafe(24)
    row = msgspec.json.encode(_Row(request.user, wanted)).decode()
    async with connect() as conn:
        await conn.execute("DELETE FROM auth.subscriptions WHERE expires_at < now()")
        await conn.execute(
            "INSERT INTO auth.subscriptions (digest, subscription, expires_at)"
            " VALUES (%s, %s, now() + make_interval(secs => %s))",
            (sha256(token.encode()).digest(), row, TOKEN_S),
        )
    scheme = "wss" if request.url.scheme == "https" else "ws"
    return Subscription(f"{scheme}://{request.url.netloc}/api/v1{PATH}?token={token}", token)


def _wanted(body: Subscribe) -> Wanted:
    return Wanted(
        device_ids=None if body.device_ids is None else frozenset(str(each) for each in body.device_ids),
        metrics=None if body.metrics is None else frozenset(body.metrics),
        interfaces=None if body.interfaces is None else frozenset(body.interfaces),
    )


@websocket(PATH)
async def telemetry(socket: AnySocket, live: LiveTelemetry, connect: Connect, callers: CallersAgain) -> None:
    """Samples as they come. A slow reader loses samples, the oldest first, never the connection or the order."""
    await socket.accept()
    row = await _opened(socket, connect)
    caller = await callers.again(row.caller) if row else None
    if row is None or caller is None:
        await socket.close(
            code=ENDED, reason="the token is not valid or has expired: POST /telemetry/subscribe"
        )
        return
    subscriber = Subscriber(row.wanted)
    live.join(subscriber)
    try:
        await until_first(_send(socket, subscriber), _session(socket, callers, caller), until_closed(socket))
    finally:
        live.leave(subscriber)


async def _opened(socket: AnySocket, connect: Connect) -> _Row | None:
    """By a token in the query; by whoever is logged in, for what the query names; else by a token in the first message."""
    caller, asked = socket.scope.get("user"), socket.query_params
    token = asked.get("token", "")
    if not token and isinstance(caller, Caller):
        named = [asked.getall(name, None) for name in ("device_id", "metric", "interface")]
        return _Row(caller, Wanted(*(None if names is None else frozenset(names) for names in named)))
    token = token or await _token(socket)
    return await _row(connect, token) if token else None


async def _token(socket: AnySocket) -> str:
    try:
        async with asyncio.timeout(_HELLO_S):
            raw = await socket.receive_data(mode="text")
        return msgspec.json.decode(raw or b"", type=_Hello).token
    except (msgspec.DecodeError, RecursionError, TimeoutError, WebSocketDisconnect):
        return ""


async def _row(connect: Connect, token: str) -> _Row | None:
    async with connect() as conn:
        cursor = await conn.execute(
            "SELECT subscription::text FROM auth.subscriptions WHERE digest = %s AND expires_at > now()",
            (sha256(token.encode()).digest(),),
        )
        row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=_Row) if row else None


async def _send(socket: AnySocket, subscriber: Subscriber) -> None:
    while True:
        lost, frames = await subscriber.frames()
        if lost:
            await socket.send_text(f'{{"kind":"lost","count":{lost}}}')
        await send_texts(socket, frames)


async def _session(socket: AnySocket, callers: CallersAgain, caller: Caller) -> None:
    """Ends the connection with the session or key that it was opened with."""
    await until_session_ends(callers, caller)
    await socket.close(code=ENDED, reason="the session has ended; log in again")


ROUTER = Router("/", route_handlers=[get_live, get_talkers, subscribe, telemetry], tags=["telemetry"])
