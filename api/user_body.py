"""A user as the API shows one, and the caller's own profile."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from api.caller import Caller
from api.provided import Connect
from domain.errors import NotFound, Refused
from domain.role import Role
from projections.accounts import listed


class UserBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without any secret. An API key's profile has its name as the user name."""

    id: str
    kind: Literal["user", "api_key"] = "user"
    username: str
    email: str = ""
    role: Role
    disabled: bool = False
    totp: bool = False
    theme: str = "system"
    notifications: dict[str, Any] = {}
    created_at: datetime
    last_login_at: datetime | None = None


async def user_body(connect: Connect, user: UUID) -> UserBody:
    """Raises NotFound."""
    for each in await all_users(connect):
        if each.id == str(user):
            return each
    raise NotFound("no such user", code="USER_NOT_FOUND")


async def all_users(connect: Connect) -> list[UserBody]:
    async with connect() as conn:
        rows = await listed(conn, "users", "username")
    return msgspec.convert(rows, list[UserBody])


async def profile(connect: Connect, caller: Caller) -> UserBody:
    if caller.kind == "user":
        return await user_body(connect, UUID(caller.id))
    async with connect() as conn:
        rows = [row for row in await listed(conn, "api_keys", "id") if row["id"] == caller.id]
    if not rows:
        raise NotFound("the key was revoked", code="API_KEY_NOT_FOUND")
    return msgspec.convert({**rows[0], "kind": "api_key", "username": caller.name}, UserBody)


def own_id(caller: Caller) -> UUID:
    """The account that a caller changes; raises Refused for an API key, which has none."""
    if caller.kind != "user":
        raise Refused("an API key has no account of its own; an admin manages it", code="NOT_A_USER")
    return UUID(caller.id)
