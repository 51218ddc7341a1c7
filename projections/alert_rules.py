"""Alert rules as they are, and every version with who wrote it and why."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert_rule import (
    AlertRuleChanged,
    AlertRuleCreated,
    AlertRuleDeleted,
    AlertRuleRestored,
    AlertRuleUndeleted,
)
from domain.alerting.rule import Rule, RuleVersion
from domain.event import Recorded
from projections.tables import Key, Rows, Table, instant

RULES = Table(
    "rules",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        "name": "text NOT NULL",
        "kind": "text NOT NULL",
        "version": "int NOT NULL",
        "severity": "text NOT NULL",
        "enabled": "boolean NOT NULL",
        "template": "text NOT NULL",
        "rule": "jsonb NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "changed_by": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
)
VERSIONS = Table(
    "versions",
    {
        "rule_id": "uuid",
        "version": "int",
        "rule": "jsonb NOT NULL",
        "at": "timestamptz NOT NULL",
        "author": "text NOT NULL",
        "reason": "text NOT NULL",
        "changes": "jsonb NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("rule_id", "version"),
    append_only=True,
)


class AlertRules:
    """One row a rule that ever was, one more a version."""

    name = "alert_rules"
    version = 1
    tables: Sequence[Table] = (RULES, VERSIONS)
    topics: Sequence[str] = ("alert_rule.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "rules", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        rule_id, event, meta = str(recorded.originator_id), recorded.event, recorded.meta
        at, author = instant(meta.occurred_at), meta.actor.name
        stamp = {"changed_at": at, "changed_by": author, "position": recorded.position}
        match event:
            case AlertRuleCreated():
                fresh = {"id": rule_id, "state": "active", "template": event.template, "created_at": at}
                rows.put("rules", {**fresh, **_columns(event.rule, 1), **stamp})
                self._add_version(recorded, rows, event.rule, 1, [])
            case AlertRuleChanged() | AlertRuleRestored():
                rows.update("rules", rule_id, **_columns(event.rule, event.version), **stamp)
                self._add_version(
                    recorded, rows, event.rule, event.version, [msgspec.to_builtins(c) for c in event.changes]
                )
            case AlertRuleDeleted():
                rows.update("rules", rule_id, state="deleted", **stamp)
            case AlertRuleUndeleted():
                rows.update("rules", rule_id, state="active", **stamp)
            case _:
                pass

    @staticmethod
    def _add_version(recorded: Recorded, rows: Rows, rule: Rule, version: int, changes: list[Any]) -> None:
        row = {
            "rule_id": str(recorded.originator_id),
            "version": version,
            "rule": msgspec.to_builtins(rule),
            "at": instant(recorded.meta.occurred_at),
            "author": recorded.meta.actor.name,
            "reason": recorded.meta.reason,
            "changes": changes,
            "position": recorded.position,
        }
        rows.append("versions", row)


def _columns(rule: Rule, version: int) -> dict[str, Any]:
    return {
        "name": rule.name,
        "kind": rule.kind,
        "version": version,
        "severity": rule.severity,
        "enabled": rule.enabled,
        "rule": msgspec.to_builtins(rule),
    }


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it is."""

    id: str
    version: int
    rule: Rule
    template: str
    state: str
    created_at: str
    changed_at: str
    changed_by: str


class RuleVersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a rule: its text, who wrote it, why, and what it changed."""

    version: int
    rule: Rule
    at: str
    author: str
    reason: str
    changes: list[dict[str, Any]]
    position: int


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    kind: str | None = None,
    enabled: bool | None = None,
    after: tuple[str, str] | None = None,
) -> list[RuleRow]:
    """Rules that are not deleted, by name; `after` is (name, id) of the last one seen."""
    cursor = await conn.execute(
        "SELECT row_to_json(r)::text FROM alert_rules.rules r WHERE state = 'active'"
        " AND (%(kind)s::text IS NULL OR kind = %(kind)s)"
        " AND (%(enabled)s::boolean IS NULL OR enabled = %(enabled)s)"
        " AND (%(name)s::text IS NULL OR (name, id) > (%(name)s, %(id)s::uuid))"
        " ORDER BY name, id LIMIT %(limit)s",
        {
            "kind": kind,
            "enabled": enabled,
            "name": after[0] if after else None,
            "id": after[1] if after else None,
            "limit": limit,
        },
    )
    return [msgspec.json.decode(row[0], type=RuleRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], rule_id: str) -> RuleRow | None:
    """The rule, deleted or not."""
    cursor = await conn.execute(
        "SELECT row_to_json(r)::text FROM alert_rules.rules r WHERE id = %s", (rule_id,)
    )
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=RuleRow) if row else None


async def versions(
    conn: AsyncConnection[Any], rule_id: str, *, limit: int, below: int | None = None
) -> list[RuleVersionRow]:
    """Newest first."""
    cursor = await conn.execute(
        "SELECT row_to_json(v)::text FROM alert_rules.versions v WHERE rule_id = %s AND version < %s"
        " ORDER BY version DESC LIMIT %s",
        (rule_id, below if below is not None else 2**31 - 1, limit),
    )
    return [msgspec.json.decode(row[0], type=RuleVersionRow) for row in await cursor.fetchall()]


async def in_force(conn: AsyncConnection[Any]) -> list[RuleVersion]:
    """Enabled rules, in a fixed order."""
    cursor = await conn.execute(
        "SELECT json_build_object('id', id, 'version', version, 'rule', rule)::text FROM alert_rules.rules"
        " WHERE state = 'active' AND enabled ORDER BY id"
    )
    return [msgspec.json.decode(row[0], type=RuleVersion) for row in await cursor.fetchall()]
