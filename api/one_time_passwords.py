"""Codes of authenticator apps (RFC 6238), each good once."""

import hmac
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pyotp

from domain.errors import Invalid, NotFound
from domain.ports import Vault

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_DRIFT = (0, -1, 1)
"""Steps of 30 s by which the clocks may differ (RFC 6238, 5.2)."""


class OneTimePasswords:
    def __init__(self, connect: Connect, vault: Vault) -> None:
        self._connect = connect
        self._vault = vault

    async def holds(self, user: UUID, secret_id: str, code: str | None) -> bool:
        """Whether the code is the present one and was not used before; using it spends it."""
        try:
            secret = await self._vault.read(secret_id)
        except NotFound:
            return False
        step = matching_step(secret.decode(), code or "")
        if step is None:
            return False
        async with self._connect() as conn:
            cursor = await conn.execute(
                "INSERT INTO auth.totp_steps AS t (user_id, step) VALUES (%s, %s)"
                " ON CONFLICT (user_id) DO UPDATE SET step = excluded.step WHERE t.step < excluded.step RETURNING step",
                (user, step),
            )
            return await cursor.fetchone() is not None


def matching_step(secret: str, code: str) -> int | None:
    """The time step that the code belongs to, None where it is none of the present ones."""
    try:
        totp = pyotp.TOTP(secret)
        now = int(time.time()) // totp.interval
        codes = [(now + drift, totp.generate_otp(now + drift)) for drift in _DRIFT]
    except (ValueError, TypeError):
        raise Invalid("the secret is not one that was proposed here", field="secret") from None
    given = code.strip().encode()
    return next((step for step, right in codes if hmac.compare_digest(right.encode(), given)), None)
