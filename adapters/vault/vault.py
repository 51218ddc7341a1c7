"""The vault table: secrets encrypted one by one, bound to their ids."""

import os
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.vault.master_key import MasterKey
from domain.errors import NotFound


class PostgresVault:
    """Satisfies Vault. The id is authenticated with the ciphertext, so that rows cannot be swapped."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], master: MasterKey) -> None:
        self._pool = pool
        self._cipher = AESGCM(master.derive("vault"))

    async def put(self, secret: bytes, *, purpose: str) -> str:
        secret_id, nonce = uuid4(), os.urandom(12)
        sealed = self._cipher.encrypt(nonce, secret, secret_id.bytes)
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO vault.secrets (id, purpose, nonce, ciphertext) VALUES (%s, %s, %s, %s)",
                (secret_id, purpose, nonce, sealed),
            )
        return str(secret_id)

    async def read(self, secret_id: str) -> bytes:
        key = UUID(secret_id)
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT nonce, ciphertext FROM vault.secrets WHERE id = %s", (key,))
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("the secret was destroyed", code="SECRET_NOT_FOUND")
        return self._cipher.decrypt(bytes(row[0]), bytes(row[1]), key.bytes)

    async def destroy(self, secret_id: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM vault.secrets WHERE id = %s", (UUID(secret_id),))

    async def forget(self, subject: UUID) -> None:
        """Processes that have the key in memory forget it within a minute."""
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM vault.subject_keys WHERE subject = %s", (subject,))
