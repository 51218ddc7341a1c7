"""Users, for admins."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import admin
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.passwords import check_strength
from api.provided import Admins, Bus, Connect, Destroy, Do, Hashes, LoginSessions, Secrets
from api.unspoken import Unspoken
from api.user_body import UserBody, all_users, user_body
from domain.role import Role
from domain.user import USER, user_id
from domain.user_commands import ChangeUser, CreateUser, DeleteUser, ReplacePassword, Username

READS = {"reads": ("accounts",)}
SEEN = "accounts"
Email = Annotated[str, msgspec.Meta(max_length=320, pattern=r"^$|^[^@\s]+@[^@\s]+$")]
"""Empty, or somebody at some host: whether mail arrives there, only mail can tell (RFC 5321, 4.1.2)."""


class NewUser(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password has 10 to 1,000 characters; there is no other rule for it."""

    username: Username
    password: str
    role: Role
    email: Email = ""
    disabled: bool = False
    reason: str = ""


class UserChanges(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is left out stays. A new password and a disabling end the user's sessions."""

    role: Role | msgspec.UnsetType = msgspec.UNSET
    email: Email | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""


@get("/users", guards=[admin], opt=READS)
async def list_users(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[UserBody]:
    """By name."""
    return page_of_all(await all_users(connect), limit, cursor, lambda user: (user.username, user.id))


@get("/users/{user:uuid}", guards=[admin], opt=READS)
async def get_user(user: FromPath[UUID], connect: Connect) -> UserBody:
    """One user."""
    return await user_body(connect, user)


@post("/users", guards=[admin])
async def create_user(
    data: JSONBody[NewUser], commands: Do, connect: Connect, vault: Secrets, passwords: Hashes
) -> Response[UserBody]:
    """409 where the name is taken, whatever the case."""
    check_strength(data.password)
    account = user_id(data.username)
    password_id = await vault.put(await passwords.hash(data.password), purpose="password")
    create = CreateUser(
        username=data.username, role=data.role, email=data.email, password_id=password_id, reason=data.reason
    )
    intents = [USER.to(account, create)]
    if data.disabled:
        intents.append(USER.to(account, ChangeUser(disabled=True, reason=data.reason)))
    await commands.do(*intents, seen_by=SEEN, fresh_secret=password_id)
    return await commands.answer(await user_body(connect, account), status=201)


@patch("/users/{user:uuid}", guards=[admin])
async def change_user(
    user: FromPath[UUID],
    data: JSONBody[UserChanges],
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
    passwords: Hashes,
    sessions: LoginSessions,
    admins: Admins,
) -> Response[UserBody]:
    """The last admin can neither be disabled nor lose the role."""
    change = ChangeUser(role=data.role, email=data.email, disabled=data.disabled, reason=data.reason)
    intents = [USER.to(user, change)]
    fresh = old = ""
    if data.password is not msgspec.UNSET:
        check_strength(data.password)
        old = (await bus.state(USER, user)).password_id
        fresh = await vault.put(await passwords.hash(data.password), purpose="password")
        intents.append(USER.to(user, ReplacePassword(password_id=fresh, reason=data.reason)))
    async with admins.kept(user, change):
        await commands.do(*intents, seen_by=SEEN, fresh_secret=fresh)
    if data.disabled is True or fresh:
        await sessions.close_all(str(user))
    if fresh and old:
        await vault.destroy(old)
    return await commands.answer(await user_body(connect, user))


@delete("/users/{user:uuid}", guards=[admin], status_code=204)
async def delete_user(
    user: FromPath[UUID],
    commands: Do,
    admins: Admins,
    destroyer: Destroy,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[None]:
    """Also destroys the password, ends the sessions and destroys the key of the personal data."""
    command = DeleteUser(reason=why(data, reason))
    async with admins.kept(user, command):
        await commands.do(USER.to(user, command), seen_by=SEEN)
    await destroyer.follow(user)
    return await commands.answer(None, status=204)


ROUTER = Router(
    "/",
    route_handlers=[list_users, get_user, create_user, change_user, delete_user],
    tags=["users"],
)
