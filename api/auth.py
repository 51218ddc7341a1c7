"""Logging in and out: tokens and cookies, a lock after repeated failures, one-time passwords."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pyotp
from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, TooManyRequestsException

from api.authentication import ACCESS_COOKIE, CSRF_COOKIE, REFRESH_COOKIE
from api.caller import Caller
from api.passwords import password_holds
from api.provided import Bus, Config, Connect, LoginSessions, Secrets, Watch
from api.tokens import ReusedRefreshToken, Tokens
from domain.errors import NotFound
from domain.event import Actor, Attribution
from domain.settings import AuthSettings
from domain.user import USER, LockLogin, LogIn, RevokeSessions, User, user_id
from projections.settings import in_force

_REFRESH_PATH = "/api/v1/auth"


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    username: str
    password: str
    totp: str | None = None


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a token in the body the cookie is used."""

    refresh_token: str | None = None


class LoggedInUser(msgspec.Struct, frozen=True):
    id: str
    username: str
    role: str


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    csrf_token: str
    user: LoggedInUser


@post("/auth/login", status_code=200)
async def login(
    request: Request[Any, Any, Any],
    data: Login,
    bus: Bus,
    connect: Connect,
    vault: Secrets,
    sessions: LoginSessions,
    watch: Watch,
    config: Config,
) -> Response[LoggedIn]:
    """Says the same for a wrong name, a wrong password and a disabled user."""
    settings = await _auth_settings(connect)
    await _refuse_while_locked(connect, data.username)
    account = user_id(data.username)
    user = await bus.state(USER, account)
    hashed = await vault.read(user.password_id) if user.state == "active" and user.password_id else None
    holds = await password_holds(hashed, data.password)
    if not holds or not await _totp_holds(user, data.totp, vault):
        await _failed(request, connect, bus, user, data.username, settings)
        raise NotAuthorizedException("wrong user name, password or one-time password")
    client = _client(request)
    outcome = await bus.execute(
        USER.to(account, LogIn(client=client)), by=_by(request, account, user.username)
    )
    async with connect() as conn:
        await conn.execute("DELETE FROM auth.failures WHERE username = %s", (data.username.casefold(),))
    tokens = await sessions.open(
        str(account),
        access_s=settings.access_token_s,
        refresh_s=settings.refresh_token_s,
        client=client,
    )
    await watch.wait_for_projection("accounts", outcome.position, 5.0)
    return _answer(
        tokens, LoggedInUser(str(account), user.username, user.role), settings, config.cookie_secure
    )


@post("/auth/refresh", status_code=200)
async def refresh(
    request: Request[Any, Any, Any],
    bus: Bus,
    connect: Connect,
    sessions: LoginSessions,
    config: Config,
    data: Refresh | None = None,
) -> Response[LoggedIn]:
    """Rotates: the old refresh token is spent, and using it again ends the session."""
    settings = await _auth_settings(connect)
    token = (data.refresh_token if data else None) or request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise NotAuthorizedException("send a refresh token")
    try:
        account, tokens = await sessions.rotate(token, access_s=settings.access_token_s)
    except ReusedRefreshToken as reused:
        revoke = RevokeSessions(reason="a refresh token was used twice")
        await bus.execute(
            USER.to(reused.user_id, revoke),
            by=Attribution(
                actor=Actor("policy", "sessions", "sessions"), correlation_id=_request_id(request)
            ),
        )
        raise NotAuthorizedException(
            "the refresh token was used before; the session was ended, log in again"
        ) from None
    user = await bus.state(USER, UUID(account))
    if user.state != "active":
        await sessions.close_all(account)
        raise NotAuthorizedException("this user may no longer log in")
    return _answer(tokens, LoggedInUser(account, user.username, user.role), settings, config.cookie_secure)


