"""Password hashes: argon2id by the library's defaults, computed off the event loop."""

import asyncio
import functools
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid

SHORTEST = 10
_hasher = PasswordHasher()


def check_strength(password: str, field: str = "password") -> None:
    """NIST SP 800-63B asks for length, not for kinds of characters."""
    if not SHORTEST <= len(password) <= 1000:
        raise Invalid(f"a password has at least {SHORTEST} characters", field=field)


@functools.cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _hasher.hash(secrets.token_urlsafe())


def _verified(hashed: bytes | None, password: str) -> bool:
    return _hasher.verify(hashed.decode() if hashed else _nobody(), password)


async def hash_password(password: str) -> bytes:
    return (await asyncio.to_thread(_hasher.hash, password)).encode()


async def password_holds(hashed: bytes | None, password: str) -> bool:
    """Takes as long for a user who does not exist, so that names cannot be guessed by time."""
    try:
        matches = await asyncio.to_thread(_verified, hashed, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and hashed is not None
