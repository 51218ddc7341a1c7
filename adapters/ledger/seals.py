"""What proves that the ledger's end is its end: a keyed hash of the head and signatures on checkpoints."""

import hmac
import struct
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PLACE = struct.Struct(">Q")


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
        return hmac.compare_digest(self.head_mac(position, digest), mac)

    def sign(self, position: int, digest: bytes) -> bytes:
        """Ed25519 (RFC 8032) over position and hash."""
        return self._signer.sign(_PLACE.pack(position) + digest)


def signature_holds(public_key: bytes, position: int, digest: bytes, signature: bytes) -> bool:
    """Checks a checkpoint with the public key alone, as an outsider with an export would."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _PLACE.pack(position) + digest)
    except (InvalidSignature, ValueError):
        return False
    return True
