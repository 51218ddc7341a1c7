"""Logging in and out: tokens and cookies, a lock after repeated failures, one-time passwords."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, post
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.params import FromPath, JSONBody

from api.authentication import REFRESH_COOKIE, check_csrf
from api.caller import Caller, attribution
from api.cookies import forget_cookies, login_cookies
from api.positions import HEADER as POSITION_HEADER
from api.positions import seen
from api.provided import (
    Bus,
    Codes,
    Config,
    Connect,
    Events,
    Hashes,
    Key,
    Locks,
    LoginSessions,
    Secrets,
    Watch,
)
from api.tokens import ReusedRefreshToken, Tokens
from api.unspoken import Unspoken
from domain.event import Actor
from domain.role import Role
from domain.settings import AuthSettings
from domain.user import USER, User, user_id
from domain.user_commands import LockLogin, LogIn, RevokeSessions
from projections.settings import in_force

AnyRequest = Request[Any, Any, Any]
Text = Annotated[str, msgspec.Meta(max_length=1_000)]


class Login(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`totp` is the present code of the authenticator app, where the user has one."""

    username: Text
    password: Text
    totp: Text | None = None


class Refresh(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a token in the body the cookie is used, which then needs the CSRF header."""

    refresh_token: Text | None = None


class LoggedInUser(msgspec.Struct, frozen=True):
    """Who logged in."""

    id: str
    username: str
    role: Role


class LoggedIn(Unspoken, frozen=True, kw_only=True):
    """`expires_in` in seconds is of the access token. The same tokens are set as cookies."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the word of RFC 6750, no secret
    expires_in: int
    refresh_token: str
    csrf_token: str
    user: LoggedInUser


@post("/auth/login", status_code=200)
async def login(
    request: AnyRequest,
    data: JSONBody[Login],
    bus: Bus,
    key: Key,
    connect: Connect,
    vault: Secrets,
    passwords: Hashes,
    codes: Codes,
    locks: Locks,
    sessions: LoginSessions,
    watch: Watch,
    config: Config,
) -> Response[LoggedIn]:
    """Says the same for a wrong name, a wrong password and a disabled user."""
    settings = await _auth_settings(connect)
    await locks.refuse_while_locked(data.username)
    account = user_id(data.username)
    user = await bus.state(USER, account)
    hashed = await vault.read(user.password_id) if user.state == "active" and user.password_id else None
    if not await passwords.holds(hashed, data.password) or (
        user.totp_id and not await codes.holds(account, user.totp_id, data.totp)
    ):
        await _failed(request, locks, bus, user, data.username, settings)
        raise NotAuthorizedException("wrong user name, password or one-time password")
    client = _client(request)
    by = attribution(request, Actor("user", str(account), user.username))
    outcome = await bus.execute(USER.to(account, LogIn(client=client)), by=by, key=key)
    await locks.succeeded(data.username)
    tokens = await sessions.open(
        str(account),
        access_s=settings.access_token_s,
        refresh_s=settings.refresh_token_s,
        client=client,
    )
    await seen(watch, "accounts", outcome.position)  # a user just made may come before the read model
    who = LoggedInUser(str(account), user.username, user.role)
    return _answer(tokens, who, settings, config.cookie_secure, outcome.position)


@post("/auth/refresh", status_code=200)
async def refresh(
    request: AnyRequest,
    bus: Bus,
    connect: Connect,
    events: Events,
    sessions: LoginSessions,
    config: Config,
    data: JSONBody[Refresh | None] = None,
) -> Response[LoggedIn]:
    """Rotates: the old refresh token is spent, and using it again ends the session."""
    settings = await _auth_settings(connect)
    given = data.refresh_token if data else None
    token = given or request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise NotAuthorizedException("send a refresh token")
    if not given:
        await _check_csrf(request, sessions, token)
    try:
        account, tokens = await sessions.rotate(token, access_s=settings.access_token_s)
    except ReusedRefreshToken as reused:
        revoke = RevokeSessions(session_id=reused.session_id, reason="a refresh token was used twice")
        by = attribution(request, Actor("policy", "sessions", "sessions"))
        await bus.execute(USER.to(reused.user_id, revoke), by=by)
        raise NotAuthorizedException(
            "the refresh token was used before; the session was ended, log in again"
        ) from None
    user = await bus.state(USER, UUID(account))
    if user.state != "active":
        await sessions.close_all(account)
        raise NotAuthorizedException("this user may no longer log in")
    who = LoggedInUser(account, user.username, user.role)
    return _answer(tokens, who, settings, config.cookie_secure, await events.head())


@post("/auth/logout", status_code=204)
async def logout(
    request: AnyRequest,
    bus: Bus,
    events: Events,
    sessions: LoginSessions,
    data: JSONBody[Refresh | None] = None,
) -> Response[None]:
    """Ends the session, so that its tokens are worth nothing from now on. Names it by the access token, or, where that
    has expired, by the refresh token."""
    position = 0
    ended = await _session_to_end(request, sessions, data.refresh_token if data else None)
    if ended is not None:
        session_id, user = ended
        await sessions.close(session_id)
        by = attribution(request, Actor("user", user, (await bus.state(USER, UUID(user))).username))
        outcome = await bus.execute(
            USER.to(user, RevokeSessions(session_id=session_id, reason="logout")), by=by
        )
        position = outcome.position
    response: Response[None] = Response(
        None, status_code=204, headers={POSITION_HEADER: str(position or await events.head())}
    )
    forget_cookies(response)
    return response


async def _session_to_end(
    request: AnyRequest, sessions: LoginSessions, given: str | None
) -> tuple[str, str] | None:
    caller, wrong = request.scope.get("user"), request.scope.get("auth")
    if isinstance(caller, Caller):
        return (caller.session_id, caller.id) if caller.session_id else None
    if isinstance(wrong, PermissionDeniedException):
        raise wrong
    token = given or request.cookies.get(REFRESH_COOKIE)
    found = await sessions.of_refresh_token(token) if token else None
    if found is not None and not given:
        check_csrf(request, sessions, found[0])
    if found is None and isinstance(wrong, HTTPException):
        raise wrong
    return found


async def _check_csrf(request: AnyRequest, sessions: LoginSessions, token: str) -> None:
    found = await sessions.of_refresh_token(token)
    if found is not None:
        check_csrf(request, sessions, found[0])


def _answer(
    tokens: Tokens, user: LoggedInUser, settings: AuthSettings, secure: bool, position: FromPath[int]
) -> Response[LoggedIn]:
    body = LoggedIn(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
        csrf_token=tokens.csrf_token,
        user=user,
    )
    return Response(
        body,
        cookies=login_cookies(tokens, settings, secure=secure),
        headers={"Cache-Control": "no-store", POSITION_HEADER: str(position)},
    )


async def _auth_settings(connect: Connect) -> AuthSettings:
    async with connect() as conn:
        return (await in_force(conn)).auth


async def _failed(
    request: AnyRequest, locks: Locks, bus: Bus, user: User, username: str, settings: AuthSettings
) -> None:
    failures = await locks.failed(username, settings)
    if failures and user.state == "active":
        lock = LockLogin(failures=failures, seconds=settings.lock_s, client=_client(request))
        by = attribution(request, Actor("policy", "login", "login"))
        await bus.execute(USER.to(user_id(username), lock), by=by)


def _client(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


ROUTER = Router("/", route_handlers=[login, refresh, logout], tags=["auth"])
