"""Access tokens, refresh tokens and CSRF tokens: made, rotated, revoked and checked."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import jwt
from litestar.exceptions import NotAuthorizedException

from api.unspoken import Unspoken

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_ALGORITHM = "HS256"


class Tokens(Unspoken, frozen=True, kw_only=True):
    """What a login or a refresh gives."""

    session_id: str
    access_token: str
    refresh_token: str
    csrf_token: str
    expires_in: int


class ReusedRefreshToken(Exception):
    """A refresh token came a second time: somebody else may hold it, so the session was revoked."""

    def __init__(self, user_id: str, session_id: str) -> None:
        super().__init__(user_id)
        self.user_id = user_id
        self.session_id = session_id


class Sessions:
    """Sessions lie in the database, refresh tokens there as digests; access tokens are signed and short-lived."""

    def __init__(self, connect: Connect, key: bytes) -> None:
        self._connect = connect
        self._key = key

    async def open(self, user_id: str, *, access_s: int, refresh_s: int, client: str) -> Tokens:
        session_id = uuid4()
        refresh = _refresh_token(session_id)
        async with self._connect() as conn:
            await conn.execute("DELETE FROM auth.sessions WHERE expires_at < now() - interval '7 days'")
            await conn.execute(
                "INSERT INTO auth.sessions (id, user_id, refresh_digest, client, expires_at) VALUES (%s, %s, %s, %s, %s)",
                (
                    session_id,
                    user_id,
                    _digest(refresh),
                    client,
                    datetime.now(UTC) + timedelta(seconds=refresh_s),
                ),
            )
        return self._tokens(session_id, user_id, refresh, access_s)

    async def rotate(self, refresh: str, *, access_s: int) -> tuple[str, Tokens]:
        """The user's id and new tokens; the old refresh token is spent. Its reuse revokes the whole session."""
        old = _digest(refresh)
        async with self._connect() as conn, conn.transaction():
            cursor = await conn.execute(_BY_REFRESH + " FOR UPDATE", (_session_of(refresh), old, old))
            row = await cursor.fetchone()
            if row is None:
                raise NotAuthorizedException("the refresh token is not valid; log in again")
            session_id, user_id, current = row
            fresh = _refresh_token(session_id)
            reused = not hmac.compare_digest(bytes(current), old)
            if reused:
                await conn.execute("UPDATE auth.sessions SET revoked = true WHERE id = %s", (session_id,))
            else:
                await conn.execute(
                    "UPDATE auth.sessions SET refresh_digest = %s,"
                    " used_digests = (used_digests || %s::bytea)[greatest(1, cardinality(used_digests) - 98):] WHERE id = %s",
                    (_digest(fresh), old, session_id),
                )
        if reused:
            raise ReusedRefreshToken(str(user_id), str(session_id))
        return str(user_id), self._tokens(session_id, str(user_id), fresh, access_s)

    async def of_refresh_token(self, refresh: str) -> tuple[str, str] | None:
        """Session id and user id of a refresh token, spent or not."""
        digest = _digest(refresh)
        async with self._connect() as conn:
            cursor = await conn.execute(_BY_REFRESH, (_session_of(refresh), digest, digest))
            row = await cursor.fetchone()
        return (str(row[0]), str(row[1])) if row else None

    async def close(self, session_id: str) -> None:
        async with self._connect() as conn:
            await conn.execute("UPDATE auth.sessions SET revoked = true WHERE id = %s", (session_id,))

    async def close_all(self, user_id: str, *, but: str = "") -> None:
        async with self._connect() as conn:
            await conn.execute(
                "UPDATE auth.sessions SET revoked = true WHERE user_id = %s AND id::text <> %s",
                (user_id, but),
            )

    def read(self, token: str, kind: Literal["access", "stream"] = "access") -> tuple[str, str]:
        """User id and session id of a signed token; raises when it is forged, expired or of another kind."""
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], options={"require": ["exp", "sub", "sid"]}
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthorizedException("the access token has expired; refresh it") from None
        except jwt.InvalidTokenError:
            raise NotAuthorizedException("the access token is not valid") from None
        if claims.get("kind") != kind:
            raise NotAuthorizedException("this token is for something else")
        return claims["sub"], claims["sid"]

    def csrf(self, session_id: str) -> str:
        """Follows from the session, so that nothing has to be stored and no other site can make it."""
        return hmac.digest(self._key, b"csrf" + UUID(session_id).bytes, "sha256").hex()

    def csrf_holds(self, session_id: str, token: str) -> bool:
        """Whether the token is this session's."""
        return hmac.compare_digest(self.csrf(session_id).encode(), token.encode())

    def _tokens(self, session_id: UUID, user_id: str, refresh: str, access_s: int) -> Tokens:
        now = datetime.now(UTC)
        claims = {
            "sub": user_id,
            "sid": str(session_id),
            "kind": "access",
            "jti": secrets.token_urlsafe(9),
            "iat": now,
            "exp": now + timedelta(seconds=access_s),
        }
        return Tokens(
            session_id=str(session_id),
            access_token=jwt.encode(claims, self._key, algorithm=_ALGORITHM),
            refresh_token=refresh,
            csrf_token=self.csrf(str(session_id)),
            expires_in=access_s,
        )


_BY_REFRESH = """
SELECT id, user_id, refresh_digest FROM auth.sessions
WHERE id = %s AND (refresh_digest = %s OR %s = ANY(used_digests)) AND NOT revoked AND expires_at > now()
"""


def _refresh_token(session_id: UUID) -> str:
    """Names its session, so that looking it up needs no search."""
    return f"{session_id.hex}.{secrets.token_urlsafe(32)}"


def _session_of(refresh: str) -> UUID | None:
    try:
        return UUID(hex=refresh.partition(".")[0])
    except ValueError:
        return None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
