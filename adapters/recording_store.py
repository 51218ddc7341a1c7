"""Recordings of terminals at rest in PostgreSQL: in parts, each compressed by zstd, then sealed by AES-256-GCM."""

import asyncio
import os
from typing import Any

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.errors import NotFound, Refused

KEPT_DAYS = 400
_NONCE = 12
_LARGEST_PART = 64 * 2**20


class PostgresRecordingStore:
    """Satisfies RecordingStore. Session and number are authenticated with each part, so that parts cannot be moved."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], key: bytes) -> None:
        self._pool = pool
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "<PostgresRecordingStore>"

    async def append(self, session_id: str, part: int, text: str) -> None:
        sealed = await asyncio.to_thread(self._sealed, session_id, part, text)
        async with self._pool.connection() as conn:
            await conn.execute(
                "INSERT INTO vault.recordings (session_id, part, sealed) VALUES (%s, %s, %s)",
                (session_id, part, sealed),
            )

    async def read(self, session_id: str) -> str:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT part, sealed FROM vault.recordings WHERE session_id = %s ORDER BY part", (session_id,)
            )
            rows = await cursor.fetchall()
        if not rows:
            raise NotFound("nothing of this session is recorded, or no longer", code="RECORDING_NOT_FOUND")
        return await asyncio.to_thread(self._opened, session_id, rows)

    async def forget_old(self) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "DELETE FROM vault.recordings WHERE at < now() - make_interval(days => %s)", (KEPT_DAYS,)
            )

    def _sealed(self, session_id: str, part: int, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        packed = zstandard.ZstdCompressor().compress(text.encode())
        return nonce + self._cipher.encrypt(nonce, packed, _bound_to(session_id, part))

    def _opened(self, session_id: str, rows: list[tuple[int, bytes]]) -> str:
        texts: list[str] = []
        for number, (part, sealed) in enumerate(rows):
            try:
                if part != number:
                    raise ValueError("a part is missing")
                packed = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(session_id, part))
            except (InvalidTag, ValueError):
                raise Refused(
                    "the recording cannot be opened: its rows in vault.recordings were altered, or it was sealed with"
                    " another master key",
                    code="RECORDING_UNREADABLE",
                ) from None
            texts.append(
                zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST_PART).decode()
            )
        return "".join(texts)


def _bound_to(session_id: str, part: int) -> bytes:
    return f"terminal {session_id} {part}".encode()
