"""The hash chain over the ledger: each row's hash covers the one before it, so that no row can change unseen."""

import struct
from hashlib import sha256
from uuid import UUID

GENESIS = sha256(b"netledger ledger v1").digest()
"""What the first row is chained to."""

_PLACE = struct.Struct(">q16sq")


def link(
    previous: bytes, position: int, originator_id: UUID, version: int, topic: str, state: bytes
) -> bytes:
    """The hash of a row: SHA-256 over the previous one's and everything that the row holds."""
    return chained(previous, row_content(position, originator_id.bytes, version, topic.encode(), state))


def chained(previous: bytes, content: bytes) -> bytes:
    """The hash of a row whose content is put together already."""
    return sha256(previous + content).digest()


def row_content(position: int, originator_id: bytes, version: int, topic: bytes, state: bytes) -> bytes:
    """All that a row holds, each part with a fixed or stated length: position and version as int64, big-endian."""
    return b"%b%d:%b%b" % (_PLACE.pack(position, originator_id, version), len(topic), topic, state)
