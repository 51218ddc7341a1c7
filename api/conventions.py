"""What all resources share: pages with cursors, positions in headers, idempotency keys."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar import Request, Response
from litestar.params import Parameter

from api.caller import Caller
from domain.aggregate import IdempotencyKey
from domain.errors import Invalid, Unavailable
from domain.ports import PositionWatch

T = TypeVar("T")
POSITION_HEADER = "X-Ledger-Position"
_READ_WAIT_S = 5.0
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

Limit = Annotated[int, Parameter(ge=1, le=500, description="items a page")]
Cursor = Annotated[str | None, Parameter(description="next_cursor of the page before")]


class Page(msgspec.Struct, Generic[T]):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class Accepted(msgspec.Struct, frozen=True):
    """A device must act first: ask `status_url` how it goes."""

    operation_id: str
    status_url: str


def page_of(
    items: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]], total: int | None = None
) -> Page[T]:
    """Takes one item more than the limit to know whether another page follows."""
    more = len(items) > limit
    shown = list(items[:limit])
    return Page(shown, encode_cursor(key(shown[-1])) if more else None, total)


def encode_cursor(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(place))).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type[Any]) -> tuple[Any, ...] | None:
    """The place that a cursor of ours names; a foreign one is refused."""
    if not cursor:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        place = None
    if not isinstance(place, list) or [type(each) for each in place] != list(kinds):
        raise Invalid("the cursor is not one of this list; leave it out to start over", field="cursor")
    return tuple(place)


def commanded(
    body: T, position: int, watch: PositionWatch, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response[T]:
    """An answer to a command, with the position that it reached; where nothing changed, the present one."""
    reached = position or watch.ledger_position()
    return Response(body, status_code=status, headers={POSITION_HEADER: str(reached), **(headers or {})})


async def until_seen(watch: PositionWatch, projection: str, position: int) -> None:
    """Waits until a read model has seen the position, so that users read their own writes."""
    if position and not await watch.wait_for_projection(projection, position, _READ_WAIT_S):
        raise Unavailable(f"the read model {projection} has not reached position {position} yet; try again")


async def wait_for_asked_position(request: Request[Any, Any, Any]) -> None:
    """Honours `X-Ledger-Position` on reads: routes name the read models they use in `opt["reads"]`."""
    asked = request.headers.get(POSITION_HEADER)
    if asked is None:
        return
    if not asked.isdecimal() or len(asked) > 18:
        raise Invalid(f"{POSITION_HEADER} must be a position, a whole number", field=POSITION_HEADER)
    watch: PositionWatch = request.app.state.watch
    for projection in request.route_handler.opt.get("reads", ()):
        await until_seen(watch, projection, int(asked))


async def idempotency_key(request: Request[Any, Any, Any]) -> IdempotencyKey | None:
    """The key of this request, bound to its caller, path and body."""
    key = request.headers.get("idempotency-key")
    if not key:
        return None
    if len(key) > 200 or not key.isprintable():
        raise Invalid("an Idempotency-Key has up to 200 printable characters", field="Idempotency-Key")
    caller = request.scope.get("user")
    scope = f"{caller.kind}:{caller.id}" if isinstance(caller, Caller) else "anonymous"
    fingerprint = hashlib.sha256(
        request.method.encode() + request.url.path.encode() + b"\0" + await request.body()
    )
    return IdempotencyKey(scope, key, fingerprint.digest())


async def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """PostgreSQL's text holds no U+0000, so no command may carry one."""
    if request.method in ("POST", "PUT", "PATCH") and _NUL.search(await request.body()):
        raise Invalid("text may not contain U+0000", field="body")
