"""Questions about the sessions of customers, as their routers' owners noted them."""

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection


class CustomerSession(msgspec.Struct, frozen=True, kw_only=True):
    """`ended_at` is when it was found gone, at most half a minute late; null while it is up."""

    session_id: str
    address: str
    caller_id: str
    started_at: str
    ended_at: str | None


async def of_customer(
    conn: AsyncConnection[Any],
    router_id: str,
    username: str,
    *,
    limit: int,
    after: datetime | None = None,
    at: str | None = None,
) -> list[CustomerSession]:
    """Newest first; `after` is the beginning of the last one seen, `at` asks for those that were up at a time."""
    cursor = await conn.execute(
        "SELECT json_build_object('session_id', session_id, 'address', address, 'caller_id', caller_id,"
        " 'started_at', started_at, 'ended_at', ended_at)::text FROM work.customer_sessions"
        " WHERE router_id = %(router_id)s AND username = %(username)s"
        " AND (%(after)s::timestamptz IS NULL OR started_at < %(after)s)"
        " AND (%(at)s::timestamptz IS NULL OR (started_at <= %(at)s::timestamptz"
        "      AND coalesce(ended_at, 'infinity') > %(at)s::timestamptz))"
        " ORDER BY started_at DESC LIMIT %(limit)s",
        {"router_id": router_id, "username": username, "limit": limit, "after": after, "at": at},
    )
    return [msgspec.json.decode(row[0], type=CustomerSession) for row in await cursor.fetchall()]
