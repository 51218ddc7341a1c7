"""Templates as they stand, and every version of each."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.event import Recorded
from domain.template import (
    CONTENT,
    TemplateChanged,
    TemplateCreated,
    TemplateDeleted,
    TemplateUndeleted,
    changed,
    content,
)
from domain.template_variables import Variable
from projections import by_name
from projections.tables import Key, Row, Rows, Table, instant

_CONTENT = {
    "name": "text NOT NULL",
    "description": "text NOT NULL",
    "platforms": "text[] NOT NULL",
    "body": "text NOT NULL",
    "variables": "jsonb NOT NULL",
}
TEMPLATES = Table(
    "templates",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        **_CONTENT,
        "version": "int NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "created_by": "text NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "changed_by": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(lower(name), id)",),
)
VERSIONS = Table(
    "versions",
    {
        "template_id": "uuid",
        "version": "int",
        **_CONTENT,
        "restored_from": "int",
        "at": "timestamptz NOT NULL",
        "by": "text NOT NULL",
        "reason": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("template_id", "version"),
    append_only=True,
)


class Templates:
    """One row a template, one row a version."""

    name = "templates"
    version = 1
    tables: Sequence[Table] = (TEMPLATES, VERSIONS)
    topics: Sequence[str] = tuple(
        event.topic for event in (TemplateCreated, TemplateChanged, TemplateDeleted, TemplateUndeleted)
    )

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "templates", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        template_id, event = str(recorded.originator_id), recorded.event
        at, by = instant(recorded.meta.occurred_at), recorded.meta.actor.name
        stamp = {"changed_at": at, "changed_by": by, "position": recorded.position}
        match event:
            case TemplateCreated():
                row = {
                    "id": template_id,
                    "state": "active",
                    **content(event),
                    "version": 1,
                    "created_at": at,
                    "created_by": by,
                    **stamp,
                }
                rows.put("templates", row)
                rows.append("versions", _version(row, recorded, None))
            case TemplateChanged():
                before = rows.get("templates", template_id)
                if before is not None:
                    row = {**before, **changed(event), "version": before["version"] + 1, **stamp}
                    rows.put("templates", row)
                    rows.append("versions", _version(row, recorded, event.restored_from))
            case TemplateDeleted():
                rows.update("templates", template_id, state="deleted", **stamp)
            case TemplateUndeleted():
                rows.update("templates", template_id, state="active", **stamp)
            case _:
                pass


def _version(row: Row, recorded: Recorded, restored_from: int | None) -> Row:
    return {
        "template_id": row["id"],
        "version": row["version"],
        **{field: row[field] for field in CONTENT},
        "restored_from": restored_from,
        "at": row["changed_at"],
        "by": row["changed_by"],
        "reason": recorded.meta.reason,
        "position": row["position"],
    }


class TemplateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One template in its present version."""

    id: str
    state: str
    name: str
    description: str
    platforms: list[str]
    body: str
    variables: list[Variable]
    version: int
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str


class TemplateVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a template, whole."""

    template_id: str
    version: int
    name: str
    description: str
    platforms: list[str]
    body: str
    variables: list[Variable]
    restored_from: int | None
    at: str
    by: str
    reason: str


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    platform: str | None = None,
    q: str | None = None,
    after: tuple[str, str] | None = None,
) -> list[TemplateRow]:
    """Active ones by name; `after` is (lower-case name, id) of the last one seen."""
    page = " AND (lower(name), id) > (%(name)s, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        "SELECT row_to_json(t)::text FROM templates.templates t WHERE state = 'active'"
        " AND (%(platform)s::text IS NULL OR platforms = '{}' OR %(platform)s = ANY(platforms))"
        " AND (%(q)s::text IS NULL OR strpos(lower(name || ' ' || description), lower(%(q)s)) > 0)"
        f"{page} ORDER BY lower(name), id LIMIT %(limit)s",
        {
            "platform": platform,
            "q": q,
            "limit": limit,
            "name": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )
    return [msgspec.json.decode(row[0], type=TemplateRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], template_id: str) -> TemplateRow | None:
    """Also a deleted one."""
    return await by_name.by_id(conn, "templates", template_id, TemplateRow)


async def named(conn: AsyncConnection[Any], name: str) -> str | None:
    """The id of the active template of this name, whatever the case."""
    return await by_name.named(conn, "templates", name)


async def versions(
    conn: AsyncConnection[Any], template_id: str, *, limit: int, below: int | None = None
) -> list[TemplateVersion]:
    """The newest first."""
    cursor = await conn.execute(
        "SELECT row_to_json(v)::text FROM templates.versions v WHERE template_id = %s AND version < %s"
        " ORDER BY version DESC LIMIT %s",
        (template_id, below if below is not None else 2**31 - 1, limit),
    )
    return [msgspec.json.decode(row[0], type=TemplateVersion) for row in await cursor.fetchall()]
