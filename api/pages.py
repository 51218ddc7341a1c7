"""Lists in pages: a limit, a cursor that names the place of the last item seen, a total where it is cheap."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from domain.errors import Invalid

T = TypeVar("T")
P = TypeVar("P")

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="items a page")]
Cursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before; left out: the first page")
]


class Page(msgspec.Struct, Generic[T]):
    """A page of a list; `next_cursor` is null on the last one, `total` where counting would cost too much."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


def page_of(
    items: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]], total: int | None = None
) -> Page[T]:
    """Takes one item more than the limit to know whether another page follows."""
    more = len(items) > limit
    shown = list(items[:limit])
    return Page(shown, encode_cursor(key(shown[-1])) if more else None, total)


def page_of_all(
    items: Sequence[T],
    limit: int,
    cursor: str | None,
    key: Callable[[T], tuple[str, ...]],
    *,
    newest_first: bool = False,
) -> Page[T]:
    """A page of a list that is short enough to be read whole; `key` orders it and is unique."""
    ordered = sorted(items, key=key, reverse=newest_first)
    after = decode_cursor(cursor, tuple[str, ...])
    if after is not None:
        ordered = [item for item in ordered if (key(item) < after if newest_first else key(item) > after)]
    return page_of(ordered[: limit + 1], limit, key, total=len(items))


def encode_cursor(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(place))).decode().rstrip("=")


def decode_cursor(cursor: str | None, kind: type[P]) -> P | None:
    """The place that a cursor of ours names, as the tuple type `kind`; a foreign one is refused."""
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        raw.decode()
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, RecursionError, binascii.Error, msgspec.MsgspecError):
        raise Invalid(
            "the cursor is not one of this list; leave it out to start over", field="cursor"
        ) from None
