"""The hash chain over the ledger: each row's hash covers the one before it, so that no row can change unseen."""

import struct
from hashlib import sha256
from uuid import UUID

GENESIS = sha256(b"netledger ledger v1").digest()
"""What the first row is chained to."""

_PLACE = struct.Struct(">Q16sQ")


def link(
    previous: bytes, position: int, originator_id: UUID, version: int, topic: str, state: bytes
) -> bytes:
    """SHA-256 over the previous hash and everything that the row holds, each part with a fixed or stated length."""
    name = topic.encode()
    digest = sha256(previous)
    digest.update(_PLACE.pack(position, originator_id.bytes, version))
    digest.update(b"%d:" % len(name) + name)
    digest.update(state)
    return digest.digest()
