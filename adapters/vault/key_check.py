"""Tells at the start whether this master key is the one that a database was written with."""

import os

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.master_key import MasterKey, MasterKeyError

_KNOWN = b"netledger master key"


def check_master_key(conninfo: str, master: MasterKey) -> None:
    """Remembers the key, not its value, at the first start; raises MasterKeyError where a later one has another."""
    cipher, nonce = AESGCM(master.derive("key test")), os.urandom(12)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO vault.key_test (nonce, ciphertext) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (nonce, cipher.encrypt(nonce, _KNOWN, None)),
        )
        row = conn.execute("SELECT nonce, ciphertext FROM vault.key_test").fetchone()
    assert row is not None  # just made where it was missing
    try:
        cipher.decrypt(row[0], row[1], None)
    except (InvalidTag, ValueError):
        raise MasterKeyError(
            "the master key is not the one that this database was written with: without it neither stored secrets"
            " nor personal data can be read; set NETLEDGER_MASTER_KEY, or bring back the key file"
        ) from None