@post("/auth/logout", status_code=204)
async def logout(request: Request[Caller, Any, Any], sessions: LoginSessions) -> Response[None]:
    """Ends the session, so that its tokens are worth nothing from now on."""
    caller = request.scope.get("user")
    if isinstance(caller, Caller) and caller.session_id:
        await sessions.close(caller.session_id)
    response: Response[None] = Response(None, status_code=204)
    for name, path in ((ACCESS_COOKIE, "/"), (CSRF_COOKIE, "/"), (REFRESH_COOKIE, _REFRESH_PATH)):
        response.delete_cookie(name, path=path)
    return response


def _answer(tokens: Tokens, user: LoggedInUser, settings: AuthSettings, secure: bool) -> Response[LoggedIn]:
    body = LoggedIn(
        access_token=tokens.access_token,
        token_type="Bearer",  # noqa: S106 - RFC 6750's word, no secret
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
        csrf_token=tokens.csrf_token,
        user=user,
    )

    def cookie(key: str, value: str, path: str, max_age: int, *, httponly: bool = True) -> Cookie:
        return Cookie(
            key=key,
            value=value,
            path=path,
            max_age=max_age,
            httponly=httponly,
            secure=secure,
            samesite="strict",
        )

    cookies = [
        cookie(ACCESS_COOKIE, tokens.access_token, "/", settings.access_token_s),
        cookie(REFRESH_COOKIE, tokens.refresh_token, _REFRESH_PATH, settings.refresh_token_s),
        cookie(CSRF_COOKIE, tokens.csrf_token, "/", settings.refresh_token_s, httponly=False),
    ]
    return Response(body, cookies=cookies, headers={"Cache-Control": "no-store"})


async def _auth_settings(connect: Connect) -> AuthSettings:
    async with connect() as conn:
        return (await in_force(conn)).auth


async def _totp_holds(user: User, code: str | None, vault: Secrets) -> bool:
    if not user.totp_id:
        return True
    try:
        secret = await vault.read(user.totp_id)
    except NotFound:
        return False
    return bool(code) and pyotp.TOTP(secret.decode()).verify(str(code), valid_window=1)


async def _refuse_while_locked(connect: Connect, username: str) -> None:
    async with connect() as conn:
        cursor = await conn.execute(
            "SELECT locked_until FROM auth.failures WHERE username = %s AND locked_until > now()",
            (username.casefold(),),
        )
        row = await cursor.fetchone()
    if row is not None:
        wait = max(1, int((row[0] - datetime.now(UTC)).total_seconds()))
        raise TooManyRequestsException(
            f"too many failed logins; try again in {wait} s", headers={"Retry-After": str(wait)}
        )


async def _failed(
    request: Request[Any, Any, Any],
    connect: Connect,
    bus: Bus,
    user: User,
    username: str,
    settings: AuthSettings,
) -> None:
    """Counts, and locks the name when it was too often; names that do not exist lock too, so that nothing is told."""
    async with connect() as conn:
        await conn.execute("DELETE FROM auth.failures WHERE last_at < now() - interval '1 day'")
        cursor = await conn.execute(
            "INSERT INTO auth.failures AS f (username, failures, last_at) VALUES (%(name)s, 1, now())"
            " ON CONFLICT (username) DO UPDATE SET last_at = now(), failures = f.failures + 1,"
            " locked_until = CASE WHEN (f.failures + 1) %% %(most)s = 0"
            "   THEN now() + make_interval(secs => %(seconds)s) ELSE f.locked_until END"
            " RETURNING failures",
            {
                "name": username.casefold()[:200],
                "most": settings.lock_after_failures,
                "seconds": settings.lock_s,
            },
        )
        (failures,) = await cursor.fetchone()
    if user.state == "active" and failures % settings.lock_after_failures == 0:
        lock = LockLogin(failures=failures, seconds=settings.lock_s, client=_client(request))
        by = Attribution(actor=Actor("policy", "login", "login"), correlation_id=_request_id(request))
        await bus.execute(USER.to(user_id(username), lock), by=by)


def _client(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


def _request_id(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _by(request: Request[Any, Any, Any], account: UUID, name: str) -> Attribution:
    return Attribution(actor=Actor("user", str(account), name), correlation_id=_request_id(request))


ROUTER = Router("/", route_handlers=[login, refresh, logout], tags=["auth"])
