"""Finds out who calls: bearer token, cookie with CSRF header, or API key."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from api.caller import Caller, Connection
from api.tokens import Sessions
from projections.accounts import api_key_by_digest

ACCESS_COOKIE = "netledger_access"
REFRESH_COOKIE = "netledger_refresh"
CSRF_COOKIE = "netledger_csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Authentication(AbstractAuthenticationMiddleware):
    """Anonymous callers pass, without a user; the guards of the routes refuse them."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions, connect: Connect) -> None:
        super().__init__(app, scopes={ScopeType.HTTP, ScopeType.WEBSOCKET})
        self._sessions = sessions
        self._connect = connect

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        return AuthenticationResult(user=await self._caller(connection), auth=None)

    async def _caller(self, connection: Connection) -> Caller | None:
        if key := connection.headers.get("x-app-key"):
            return await self._by_key(key)
        header = connection.headers.get("authorization", "")
        if header:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                raise NotAuthorizedException("the Authorization header must be: Bearer <access token>")
            return await self._by_token(token.strip())
        cookie = connection.cookies.get(ACCESS_COOKIE)
        return await self._by_cookie(connection, cookie) if cookie else None

    async def _by_cookie(self, connection: Connection, token: str) -> Caller | None:
        try:
            caller = await self._by_token(token)
        except NotAuthorizedException:
            return None  # a stale cookie is no attempt: whoever comes with one may log in
        if connection.scope["type"] == ScopeType.WEBSOCKET:
            _same_origin(connection)
        elif connection.scope.get("method") not in _SAFE:
            sent = connection.headers.get("x-csrf-token", "")
            if not self._sessions.csrf_holds(caller.session_id, sent):
                raise PermissionDeniedException("send the value of the cookie netledger_csrf as X-CSRF-Token")
        return caller

    async def _by_token(self, token: str) -> Caller:
        user_id, session_id = self._sessions.read(token)
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT u.username, u.role FROM accounts.users u JOIN auth.sessions s ON s.user_id = u.id"
                " WHERE u.id = %s AND s.id = %s AND NOT u.disabled AND NOT s.revoked",
                (user_id, session_id),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotAuthorizedException("the session has ended; log in again")
        return Caller(kind="user", id=user_id, name=row[0], role=row[1], session_id=session_id)

    async def _by_key(self, key: str) -> Caller:
        async with self._connect() as conn:
            row = await api_key_by_digest(conn, sha256(key.encode()).hexdigest())
        if row is None:
            raise NotAuthorizedException("the API key is not valid: unknown, revoked or expired")
        return Caller(kind="api_key", id=row["id"], name=row["name"], role=row["role"])


def _same_origin(connection: Connection) -> None:
    """Browsers let any page open a WebSocket with our cookie; the origin tells ours from others."""
    origin = connection.headers.get("origin", "")
    if origin and origin.partition("://")[2] != connection.headers.get("host", ""):
        raise PermissionDeniedException("WebSockets with a cookie are for this site's own pages")
