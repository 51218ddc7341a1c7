"""Alert rules: list, make, change, delete, their versions, and templates to start from."""

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import engineer, viewer
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do
from domain.alert_rule import (
    ALERT_RULE,
    ChangeAlertRule,
    CreateAlertRule,
    DeleteAlertRule,
    RestoreAlertRule,
)
from domain.alerting.rule import Rule
from domain.alerting.templates import TEMPLATES
from domain.errors import NotFound
from projections import alert_rules
from projections.alert_rules import RuleRow, RuleVersionRow

SEEN = "alert_rules"
READS = {"reads": (SEEN,)}
_TOP = 2**31 - 1
Kind = Literal[
    "threshold", "absence", "device_down", "interface_down", "anomaly", "compliance", "config_drift", "customer_drift",
    "log",
]  # fmt: skip


class NewRule(Rule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule; `template` may name what it was made from."""

    template: Annotated[str, msgspec.Meta(max_length=100)] = ""
    reason: str = ""


class RuleBody(Rule, frozen=True, kw_only=True):
    """A rule as it is, with the version of its text."""

    id: str
    version: int
    kind: str
    template: str
    state: str
    created_at: str
    changed_at: str
    changed_by: str


class TemplateBody(Rule, frozen=True, kw_only=True):
    """A rule to start from. `active`: the first start made a rule of it."""

    id: str
    kind: str
    active: bool


class Restore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which version is wanted back."""

    version: Annotated[int, msgspec.Meta(ge=1, le=_TOP)]
    reason: str = ""


@get("/alert-rules", guards=[viewer], opt=READS)
async def list_rules(
    connect: Connect,
    kind: FromQuery[Kind | None] = None,
    enabled: FromQuery[bool | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RuleBody]:
    """By name."""
    after = decode_cursor(cursor, tuple[str, UUID])
    async with connect() as conn:
        rows = await alert_rules.find(
            conn,
            limit=limit + 1,
            kind=kind,
            enabled=enabled,
            after=(after[0], str(after[1])) if after else None,
        )
    return page_of([_body(row) for row in rows], limit, lambda row: (row.name, row.id))


@get("/alert-rules/templates", guards=[viewer])
async def templates() -> Page[TemplateBody]:
    """Rules to start from, with defaults that make sense; POST one to /alert-rules, changed as you like."""
    items = [
        TemplateBody(**_fields(each.rule), id=each.id, kind=each.rule.kind, active=each.active)
        for each in TEMPLATES
    ]
    return Page(items=items, next_cursor=None)


@get("/alert-rules/{rule:uuid}", guards=[viewer], opt=READS)
async def get_rule(rule: FromPath[UUID], connect: Connect) -> RuleBody:
    """One rule."""
    return await _one(connect, rule)


@post("/alert-rules", guards=[engineer])
async def create_rule(data: JSONBody[NewRule], commands: Do, connect: Connect) -> Response[RuleBody]:
    """201 with the rule, which holds at once; 400 names the field that makes no sense."""
    command = CreateAlertRule(rule=Rule(**_fields(data)), template=data.template, reason=data.reason)
    outcome = await commands.do(ALERT_RULE.to(uuid4(), command, new=True), seen_by=SEEN)
    return await commands.answer(await _one(connect, outcome.events[0].originator_id), status=201)


@patch("/alert-rules/{rule:uuid}", guards=[engineer])
async def change_rule(
    rule: FromPath[UUID], data: JSONBody[ChangeAlertRule], commands: Do, connect: Connect
) -> Response[RuleBody]:
    """What is left out stays; a condition and a scope are given whole. Every change is a new version."""
    await commands.do(ALERT_RULE.to(rule, data), seen_by=SEEN)
    return await commands.answer(await _one(connect, rule))


@delete("/alert-rules/{rule:uuid}", guards=[engineer], status_code=200)
async def delete_rule(
    rule: FromPath[UUID],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[RuleBody]:
    """Its alerts are resolved; its versions stay, and restoring one brings the rule back."""
    await commands.do(ALERT_RULE.to(rule, DeleteAlertRule(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(await _one(connect, rule))


@get("/alert-rules/{rule:uuid}/versions", guards=[viewer], opt=READS)
async def list_versions(
    rule: FromPath[UUID], connect: Connect, limit: Limit = 50, cursor: Cursor = None
) -> Page[RuleVersionRow]:
    """Newest first: each text, who wrote it, why, and what it changed."""
    after = decode_cursor(cursor, tuple[Annotated[int, msgspec.Meta(ge=0, le=_TOP)]])
    await _one(connect, rule)
    async with connect() as conn:
        rows = await alert_rules.versions(conn, str(rule), limit=limit + 1, below=after[0] if after else None)
    return page_of(rows, limit, lambda row: (row.version,))


@post("/alert-rules/{rule:uuid}/restore", guards=[engineer], status_code=200)
async def restore_version(
    rule: FromPath[UUID], data: JSONBody[Restore], commands: Do, connect: Connect
) -> Response[RuleBody]:
    """Brings an old text back as a new version; a deleted rule comes back with it."""
    command = RestoreAlertRule(version=data.version, reason=data.reason)
    await commands.do(ALERT_RULE.to(rule, command), seen_by=SEEN)
    return await commands.answer(await _one(connect, rule))


def _fields(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in Rule.__struct_fields__}


def _body(row: RuleRow) -> RuleBody:
    return RuleBody(
        **_fields(row.rule),
        id=row.id,
        version=row.version,
        kind=row.rule.kind,
        template=row.template,
        state=row.state,
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


async def _one(connect: Connect, rule: UUID) -> RuleBody:
    async with connect() as conn:
        row = await alert_rules.one(conn, str(rule))
    if row is None:
        raise NotFound("no such alert rule", code="ALERT_RULE_NOT_FOUND")
    return _body(row)


ROUTER = Router(
    "/",
    route_handlers=[
        list_rules,
        templates,
        get_rule,
        create_rule,
        change_rule,
        delete_rule,
        list_versions,
        restore_version,
    ],
    tags=["alert rules"],
)
