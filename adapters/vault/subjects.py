"""Keys of data subjects: personal data in events is sealed under them, and destroying one forgets its person."""

import base64
import os
import threading
import time
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.master_key import MasterKey
from domain.errors import Refused
from domain.ports import FORGOTTEN

_PREFIX = "sealed:1:"
_KEEP_S = 60.0
"""How long a destroyed key may live on in another process's memory."""
_CACHED = 10_000


class SubjectKeys:
    """Satisfies PersonalSealer. Blocking and thread-safe: callers on an event loop use a thread."""

    def __init__(self, conninfo: str, master: MasterKey) -> None:
        self._conninfo = conninfo
        self._wrapping = AESGCM(master.derive("subject keys"))
        self._lock = threading.Lock()
        self._conn: psycopg.Connection[tuple[bytes, bytes]] | None = None
        self._cache: dict[UUID, tuple[float, AESGCM | None]] = {}

    def seal(self, subject: UUID, field: str, text: str) -> str:
        """An empty text holds nothing personal and stays empty."""
        if not text:
            return ""
        cipher = self._cipher(subject, create=True)
        assert cipher is not None  # created where it was missing
        nonce = os.urandom(12)
        sealed = nonce + cipher.encrypt(nonce, text.encode(), subject.bytes + field.encode())
        return _PREFIX + base64.b64encode(sealed).decode()

    def unseal(self, subject: UUID, field: str, sealed: str) -> str:
        if not sealed.startswith(_PREFIX):
            return sealed
        cipher = self._cipher(subject, create=False)
        if cipher is None:
            return FORGOTTEN
        try:
            raw = base64.b64decode(sealed.removeprefix(_PREFIX))
            return cipher.decrypt(raw[:12], raw[12:], subject.bytes + field.encode()).decode()
        except (InvalidTag, ValueError):
            return FORGOTTEN  # sealed under an earlier key of this subject, which is gone

    def forget(self, subject: UUID) -> None:
        """Destroys the subject's key: what was sealed under it is unreadable from now on, in every backup too."""
        with self._lock:
            self._execute("DELETE FROM vault.subject_keys WHERE subject = %s", (subject,))
            self._cache.pop(subject, None)

    def close(self) -> None:
        with self._lock:
            if self._conn is not None:
                self._conn.close()
                self._conn = None

    def _cipher(self, subject: UUID, *, create: bool) -> AESGCM | None:
        with self._lock:
            known = self._cache.get(subject)
            if known is not None and known[0] > time.monotonic() and (known[1] is not None or not create):
                return known[1]
            row = self._row(subject)
            while row is None and create:  # again, where somebody forgot the subject in between
                self._create(subject)
                row = self._row(subject)
            cipher = self._unwrapped(subject, row) if row is not None else None
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[subject] = (time.monotonic() + _KEEP_S, cipher)
            return cipher

    def _row(self, subject: UUID) -> tuple[bytes, bytes] | None:
        return self._execute(
            "SELECT nonce, ciphertext FROM vault.subject_keys WHERE subject = %s", (subject,)
        ).fetchone()

    def _unwrapped(self, subject: UUID, row: tuple[bytes, bytes]) -> AESGCM:
        try:
            return AESGCM(self._wrapping.decrypt(row[0], row[1], subject.bytes))
        except (InvalidTag, ValueError):
            raise Refused(
                f"the key of subject {subject} cannot be opened: its row in vault.subject_keys was altered, or it was"
                " sealed with another master key",
                code="SUBJECT_KEY_UNREADABLE",
            ) from None

    def _create(self, subject: UUID) -> None:
        nonce = os.urandom(12)
        wrapped = self._wrapping.encrypt(nonce, AESGCM.generate_key(256), subject.bytes)
        self._execute(
            "INSERT INTO vault.subject_keys (subject, nonce, ciphertext) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (subject, nonce, wrapped),
        )

    def _execute(
        self, query: LiteralString, parameters: Sequence[Any]
    ) -> psycopg.Cursor[tuple[bytes, bytes]]:
        """Once more on a new connection where the idle one had died; raises psycopg.OperationalError."""
        if self._conn is not None and not self._conn.closed:
            try:
                return self._conn.execute(query, parameters)
            except psycopg.OperationalError:
                self._conn.close()
        self._conn = psycopg.connect(
            self._conninfo, autocommit=True, application_name="netledger subject keys", connect_timeout=3
        )
        return self._conn.execute(query, parameters)
