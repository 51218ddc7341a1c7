"""Locks a name for a while after repeated failures, whether or not somebody has it, so that nothing is told."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from litestar.exceptions import TooManyRequestsException

from domain.settings import AuthSettings

Connect = Callable[[], AbstractAsyncContextManager[Any]]


class LoginLock:
    """Counts failures by name, in the database, so that all API processes count together."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def refuse_while_locked(self, username: str) -> None:
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT locked_until FROM auth.failures WHERE username = %s AND locked_until > now()",
                (_name(username),),
            )
            row = await cursor.fetchone()
        if row is not None:
            wait = max(1, round((row[0] - datetime.now(UTC)).total_seconds()))
            raise TooManyRequestsException(
                f"too many failed logins; try again in {wait} s", headers={"Retry-After": str(wait)}
            )

    async def failed(self, username: str, settings: AuthSettings) -> int:
        """Counts one failure and locks when it was one too many; returns the failures when it did, else 0."""
        async with self._connect() as conn:
            await conn.execute("DELETE FROM auth.failures WHERE last_at < now() - interval '1 day'")
            cursor = await conn.execute(
                "INSERT INTO auth.failures AS f (username, failures, last_at, locked_until) VALUES (%(name)s, 1, now(),"
                "   CASE WHEN %(most)s = 1 THEN now() + make_interval(secs => %(seconds)s) END)"
                " ON CONFLICT (username) DO UPDATE SET last_at = now(), failures = f.failures + 1,"
                " locked_until = CASE WHEN (f.failures + 1) %% %(most)s = 0"
                "   THEN now() + make_interval(secs => %(seconds)s) ELSE f.locked_until END"
                " RETURNING failures",
                {
                    "name": _name(username),
                    "most": settings.lock_after_failures,
                    "seconds": settings.lock_s,
                },
            )
            (failures,) = await cursor.fetchone()
        return int(failures) if failures % settings.lock_after_failures == 0 else 0

    async def succeeded(self, username: str) -> None:
        async with self._connect() as conn:
            await conn.execute("DELETE FROM auth.failures WHERE username = %s", (_name(username),))


def _name(username: str) -> str:
    """What is no name, such as a password typed into the wrong field, is not kept as it is."""
    return hashlib.sha256(username.casefold().encode()).hexdigest()
