"""Compliance policies as they stand."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.compliance import PolicyRule, Scope
from domain.event import Recorded
from domain.policy import PolicyChanged, PolicyCreated, PolicyDeleted, PolicyUndeleted, changed, content
from projections import by_name
from projections.tables import Key, Rows, Table, instant

POLICIES = Table(
    "policies",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        "name": "text NOT NULL",
        "description": "text NOT NULL",
        "severity": "text NOT NULL",
        "platforms": "text[] NOT NULL",
        "labels": "text[] NOT NULL",
        "enabled": "boolean NOT NULL",
        "rules": "jsonb NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "created_by": "text NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "changed_by": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(lower(name), id)",),
)


class Policies:
    """One row a policy."""

    name = "policies"
    version = 1
    tables: Sequence[Table] = (POLICIES,)
    topics: Sequence[str] = ("policy.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "policies", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        policy_id, event = str(recorded.originator_id), recorded.event
        at, by = instant(recorded.meta.occurred_at), recorded.meta.actor.name
        stamp = {"changed_at": at, "changed_by": by, "position": recorded.position}
        match event:
            case PolicyCreated():
                row = {
                    "id": policy_id,
                    "state": "active",
                    **content(event),
                    "created_at": at,
                    "created_by": by,
                }
                rows.put("policies", {**row, **stamp})
            case PolicyChanged():
                rows.update("policies", policy_id, **changed(event), **stamp)
            case PolicyDeleted():
                rows.update("policies", policy_id, state="deleted", **stamp)
            case PolicyUndeleted():
                rows.update("policies", policy_id, state="active", **stamp)
            case _:
                pass


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One policy with its rules."""

    id: str
    state: str
    name: str
    description: str
    severity: str
    platforms: list[str]
    labels: list[str]
    enabled: bool
    rules: list[PolicyRule]
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    platform: str | None = None,
    enabled: bool | None = None,
    q: str | None = None,
    after: tuple[str, str] | None = None,
) -> list[PolicyRow]:
    """Active ones by name; `after` is (lower-case name, id) of the last one seen."""
    page = " AND (lower(name), id) > (%(name)s, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        "SELECT row_to_json(p)::text FROM policies.policies p WHERE state = 'active'"
        " AND (%(platform)s::text IS NULL OR platforms = '{}' OR %(platform)s = ANY(platforms))"
        " AND (%(enabled)s::bool IS NULL OR enabled = %(enabled)s)"
        " AND (%(q)s::text IS NULL OR strpos(lower(name || ' ' || description), lower(%(q)s)) > 0)"
        f"{page} ORDER BY lower(name), id LIMIT %(limit)s",
        {
            "platform": platform,
            "enabled": enabled,
            "q": q,
            "limit": limit,
            "name": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )
    return [msgspec.json.decode(row[0], type=PolicyRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], policy_id: str) -> PolicyRow | None:
    """Also a deleted one."""
    return await by_name.by_id(conn, "policies", policy_id, PolicyRow)


async def named(conn: AsyncConnection[Any], name: str) -> str | None:
    """The id of the active policy of this name, whatever the case."""
    return await by_name.named(conn, "policies", name)


async def scopes(conn: AsyncConnection[Any], policy_ids: Sequence[str] | None = None) -> list[Scope]:
    """What is to be evaluated: those named, even when they are switched off, or all that are switched on; by name."""
    cursor = await conn.execute(
        "SELECT json_build_object('policy_id', id, 'name', name, 'severity', severity, 'platforms', platforms,"
        " 'labels', labels, 'rules', rules)::text FROM policies.policies WHERE state = 'active'"
        " AND CASE WHEN %(ids)s::uuid[] IS NULL THEN enabled ELSE id = ANY(%(ids)s::uuid[]) END"
        " ORDER BY lower(name), id",
        {"ids": list(policy_ids) if policy_ids is not None else None},
    )
    return [msgspec.json.decode(row[0], type=Scope) for row in await cursor.fetchall()]
