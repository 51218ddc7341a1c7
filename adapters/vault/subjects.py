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
"""How long a destroyed key may go on opening in another process's memory."""
_SEAL_KEEP_S = 1.0
"""How long one may go on sealing there: what it seals is forgotten at once."""
_CACHED = 10_000


class SubjectKeys:
    """Satisfies PersonalSealer. Blocking and thread-safe: callers on an event loop use a thread."""

    def __init__(self, conninfo: str, master: MasterKey) -> None:
        self._conninfo = conninfo
        self._wrapping = AESGCM(master.derive("subject keys"))
        self._lock = threading.Lock()
        self._conn: psycopg.Connection[tuple[bytes, bytes]] | None = None
        self._cache: dict[UUID, tuple[float, AESGCM]] = {}

    def seal(self, subject: UUID, field: str, text: str) -> str:
        """An empty text holds nothing personal and stays empty."""
        if not text:
            return ""
        cipher = self._sealing(subject)
        nonce = os.urandom(12)
        sealed = nonce + cipher.encrypt(nonce, text.encode(), _bound_to(subject, field))
        return _PREFIX + base64.b64encode(sealed).decode()

    def unseal(self, subject: UUID, field: str, sealed: str) -> str:
        if not sealed.startswith(_PREFIX):
            return sealed
        known = self._known(subject, _KEEP_S)
        if known is not None and (text := _opened(known, subject, field, sealed)) is not None:
            return text
        # Not under the key that we knew, if any: the subject may have been forgotten, and may have another key now.
        with self._lock:
            present = self._fetched(subject)
        if present is None:
            return FORGOTTEN
        text = _opened(present, subject, field, sealed)
        return FORGOTTEN if text is None else text

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

    def _known(self, subject: UUID, keep_s: float) -> AESGCM | None:
        known = self._cache.get(subject)
        return known[1] if known is not None and known[0] + keep_s > time.monotonic() else None

    def _sealing(self, subject: UUID) -> AESGCM:
        """The subject's key, made where there is none."""
        with self._lock:
            cipher = self._known(subject, _SEAL_KEEP_S) or self._fetched(subject)
            while cipher is None:  # more than once only if somebody forgets the subject in between
                self._create(subject)
                cipher = self._fetched(subject)
            return cipher

    def _fetched(self, subject: UUID) -> AESGCM | None:
        row = self._row(subject)
        if row is None:
            self._cache.pop(subject, None)
            return None
        cipher = self._unwrapped(subject, row)
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        self._cache[subject] = (time.monotonic(), cipher)
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


def _bound_to(subject: UUID, field: str) -> bytes:
    return subject.bytes + field.encode()


def _opened(cipher: AESGCM, subject: UUID, field: str, sealed: str) -> str | None:
    """None where it was sealed under another key, of this subject or of another."""
    try:
        raw = base64.b64decode(sealed.removeprefix(_PREFIX))
        return cipher.decrypt(raw[:12], raw[12:], _bound_to(subject, field)).decode()
    except (InvalidTag, ValueError):
        return None
