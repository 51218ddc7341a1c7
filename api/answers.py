"""Answers to POSTs by Idempotency-Key: a retry gets the first answer, and nothing happens twice."""

import asyncio
import hmac
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from weakref import WeakValueDictionary

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.aggregate import IdempotencyKey
from domain.errors import Refused

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LARGEST = 2 * 2**20
"""Bytes of an answer that is kept, at most; a larger one is made again from the ledger's own memory of the key."""
log = structlog.get_logger(__name__)


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Answers:
    """Answers may hold tokens and keys that are shown once, so they lie sealed in the database, for a while.

    They stand before the ledger, which remembers keys for ever: where an answer is lost, the ledger still refuses to
    do a thing twice.
    """

    def __init__(self, connect: Connect, key: bytes) -> None:
        self._connect = connect
        self._cipher = AESGCM(key)
        self._key = key
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def fingerprint(self, *parts: bytes) -> bytes:
        """Tells requests apart. Keyed, since a plain hash of a body with a password in it would help to guess that."""
        mac = hmac.new(self._key, digestmod="sha256")
        for part in parts:
            mac.update(len(part).to_bytes(8, "big") + part)
        return mac.digest()

    def turn(self, key: IdempotencyKey) -> asyncio.Lock:
        """Of requests with the same key one runs at a time; those behind it find its answer."""
        place = (key.scope, key.key)
        lock = self._turns.get(place)
        if lock is None:
            lock = self._turns[place] = asyncio.Lock()
        return lock

    async def find(self, key: IdempotencyKey) -> Answer | None:
        """The answer that this key got; raises Refused where the request was another one."""
        async with self._connect() as conn:
            cursor = await conn.execute(
                "SELECT fingerprint, sealed FROM work.answers WHERE scope = %s AND key = %s AND expires_at > now()",
                (key.scope, key.key),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row[0]), key.fingerprint):
            raise Refused(
                "this Idempotency-Key was used for another request; use a new key",
                code="IDEMPOTENCY_KEY_REUSED",
                field="Idempotency-Key",
            )
        sealed = bytes(row[1])
        try:
            opened = self._cipher.decrypt(sealed[:12], sealed[12:], _bound_to(key))
        except (InvalidTag, ValueError):
            return None  # sealed under another master key, or altered: the ledger knows what was done
        return msgspec.msgpack.decode(opened, type=Answer)

    async def keep(self, key: IdempotencyKey, answer: Answer, keep_s: int) -> None:
        """Failing to keep it fails nobody: the ledger has the key too."""
        if len(answer.body) > LARGEST:
            return
        nonce = os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, msgspec.msgpack.encode(answer), _bound_to(key))
        try:
            async with self._connect() as conn, conn.transaction():
                await conn.execute("SET LOCAL synchronous_commit = off")
                await conn.execute("DELETE FROM work.answers WHERE expires_at < now()")
                await conn.execute(
                    "INSERT INTO work.answers (scope, key, fingerprint, sealed, expires_at)"
                    " VALUES (%s, %s, %s, %s, now() + make_interval(secs => %s)) ON CONFLICT DO NOTHING",
                    (key.scope, key.key, key.fingerprint, sealed, keep_s),
                )
        except Exception as error:  # the answer is on its way already
            log.warning("answer not kept", error=type(error).__name__)


def _bound_to(key: IdempotencyKey) -> bytes:
    return msgspec.msgpack.encode((key.scope, key.key)) + key.fingerprint
