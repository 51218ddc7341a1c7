"""Things that engineers name, such as templates and policies: found by their id, or by their name whatever its case."""

from typing import Any, TypeVar

import msgspec
from psycopg import AsyncConnection, sql

R = TypeVar("R")


async def by_id(conn: AsyncConnection[Any], things: str, thing_id: str, kind: type[R]) -> R | None:
    """Also a deleted one. `things` names the read model and its table."""
    query = sql.SQL("SELECT row_to_json(t)::text FROM {} t WHERE id = %s").format(
        sql.Identifier(things, things)
    )
    row = await (await conn.execute(query, (thing_id,))).fetchone()
    return msgspec.json.decode(row[0], type=kind) if row else None


async def named(conn: AsyncConnection[Any], things: str, name: str) -> str | None:
    """The id of the active one of this name."""
    query = sql.SQL(
        "SELECT id::text FROM {} WHERE lower(name) = lower(%s) AND state = 'active' LIMIT 1"
    ).format(sql.Identifier(things, things))
    row = await (await conn.execute(query, (name,))).fetchone()
    return str(row[0]) if row else None
