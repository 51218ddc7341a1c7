"""The master key: given by the operator, or made once and kept in a file that only its owner reads."""

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class MasterKeyError(ValueError):
    """The master key cannot be used; the message says what to do."""


class MasterKey:
    """32 bytes from which every other key is derived (HKDF, RFC 5869), one a purpose."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise MasterKeyError("the master key must be 32 bytes, in base64 or hex")
        self._key = key

    def __repr__(self) -> str:
        return "<MasterKey>"

    def derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"netledger " + purpose.encode()).derive(self._key)

    @classmethod
    def parse(cls, text: str) -> "MasterKey":
        """Reads 32 bytes written in hex or base64."""
        text = text.strip()
        try:
            return cls(bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True))
        except (ValueError, binascii.Error):
            raise MasterKeyError("the master key must be 32 bytes, in base64 or hex") from None

    @classmethod
    def load_or_create(cls, path: Path) -> "MasterKey":
        """The key in this file; a new one, with mode 0600, where there is no file yet."""
        try:
            if path.stat().st_mode & 0o077:
                raise MasterKeyError(f"{path} is readable by others; run: chmod 600 {path}")
            return cls.parse(path.read_text())
        except FileNotFoundError:
            pass
        text = base64.b64encode(secrets.token_bytes(32)).decode()
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # with mode 0600
        fresh = Path(name)
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # unlike a rename this cannot replace a key that another process just made
        except FileExistsError:
            return cls.load_or_create(path)
        finally:
            fresh.unlink()
        _flush_folder(path.parent)
        return cls.parse(text)


def _flush_folder(folder: Path) -> None:
    """Makes the new name in it durable: secrets may be sealed under this key before the machine writes by itself."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
