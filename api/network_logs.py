"""What devices say of themselves: syslog messages and SNMP traps."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Router, get
from litestar.params import FromQuery, QueryParameter
from psycopg.errors import QueryCanceled

from api.caller import viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect
from domain.errors import Invalid
from projections import network_logs
from projections.network_logs import NetworkLogRow

Severity = Literal["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"]


@get("/logs/network", guards=[viewer])
async def list_network_logs(
    connect: Connect,
    q: Annotated[
        str | None, QueryParameter(max_length=255, description="text in the message, its host or program")
    ] = None,
    device_id: FromQuery[UUID | None] = None,
    address: Annotated[str | None, QueryParameter(max_length=64)] = None,
    source: FromQuery[Literal["syslog", "trap", "receiver"] | None] = None,
    severity: Annotated[Severity | None, QueryParameter(description="the least grave that is wanted")] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[NetworkLogRow]:
    """The newest first. `receiver` is the source of what Netledger says of messages that it dropped."""
    after = decode_cursor(cursor, tuple[str, int])
    try:
        async with connect() as conn:
            rows = await network_logs.page(
                conn,
                limit=limit + 1,
                after=after,
                severity=severity,
                q=q,
                device_id=str(device_id) if device_id else None,
                address=address,
                source=source,
                since=since.isoformat() if since else None,
                until=until.isoformat() if until else None,
            )
    except QueryCanceled:
        raise Invalid(
            "the search takes too long; narrow it by since and until, or by device", field="since"
        ) from None
    return page_of(rows, limit, lambda row: (row.received_at, row.id))


ROUTER = Router("/", route_handlers=[list_network_logs], tags=["logs"])
