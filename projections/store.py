"""Where read models live in PostgreSQL: a schema each, a row with its position, and one transaction a batch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, sql

from domain.event import Recorded
from projections.projection import Projection, concerns
from projections.tables import Rows, fetch, insert, write

LEADER_LOCK = 0x70726F6A656374  # "project": one process folds, the others stand by

_POSITIONS = """
CREATE SCHEMA IF NOT EXISTS projections;
CREATE TABLE IF NOT EXISTS projections.positions (
    name text PRIMARY KEY,
    version int NOT NULL,
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'running',
    error text NOT NULL DEFAULT '',
    rebuild_done bigint NOT NULL DEFAULT 0,
    rebuild_total bigint NOT NULL DEFAULT 0,
    rebuild_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);
"""


@dataclass(frozen=True)
class Standing:
    """How far one copy of a projection is."""

    version: int
    position: int
    state: str


async def ensure_positions(conn: AsyncConnection[Any]) -> None:
    """The table of positions, made by whoever comes first."""
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s)", (LEADER_LOCK + 1,))
        await conn.execute(_POSITIONS)


async def are_made(conn: AsyncConnection[Any], names: Collection[str]) -> bool:
    """Whether these read models can be asked; at the very first start they cannot for a moment."""
    cursor = await conn.execute("SELECT to_regclass('projections.positions') IS NOT NULL")
    row = await cursor.fetchone()
    return row is not None and bool(row[0]) and set(names) <= (await standings(conn)).keys()


async def standings(conn: AsyncConnection[Any]) -> dict[str, Standing]:
    """By name of projection."""
    cursor = await conn.execute("SELECT name, version, position, state FROM projections.positions")
    return {name: Standing(*rest) for name, *rest in await cursor.fetchall()}


async def create(
    conn: AsyncConnection[Any], projection: Projection, schema: str, *, bare: bool = False
) -> None:
    """An empty copy of the projection's tables; what lay in the schema before is dropped.
    `bare` leaves out what is made faster once the rows are in."""
    place = sql.Identifier(schema)
    await conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(place))
    await conn.execute(sql.SQL("CREATE SCHEMA {}").format(place))
    for table in projection.tables:
        for statement in [table.bare(schema)] if bare else table.ddl(schema):
            await conn.execute(statement)


async def apply(
    conn: AsyncConnection[Any], projection: Projection, schema: str, events: Sequence[Recorded]
) -> None:
    """Folds a batch into the schema's tables, inside the caller's transaction."""
    mine = [recorded for recorded in events if concerns(projection, recorded)]
    if not mine:
        return
    rows = Rows(projection.tables)
    await look_up(conn, projection, schema, rows, mine)
    for recorded in mine:
        projection.fold(recorded, rows)
    for table, added in rows.take_added():
        await insert(conn, schema, table, added)
    for table, upserts, deletes in rows.take_changes():
        await write(conn, schema, table, upserts, deletes)


async def look_up(
    conn: AsyncConnection[Any], projection: Projection, schema: str, rows: Rows, events: Sequence[Recorded]
) -> None:
    """Fetches the rows that folding these events will need and that are not known yet."""
    wanted = (key for recorded in events for key in projection.keys(recorded))
    tables = {table.name: table for table in projection.tables}
    for name, keys in rows.missing(wanted).items():
        rows.learn(name, keys, await fetch(conn, schema, tables[name], keys))


async def move(conn: AsyncConnection[Any], name: str, position: int) -> None:
    """Notes the position in the same transaction as the rows, and tells those who wait for it."""
    await conn.execute(
        "UPDATE projections.positions SET position = %s, state = 'running', error = '', updated_at = now()"
        " WHERE name = %s",
        (position, name),
    )
    await conn.execute("SELECT pg_notify('projection', %s)", (f"{name}:{position}",))


async def pass_over(conn: AsyncConnection[Any], names: Sequence[str], position: int) -> None:
    """Moves these on, up to a position before which nothing concerns them, in one statement and with one notice."""
    await conn.execute(
        "WITH moved AS (UPDATE projections.positions SET position = %(position)s, state = 'running', error = '',"
        " updated_at = now() WHERE name = ANY(%(names)s) AND position < %(position)s RETURNING name)"
        " SELECT pg_notify('projection', string_agg(name, ',') || ':' || %(position)s) FROM moved HAVING count(*) > 0",
        {"names": list(names), "position": position},
    )


async def fail(conn: AsyncConnection[Any], name: str, error: str) -> None:
    """Stops a projection until it is rebuilt, or led anew; an engineer sees the error."""
    await conn.execute(
        "UPDATE projections.positions SET state = 'failed', error = %s, updated_at = now() WHERE name = %s",
        (error.replace("\0", "\ufffd")[:1000], name),
    )


async def checksum(conn: AsyncConnection[Any], projection: Projection, schema: str) -> str:
    """One figure over all rows of all tables, the same for the same rows whatever their order."""
    parts: list[str] = []
    for table in projection.tables:
        cursor = await conn.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric), 0)"
                " FROM {} t"
            ).format(sql.Identifier(schema, table.name))
        )
        count, total = await cursor.fetchone() or (0, 0)
        parts.append(f"{table.name}:{count}:{total}")
    return " ".join(parts)
