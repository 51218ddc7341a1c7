"""Keys, digests and ciphers of the User-based Security Model (RFC 3414, 3826, 7860)."""

import hashlib
import hmac
import os
from functools import cached_property

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from domain.access import SnmpV3Access

_PASSWORD_SPREAD = 1 << 20
SALT_SIZE = 8

# hashlib's name of the digest, and to how many octets its HMAC is cut.
_DIGESTS = {
    "MD5": ("md5", 12),
    "SHA": ("sha1", 12),
    "SHA224": ("sha224", 16),
    "SHA256": ("sha256", 24),
    "SHA384": ("sha384", 32),
    "SHA512": ("sha512", 48),
}
_PRIVACY_KEY_SIZES = {"DES": 16, "AES128": 16, "AES192": 24, "AES256": 32}

NO_AUTH, AUTH_NO_PRIV, AUTH_PRIV = 0, 1, 3
"""Security levels, as msgFlags writes them."""


class PrivacyError(ValueError):
    """The ciphertext cannot be one of the protocol's."""


class User:
    """A user as configured, whose passwords are spread into keys once for all the agents that know them."""

    def __init__(self, access: SnmpV3Access, *, may_write: bool = False) -> None:
        """ValueError if the access has privacy without authentication, which USM does not know."""
        if access.priv_protocol and not access.auth_protocol:
            raise ValueError(f"user {access.username}: privacy needs an auth_protocol (RFC 3414, 1.4.1)")
        self.name = access.username.encode()
        self.may_write = may_write
        self.level = AUTH_PRIV if access.priv_protocol else AUTH_NO_PRIV if access.auth_protocol else NO_AUTH
        self._access = access

    @cached_property
    def _master_keys(self) -> tuple[bytes, bytes]:
        """For authentication and privacy (RFC 3414, A.2); empty where the user has none."""
        auth, priv = self._access.auth_protocol, self._access.priv_protocol
        if auth is None:
            return b"", b""
        digest, _ = _DIGESTS[auth]
        auth_key = password_to_key(digest, self._access.auth_password.encode())
        priv_key = password_to_key(digest, self._access.priv_password.encode()) if priv else b""
        return auth_key, priv_key

    def localized(self, engine_id: bytes) -> "LocalUser":
        auth, priv = self._access.auth_protocol, self._access.priv_protocol
        if auth is None:
            return LocalUser(self, "", 0, b"", "", b"")
        digest, mac_size = _DIGESTS[auth]
        auth_key, priv_key = (localized_key(digest, key, engine_id) for key in self._master_keys)
        if priv is None:
            return LocalUser(self, digest, mac_size, auth_key, "", b"")
        priv_key = extended_key(digest, priv_key, _PRIVACY_KEY_SIZES[priv])
        return LocalUser(self, digest, mac_size, auth_key, priv, priv_key)


def password_to_key(digest: str, password: bytes) -> bytes:
    """The digest of the password repeated to a megabyte (RFC 3414, A.2.1); an empty password has no key."""
    if not password:
        raise ValueError("an SNMPv3 password must not be empty")
    times = _PASSWORD_SPREAD // len(password) + 1
    return hashlib.new(digest, (password * times)[:_PASSWORD_SPREAD]).digest()


def localized_key(digest: str, key: bytes, engine_id: bytes) -> bytes:
    """The key that is good at one engine only (RFC 3414, 2.6)."""
    return hashlib.new(digest, key + engine_id + key).digest()


def extended_key(digest: str, key: bytes, size: int) -> bytes:
    """A localized key stretched or cut to a cipher's key (draft-blumenthal-aes-usm-04, 3.1.2.1)."""
    while len(key) < size:
        key += hashlib.new(digest, key).digest()
    return key[:size]


class LocalUser:
    """A user at one engine."""

    __slots__ = ("_auth_key", "_digest", "_priv_key", "_privacy", "mac_size", "user")

    def __init__(
        self, user: User, digest: str, mac_size: int, auth_key: bytes, privacy: str, priv_key: bytes
    ) -> None:
        self.user = user
        self.mac_size = mac_size
        self._digest = digest
        self._auth_key = auth_key
        self._privacy = privacy
        self._priv_key = priv_key

    def mac(self, message: bytes) -> bytes:
        """The digest of a whole message whose digest field is zero."""
        return hmac.digest(self._auth_key, message, self._digest)[: self.mac_size]

    def encrypt(self, plain: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        """Ciphertext and salt (msgPrivacyParameters)."""
        if self._privacy == "DES":
            salt = boots.to_bytes(4, "big") + os.urandom(4)
            padded = plain + bytes(-len(plain) % 8)
            encryptor = self._cipher(salt, boots, engine_time).encryptor()
            return encryptor.update(padded) + encryptor.finalize(), salt
        salt = os.urandom(SALT_SIZE)
        encryptor = self._cipher(salt, boots, engine_time).encryptor()
        return encryptor.update(plain) + encryptor.finalize(), salt

    def decrypt(self, ciphertext: bytes, salt: bytes, boots: int, engine_time: int) -> bytes:
        """The plain text, for DES with its padding; PrivacyError if lengths are not the protocol's."""
        if len(salt) != SALT_SIZE or (self._privacy == "DES" and len(ciphertext) % 8):
            raise PrivacyError(f"{self._privacy} with a salt of {len(salt)}, {len(ciphertext)} octets")
        decryptor = self._cipher(salt, boots, engine_time).decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()

    def _cipher(self, salt: bytes, boots: int, engine_time: int) -> Cipher[CBC] | Cipher[CFB]:
        key = self._priv_key
        if self._privacy == "DES":
            initial = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
            # Triple DES with three equal keys is DES (RFC 3414, 8.1.1.1 has the initial vector).
            return Cipher(TripleDES(key[:8] * 3), CBC(initial))
        counters = boots.to_bytes(4, "big") + engine_time.to_bytes(4, "big")
        return Cipher(AES(key), CFB(counters + salt))
