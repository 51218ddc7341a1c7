"""Moments in query parameters: times, and `as_of`, which takes a position of the ledger too."""

from datetime import UTC, datetime
from typing import Annotated

from litestar.params import QueryParameter

from domain.errors import Invalid
from projections.inventory_queries import AsOf

AsOfParam = Annotated[
    str | None, QueryParameter(description="a time (RFC 3339), or a position in the ledger; left out: now")
]


def moment(text: str | None) -> AsOf | None:
    """None for now."""
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        if len(text) > 18:
            raise Invalid("as_of: a position has up to 18 digits", field="as_of")
        return AsOf(position=int(text))
    at = point_in_time(text, "as_of", "or a position in the ledger")
    return AsOf(at=at.isoformat()) if at is not None else None


def point_in_time(text: str | None, field: str, otherwise: str = "") -> datetime | None:
    """UTC. Raises Invalid for what is no RFC 3339 time, or has no zone."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a + in a query string arrives as a blank
        if at.tzinfo is None:
            raise Invalid(f"{field} needs a time zone: append Z for UTC", field=field)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            f"{field} must be a time such as 2026-01-31T12:00:00Z {otherwise}".rstrip(), field=field
        ) from None
