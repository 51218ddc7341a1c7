"""How far each read model is: position, lag, rows, state."""

from typing import Any

import msgspec
from psycopg import AsyncConnection, sql

from projections.catalogue import projections


class ProjectionStanding(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is running, rebuilding or failed; `rows` is PostgreSQL's estimate; `lag` is in events."""

    name: str
    position: int
    lag: int
    rows: int
    state: str
    error: str
    version: int
    updated_at: str
    rebuild: dict[str, int] | None = None


async def standings(conn: AsyncConnection[Any]) -> list[ProjectionStanding]:
    """In the order in which the runner feeds them."""
    cursor = await conn.execute(
        "SELECT name, p.position, greatest(0, coalesce(h.position, 0) - p.position), state, error, version,"
        " to_json(updated_at) #>> '{}', rebuild_at > now() - interval '15 seconds', rebuild_done, rebuild_total"
        " FROM projections.positions p LEFT JOIN ledger.head h ON true"
    )
    known = {row[0]: row for row in await cursor.fetchall()}
    result: list[ProjectionStanding] = []
    for projection in projections():
        if projection.name not in known:
            continue
        name, position, lag, state, error, version, updated_at, rebuilding, done, total = known[
            projection.name
        ]
        rows = 0
        for table in projection.tables:
            cursor = await conn.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
                (f"{name}.{table.name}",),
            )
            row = await cursor.fetchone()
            rows += await _estimated(conn, name, table.name, row[0] if row else -1)
        result.append(
            ProjectionStanding(
                name=name,
                position=position,
                lag=lag,
                rows=rows,
                state="rebuilding" if rebuilding else state,
                error=error,
                version=version,
                updated_at=updated_at,
                rebuild={"done": done, "total": total} if rebuilding else None,
            )
        )
    return result


async def _estimated(conn: AsyncConnection[Any], schema: str, table: str, estimate: int | None) -> int:
    """Small and never analysed tables are counted; counting a large one would take as long as it is large."""
    if estimate is not None and estimate > 10_000:
        return estimate
    cursor = await conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table)))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0
