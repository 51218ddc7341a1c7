"""The vault table: secrets encrypted one by one, bound to their ids and purposes."""

import os
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.vault.master_key import MasterKey
from domain.errors import NotFound, Refused


class PostgresVault:
    """Satisfies Vault. Id and purpose are authenticated with the ciphertext, so that rows cannot be swapped."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], master: MasterKey) -> None:
        self._pool = pool
        self._cipher = AESGCM(master.derive("vault"))

    async def put(self, secret: bytes, *, purpose: str) -> str:
        secret_id, nonce = uuid4(), os.urandom(12)
        sealed = self._cipher.encrypt(nonce, secret, _bound_to(secret_id, purpose))
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO vault.secrets (id, purpose, nonce, ciphertext) VALUES (%s, %s, %s, %s)",
                (secret_id, purpose, nonce, sealed),
            )
        return str(secret_id)

    async def read(self, secret_id: str) -> bytes:
        """Raises NotFound where it was destroyed, Refused where it cannot be opened."""
        key = _secret_id(secret_id)
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT nonce, ciphertext, purpose FROM vault.secrets WHERE id = %s", (key,)
            )
            row = await cursor.fetchone()
        if row is None:
            raise _not_found()
        nonce, ciphertext, purpose = row
        try:
            return self._cipher.decrypt(bytes(nonce), bytes(ciphertext), _bound_to(key, purpose))
        except (InvalidTag, ValueError):  # ValueError: a nonce of a length that none of ours has
            raise Refused(
                "the secret cannot be opened: its row in vault.secrets was altered, or it was sealed with"
                " another master key; store it again",
                code="SECRET_UNREADABLE",
            ) from None

    async def destroy(self, secret_id: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM vault.secrets WHERE id = %s", (_secret_id(secret_id),))

    async def forget(self, subject: UUID) -> None:
        """Processes that hold the key in memory forget it within a minute."""
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM vault.subject_keys WHERE subject = %s", (subject,))


def _bound_to(secret_id: UUID, purpose: str) -> bytes:
    return secret_id.bytes + purpose.encode()


def _secret_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _not_found() from None


def _not_found() -> NotFound:
    return NotFound("the secret was destroyed", code="SECRET_NOT_FOUND")
