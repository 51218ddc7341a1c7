"""Password hashes: argon2id by the library's defaults, computed off the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid

SHORTEST = 10
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("a password that nobody has")


def check_strength(password: str, field: str = "password") -> None:
    """NIST SP 800-63B asks for length, not for kinds of characters."""
    if not SHORTEST <= len(password) <= 1000:
        raise Invalid(f"a password has at least {SHORTEST} characters", field=field)


async def hash_password(password: str) -> bytes:
    return (await asyncio.to_thread(_hasher.hash, password)).encode()


async def password_holds(hashed: bytes | None, password: str) -> bool:
    """Takes as long for a user who does not exist, so that names cannot be guessed by time."""
    try:
        matches = await asyncio.to_thread(_hasher.verify, hashed.decode() if hashed else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and hashed is not None
