"""Finds out who calls: bearer token, cookie with CSRF header, or API key."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from api.caller import Caller, Connection
from api.tokens import Sessions
from projections.accounts import api_key_by_digest

ACCESS_COOKIE = "netledger_access"
REFRESH_COOKIE = "netledger_refresh"
CSRF_COOKIE = "netledger_csrf"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Callers:
    """Looks callers up in the read model of accounts and the table of sessions."""

    def __init__(self, sessions: Sessions, connect: Connect) -> None:
        self._sessions = sessions
        self._connect = connect

    async def by_token(self, token: str) -> Caller:
        caller = await self._by_session(*self._sessions.read(token))
        if caller is None:
            raise NotAuthorizedException("the session has ended; log in again")
        return caller

    async def by_key(self, key: str) -> Caller:
        async with self._connect() as conn:
            row = await api_key_by_digest(conn, sha256(key.encode()).hexdigest())
        if row is None:
            raise NotAuthorizedException("the API key is not valid: unknown, revoked or expired")
        return Caller(kind="api_key", id=row["id"], name=row["name"], role=row["role"])

    async def again(self, caller: Caller) -> Caller | None:
        """The same caller as of now, None where the session has ended or the key was revoked."""
        if caller.kind == "user":
            return await self._by_session(caller.id, caller.session_id)
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT name, role FROM accounts.api_keys"
                " WHERE id = %s AND NOT revoked AND (expires_at IS NULL OR expires_at > now())",
                (caller.id,),
            )
            row = await cursor.fetchone()
        return Caller(kind="api_key", id=caller.id, name=row[0], role=row[1]) if row else None

    async def _by_session(self, user_id: str, session_id: str) -> Caller | None:
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT u.username, u.role FROM accounts.users u JOIN auth.sessions s ON s.user_id = u.id"
                " WHERE u.id = %s AND s.id = %s AND NOT u.disabled AND NOT s.revoked AND s.expires_at > now()",
                (user_id, session_id),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        return Caller(kind="user", id=user_id, name=row[0], role=row[1], session_id=session_id)


class Authentication(AbstractAuthenticationMiddleware):
    """Whoever cannot be made out passes as nobody, with the reason in `scope["auth"]`: the guards of the routes refuse
    with it, and what is open to all, such as login and health, stays so for those who come with an old token."""

    def __init__(self, app: ASGIApp, *, callers: Callers, sessions: Sessions) -> None:
        super().__init__(app, scopes={ScopeType.HTTP, ScopeType.WEBSOCKET})
        self._callers = callers
        self._sessions = sessions

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        try:
            return AuthenticationResult(user=await self._caller(connection), auth=None)
        except HTTPException as wrong:
            return AuthenticationResult(user=None, auth=wrong)

    async def _caller(self, connection: Connection) -> Caller | None:
        if key := connection.headers.get("x-app-key"):
            return await self._callers.by_key(key)
        header = connection.headers.get("authorization", "")
        if header:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                raise NotAuthorizedException("the Authorization header must be: Bearer <access token>")
            return await self._callers.by_token(token.strip())
        cookie = connection.cookies.get(ACCESS_COOKIE)
        return await self._by_cookie(connection, cookie) if cookie else None

    async def _by_cookie(self, connection: Connection, token: str) -> Caller:
        caller = await self._callers.by_token(token)
        if connection.scope["type"] == ScopeType.WEBSOCKET:
            _same_origin(connection)
        elif connection.scope.get("method") not in _SAFE:
            check_csrf(connection, self._sessions, caller.session_id)
        return caller


def check_csrf(connection: Connection, sessions: Sessions, session_id: str) -> None:
    """A page of another site can send our cookies but not read them, so it cannot send this header."""
    if not sessions.csrf_holds(session_id, connection.headers.get(CSRF_HEADER, "")):
        raise PermissionDeniedException(f"send the value of the cookie {CSRF_COOKIE} as {CSRF_HEADER}")


def _same_origin(connection: Connection) -> None:
    """Browsers let any page open a WebSocket with our cookie; the origin tells ours from others."""
    origin = connection.headers.get("origin", "")
    if origin and origin.partition("://")[2] != connection.headers.get("host", ""):
        raise PermissionDeniedException("WebSockets with a cookie are for this site's own pages")
