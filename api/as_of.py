"""The query parameter `as_of`: a position of the ledger or a moment in time."""

from datetime import datetime
from typing import Annotated

from litestar.params import Parameter

from domain.errors import Invalid
from projections.inventory_queries import AsOf

AsOfParam = Annotated[str | None, Parameter(description="RFC 3339 time, or a position in the ledger")]


def moment(text: str | None) -> AsOf | None:
    """None for now."""
    if not text:
        return None
    if text.isdecimal() and len(text) <= 18:
        return AsOf(position=int(text))
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a + in a query string arrives as a blank
    except ValueError:
        raise Invalid(
            "as_of must be a time such as 2026-01-31T12:00:00Z, or a position", field="as_of"
        ) from None
    if at.tzinfo is None:
        raise Invalid("as_of needs a time zone: append Z for UTC", field="as_of")
    return AsOf(at=at.isoformat())
