"""Configurations at rest in PostgreSQL: by what they say, compressed by zstd, then sealed by AES-256-GCM."""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Any

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.config_mask import SecretToken, keyed_tokens
from domain.config_ports import StoredConfig
from domain.config_text import content_address, content_and_mask
from domain.errors import NotFound, Refused

LARGEST = 128 * 2**20
"""Bytes of a text, however small it was compressed."""
_LEVEL = 6
_NONCE = 12
_AT_ONCE = 16
"""Rows fetched together."""


class PostgresConfigStore:
    """Satisfies ConfigStore. Device, address and part are authenticated with the ciphertext, so that rows cannot be swapped."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], key: bytes, token_key: bytes) -> None:
        self._pool = pool
        self._cipher = AESGCM(key)
        self._token_key = token_key

    def __repr__(self) -> str:
        return "<PostgresConfigStore>"

    def token(self, device_id: str) -> SecretToken:
        return keyed_tokens(hmac.new(self._token_key, device_id.encode(), sha256).digest())

    async def content(self, device_id: str, platform: str, text: str) -> str:
        return await asyncio.to_thread(content_address, platform, text, self.token(device_id))

    async def put(self, device_id: str, platform: str, text: str) -> StoredConfig:
        token = self.token(device_id)
        content, shown = await asyncio.to_thread(content_and_mask, platform, text, token)
        stored = await self._find(device_id, content)
        if stored is not None:
            return stored
        whole = await asyncio.to_thread(self._sealed, device_id, content, "whole", text)
        masked = await asyncio.to_thread(self._sealed, device_id, content, "masked", shown)
        size_bytes, lines = len(text.encode()), text.count("\n")
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO vault.configs (device_id, content, platform, size_bytes, lines, whole, masked)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (device_id, content, platform, size_bytes, lines, whole, masked),
            )
        return StoredConfig(content=content, size_bytes=size_bytes, lines=lines)

    async def read(self, device_id: str, content: str) -> str:
        return await self._part(device_id, content, "whole")

    async def masked(self, device_id: str, content: str) -> str:
        return await self._part(device_id, content, "masked")

    async def each_masked(self, wanted: Sequence[tuple[str, str]]) -> AsyncIterator[tuple[str, str, str]]:
        for start in range(0, len(wanted), _AT_ONCE):
            batch = wanted[start : start + _AT_ONCE]
            async with self._pool.connection() as conn:
                cursor = await conn.execute(
                    "SELECT c.device_id::text, c.content, c.masked"
                    " FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS w (device_id, content, number)"
                    " JOIN vault.configs c USING (device_id, content) ORDER BY w.number",
                    ([device for device, _ in batch], [content for _, content in batch]),
                )
                rows = await cursor.fetchall()
            for device_id, content, sealed in rows:
                yield (
                    device_id,
                    content,
                    await asyncio.to_thread(self._opened, device_id, content, "masked", sealed),
                )

    async def _find(self, device_id: str, content: str) -> StoredConfig | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT size_bytes, lines FROM vault.configs WHERE device_id = %s AND content = %s",
                (device_id, content),
            )
            row = await cursor.fetchone()
        return StoredConfig(content=content, size_bytes=row[0], lines=row[1]) if row else None

    async def _part(self, device_id: str, content: str, part: str) -> str:
        column = "whole" if part == "whole" else "masked"
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                f"SELECT {column} FROM vault.configs WHERE device_id = %s AND content = %s",
                (device_id, content),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("the configuration is not in the store", code="CONFIG_NOT_FOUND")
        return await asyncio.to_thread(self._opened, device_id, content, part, row[0])

    def _sealed(self, device_id: str, content: str, part: str, text: str) -> bytes:
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(text.encode())
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, packed, _bound_to(device_id, content, part))

    def _opened(self, device_id: str, content: str, part: str, sealed: bytes) -> str:
        raw = bytes(sealed)
        try:
            packed = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(device_id, content, part))
        except (InvalidTag, ValueError):
            raise Refused(
                "the configuration cannot be opened: its row in vault.configs was altered, or it was sealed with"
                " another master key",
                code="CONFIG_UNREADABLE",
            ) from None
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST).decode()


def _bound_to(device_id: str, content: str, part: str) -> bytes:
    return f"{device_id} {content} {part}".encode()
