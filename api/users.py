"""Users: one's own profile, and everybody's for admins."""

from typing import Any, Literal
from uuid import UUID

import msgspec
import pyotp
from litestar import Request, Response, Router, delete, get, patch, post

from api.caller import Caller, admin, viewer
from api.conventions import Page, commanded, until_seen
from api.passwords import check_strength, hash_password, password_holds
from api.provided import Bus, By, Connect, Key, LoginSessions, Secrets, Watch
from domain.errors import Invalid, NotFound, Refused
from domain.user import (
    USER,
    ChangeUser,
    CreateUser,
    DeleteUser,
    DisableTotp,
    EnableTotp,
    ReplacePassword,
    Role,
    Username,
    user_id,
)
from projections.accounts import listed

AnyRequest = Request[Caller, Any, Any]
READS = {"reads": ("accounts",)}


class UserBody(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    username: str
    email: str
    role: str
    disabled: bool
    totp: bool
    theme: str
    notifications: dict[str, Any]
    created_at: str
    last_login_at: str | None


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    username: Username
    password: str
    role: Role
    email: str = ""
    disabled: bool = False
    reason: str = ""


class UserChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    role: Role | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""


class OwnChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A new password needs the current one; it ends all other sessions."""

    email: str | msgspec.UnsetType = msgspec.UNSET
    theme: Literal["system", "light", "dark"] | msgspec.UnsetType = msgspec.UNSET
    notifications: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    current_password: str = ""
    reason: str = ""


class TotpCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    secret: str
    code: str


class TotpSecret(msgspec.Struct, frozen=True):
    secret: str
    uri: str


@get("/users/me", guards=[viewer], opt=READS)
async def me(request: AnyRequest, connect: Connect) -> UserBody:
    return await _user(connect, _own_id(request))


@patch("/users/me", guards=[viewer])
async def change_me(
    request: AnyRequest,
    data: OwnChanges,
    bus: Bus,
    by: By,
    watch: Watch,
    connect: Connect,
    vault: Secrets,
    sessions: LoginSessions,
) -> Response[UserBody]:
    own = _own_id(request)
    if data.password is not msgspec.UNSET:
        state = await bus.state(USER, own)
        if not await password_holds(await vault.read(state.password_id), data.current_password):
            raise Invalid("the current password is wrong", field="current_password")
        await _replace_password(own, data.password, data.reason, bus, by, vault)
        await sessions.close_all(str(own), but=request.user.session_id)
    command = ChangeUser(
        email=data.email, theme=data.theme, notifications=data.notifications, reason=data.reason
    )
    outcome = await bus.execute(USER.to(own, command), by=by)
    await until_seen(watch, "accounts", outcome.position or watch.ledger_position())
    return commanded(await _user(connect, own), outcome.position, watch)


@post("/users/me/totp", guards=[viewer], status_code=200)
async def propose_totp(request: AnyRequest) -> TotpSecret:
    """A fresh secret for an authenticator app; nothing is in force until a code made from it is confirmed."""
    _own_id(request)
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=request.user.name, issuer_name="Netledger")
    return TotpSecret(secret, uri)


@post("/users/me/totp/confirm", guards=[viewer], status_code=200)
async def confirm_totp(
    request: AnyRequest, data: TotpCode, bus: Bus, by: By, watch: Watch, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    own = _own_id(request)
    try:
        holds = pyotp.TOTP(data.secret).verify(data.code, valid_window=1)
    except (ValueError, TypeError):
        raise Invalid("the secret is not one of ours", field="secret") from None
    if not holds:
        raise Invalid("the code does not match; check the clock of your device", field="code")
    secret_id = await vault.put(data.secret.encode(), purpose="totp")
    outcome = await bus.execute(USER.to(own, EnableTotp(totp_id=secret_id)), by=by)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(await _user(connect, own), outcome.position, watch)


@delete("/users/me/totp", guards=[viewer], status_code=200)
async def disable_totp(
    request: AnyRequest, bus: Bus, by: By, watch: Watch, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    own = _own_id(request)
    return await _disable_totp(own, bus, by, watch, connect, vault)


@get("/users", guards=[admin], opt=READS)
async def list_users(connect: Connect) -> Page[UserBody]:
    async with connect() as conn:
        rows = await listed(conn, "users", "username")
    return Page(msgspec.convert(rows, list[UserBody]), total=len(rows))


@get("/users/{user:uuid}", guards=[admin], opt=READS)
async def get_user(user: UUID, connect: Connect) -> UserBody:
    return await _user(connect, user)


@post("/users", guards=[admin])
async def create_user(
    data: NewUser, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    check_strength(data.password)
    account = user_id(data.username)
    password_id = await vault.put(await hash_password(data.password), purpose="password")
    create = CreateUser(
        username=data.username, role=data.role, email=data.email, password_id=password_id, reason=data.reason
    )
    intents = [USER.to(account, create)]
    if data.disabled:
        intents.append(USER.to(account, ChangeUser(disabled=True, reason=data.reason)))
    try:
        outcome = await bus.execute(*intents, by=by, key=key)
    except Exception:
        await vault.destroy(password_id)
        raise
    if outcome.repeated:
        await vault.destroy(password_id)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(await _user(connect, account), outcome.position, watch, status=201)


@patch("/users/{user:uuid}", guards=[admin])
async def change_user(
    request: AnyRequest,
    user: UUID,
    data: UserChanges,
    bus: Bus,
    by: By,
    watch: Watch,
    connect: Connect,
    vault: Secrets,
    sessions: LoginSessions,
) -> Response[UserBody]:
    """The last admin can neither be disabled nor lose the role."""
    if data.disabled is True or data.role not in (msgspec.UNSET, "admin"):
        await _refuse_last_admin(connect, user)
    if data.password is not msgspec.UNSET:
        await _replace_password(user, data.password, data.reason, bus, by, vault)
    command = ChangeUser(role=data.role, email=data.email, disabled=data.disabled, reason=data.reason)
    outcome = await bus.execute(USER.to(user, command), by=by)
    if data.disabled is True or data.password is not msgspec.UNSET:
        await sessions.close_all(str(user))
    await until_seen(watch, "accounts", outcome.position or watch.ledger_position())
    return commanded(await _user(connect, user), outcome.position, watch)


@delete("/users/{user:uuid}", guards=[admin], status_code=204)
async def delete_user(
    user: UUID,
    bus: Bus,
    by: By,
    watch: Watch,
    connect: Connect,
    vault: Secrets,
    sessions: LoginSessions,
    reason: str = "",
) -> Response[None]:
    """Also destroys the password and the key of the personal data."""
    await _refuse_last_admin(connect, user)
    state = await bus.state(USER, user)
    outcome = await bus.execute(USER.to(user, DeleteUser(reason=reason)), by=by)
    await sessions.close_all(str(user))
    for secret_id in filter(None, (state.password_id, state.totp_id)):
        await vault.destroy(secret_id)
    await vault.forget(user)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(None, outcome.position, watch, status=204)


@delete("/users/{user:uuid}/totp", guards=[admin], status_code=200)
async def reset_totp(
    user: UUID, bus: Bus, by: By, watch: Watch, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    """For someone who lost the authenticator."""
    return await _disable_totp(user, bus, by, watch, connect, vault)


async def _disable_totp(
    user: UUID, bus: Bus, by: By, watch: Watch, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    state = await bus.state(USER, user)
    outcome = await bus.execute(USER.to(user, DisableTotp()), by=by)
    if state.totp_id:
        await vault.destroy(state.totp_id)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(await _user(connect, user), outcome.position, watch)


async def _replace_password(user: UUID, password: str, reason: str, bus: Bus, by: By, vault: Secrets) -> None:
    check_strength(password)
    old = (await bus.state(USER, user)).password_id
    fresh = await vault.put(await hash_password(password), purpose="password")
    try:
        await bus.execute(USER.to(user, ReplacePassword(password_id=fresh, reason=reason)), by=by)
    except Exception:
        await vault.destroy(fresh)
        raise
    await vault.destroy(old)


async def _refuse_last_admin(connect: Connect, user: UUID) -> None:
    async with connect() as conn:
        rows = await listed(conn, "users", "username")
    admins = [row["id"] for row in rows if row["role"] == "admin" and not row["disabled"]]
    if admins == [str(user)]:
        raise Refused("this is the last admin; make another one first", code="LAST_ADMIN")


def _own_id(request: AnyRequest) -> UUID:
    if request.user.kind != "user":
        raise Refused("an API key has no profile", code="NOT_A_USER")
    return UUID(request.user.id)


async def _user(connect: Connect, user: UUID) -> UserBody:
    async with connect() as conn:
        rows = [row for row in await listed(conn, "users", "username") if row["id"] == str(user)]
    if not rows:
        raise NotFound("no such user", code="USER_NOT_FOUND")
    return msgspec.convert(rows[0], UserBody)


ROUTER = Router(
    "/",
    route_handlers=[
        me,
        change_me,
        propose_totp,
        confirm_totp,
        disable_totp,
        list_users,
        get_user,
        create_user,
        change_user,
        delete_user,
        reset_totp,
    ],
    tags=["users"],
)
