"""What proves that the ledger's end is its end: a keyed hash of the head and signatures on checkpoints."""

import hmac
import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PLACE = struct.Struct(">Q")
_CHECKPOINT = struct.Struct(">QQq32s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Head(msgspec.Struct, frozen=True):
    """Where the ledger ends, and the keyed hash of that."""

    position: int
    hash: bytes
    mac: bytes


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed word that the chain had this hash at this position. Numbers run from 1 without gaps."""

    number: int
    position: int
    hash: bytes
    signed_at_us: int
    """Microseconds since 1970 in UTC."""
    public_key: bytes
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        """Whether it was signed with this key, which need not be the one that it carries itself."""
        if self.public_key != public_key or len(self.hash) != 32:
            return False
        try:
            message = _checkpoint(self.number, self.position, self.hash, self.signed_at_us)
        except struct.error:  # a number that no checkpoint can have
            return False
        return _holds(public_key, message, self.signature)


class CheckpointTail(msgspec.Struct, frozen=True):
    """A signed word on how many checkpoints there are, so that the last one cannot vanish unseen."""

    number: int
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        return self.number > 0 and _holds(public_key, _tail(self.number), self.signature)


class LedgerSeals:
    """Made from 32 secret bytes. Whoever lacks them can neither move the head nor forge a checkpoint."""

    def __init__(self, key: bytes) -> None:
        self._mac_key = sha256(b"head" + key).digest()
        self._signer = Ed25519PrivateKey.from_private_bytes(sha256(b"checkpoint" + key).digest())
        self.public_key = self._signer.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    def head_mac(self, position: int, digest: bytes) -> bytes:
        return hmac.digest(self._mac_key, _PLACE.pack(position) + digest, "sha256")

    def head_holds(self, position: int, digest: bytes, mac: bytes) -> bool:
        return position >= 0 and hmac.compare_digest(self.head_mac(position, digest), mac)

    def checkpoint(self, number: int, position: int, digest: bytes, signed_at: datetime) -> Checkpoint:
        """Signs with Ed25519 (RFC 8032) over everything that the checkpoint says."""
        signed_at_us = (signed_at - _EPOCH) // timedelta(microseconds=1)
        signature = self._signer.sign(_checkpoint(number, position, digest, signed_at_us))
        return Checkpoint(number, position, digest, signed_at_us, self.public_key, signature)

    def tail(self, number: int) -> CheckpointTail:
        return CheckpointTail(number, self._signer.sign(_tail(number)))


def _checkpoint(number: int, position: int, digest: bytes, signed_at_us: int) -> bytes:
    return b"netledger checkpoint v1" + _CHECKPOINT.pack(number, position, signed_at_us, digest)


def _tail(number: int) -> bytes:
    return b"netledger checkpoint tail v1" + _PLACE.pack(number)


def _holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
