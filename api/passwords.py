"""Password hashes: argon2id by the library's defaults, computed off the event loop, a few at a time."""

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid, Unavailable

T = TypeVar("T")

SHORTEST, LONGEST = 10, 1_000
_WAITING = 64
"""Checks that may wait for their turn: more is an attack, and a hash takes 64 MB and a core's full attention."""


def check_strength(password: str, field: str = "password") -> None:
    """NIST SP 800-63B asks for length, not for kinds of characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters", field=field)


class Passwords:
    """Hashes and checks."""

    def __init__(self, parallel: int | None = None) -> None:
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("a password that nobody has")
        self._free = asyncio.Semaphore(parallel or max(1, (os.cpu_count() or 1) // 2))
        self._waiting = 0

    async def hash(self, password: str) -> bytes:
        return (await self._in_turn(self._hasher.hash, password)).encode()

    async def holds(self, hashed: bytes | None, password: str) -> bool:
        """Takes as long for a user who does not exist, so that names cannot be guessed by time."""
        try:
            await self._in_turn(
                self._hasher.verify, hashed.decode() if hashed else self._nobody, password[: LONGEST + 1]
            )
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async def _in_turn(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= _WAITING:
            raise Unavailable("too many logins at once; try again in a moment", code="TOO_MANY_LOGINS")
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1
