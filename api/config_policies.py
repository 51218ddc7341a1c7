"""Compliance policies: rules for configurations, as data."""

from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.caller import engineer, viewer
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do, Regexes
from domain.errors import Conflict, NotFound
from domain.policy import (
    POLICY,
    ChangePolicy,
    CreatePolicy,
    DeletePolicy,
    Policy,
    PolicyContent,
    check,
    check_patterns,
    content,
)
from projections import policies
from projections.policies import PolicyRow

SEEN = "policies"
READS = {"reads": (SEEN,)}


@get("/config/policies", guards=[viewer], opt=READS)
async def list_policies(
    connect: Connect,
    platform: Annotated[str | None, QueryParameter(max_length=100, description="those about it")] = None,
    enabled: FromQuery[bool | None] = None,
    q: Annotated[
        str | None, QueryParameter(max_length=255, description="text in name or description")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PolicyRow]:
    """By name, the starter set among them."""
    after = decode_cursor(cursor, tuple[str, UUID])
    async with connect() as conn:
        rows = await policies.find(
            conn,
            limit=limit + 1,
            platform=platform,
            enabled=enabled,
            q=q,
            after=(after[0], str(after[1])) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.name.lower(), row.id))


@get("/config/policies/{policy:uuid}", guards=[viewer], opt=READS)
async def get_policy(policy: FromPath[UUID], connect: Connect) -> PolicyRow:
    """One policy with its rules."""
    return await policy_row(connect, policy)


@post("/config/policies", guards=[engineer])
async def create_policy(
    data: JSONBody[CreatePolicy], commands: Do, connect: Connect, regexes: Regexes
) -> Response[PolicyRow]:
    """400 names the field of what is wrong, a regular expression among it; 409 where another has the name."""
    _check(data, regexes)
    async with connect() as conn:
        holder = await policies.named(conn, data.name)
    # Put to the one of this name, the command is refused, unless this request is a retry of what made it.
    outcome = await commands.do(POLICY.to(holder or uuid4(), data, new=holder is None), seen_by=SEEN)
    return await commands.answer(await policy_row(connect, outcome.events[0].originator_id), status=201)


@put("/config/policies/{policy:uuid}", guards=[engineer])
async def change_policy(
    policy: FromPath[UUID],
    data: JSONBody[PolicyContent],
    commands: Do,
    connect: Connect,
    regexes: Regexes,
) -> Response[PolicyRow]:
    """Replaces it. Stored configurations are checked against it at once."""
    await policy_row(connect, policy)
    _check(data, regexes)
    async with connect() as conn:
        holder = await policies.named(conn, data.name)
    if holder is not None and holder != str(policy):
        raise Conflict(f"another policy is called {data.name}", code="POLICY_EXISTS", field="name", id=holder)
    change = msgspec.convert({**content(data), "reason": data.reason}, ChangePolicy)
    await commands.do(POLICY.to(policy, change), seen_by=SEEN)
    return await commands.answer(await policy_row(connect, policy))


@delete("/config/policies/{policy:uuid}", guards=[engineer], status_code=200)
async def delete_policy(
    policy: FromPath[UUID],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[PolicyRow]:
    """Its findings are closed; reverting the audit entry brings it back."""
    await commands.do(POLICY.to(policy, DeletePolicy(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(await policy_row(connect, policy, deleted=True))


def _check(data: PolicyContent, regexes: Regexes) -> None:
    wanted = msgspec.convert(content(data), Policy)
    check(wanted)
    check_patterns(wanted.rules, regexes)


async def policy_row(connect: Connect, policy: UUID, *, deleted: bool = False) -> PolicyRow:
    """Raises NotFound; for a deleted one too, unless `deleted`."""
    async with connect() as conn:
        row = await policies.one(conn, str(policy))
    if row is None or (row.state != "active" and not deleted):
        raise NotFound("no such policy", code="POLICY_NOT_FOUND")
    return row


ROUTER = Router(
    "/",
    route_handlers=[list_policies, get_policy, create_policy, change_policy, delete_policy],
    tags=["compliance"],
)
