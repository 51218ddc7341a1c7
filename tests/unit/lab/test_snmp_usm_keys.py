"""Keys against the examples of RFC 3414, A.3, and what is refused."""

import pytest

from domain.access import SnmpV3Access
from lab.snmp_usm_keys import PrivacyError, User, extended_key, localized_key, password_to_key

ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("digest", "localized"),
    [
        ("md5", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_keys_are_those_of_the_rfc(digest, localized):
    assert localized_key(digest, password_to_key(digest, b"maplesyrup"), ENGINE).hex() == localized


def test_short_keys_are_stretched_and_long_ones_cut():
    key = localized_key("md5", password_to_key("md5", b"maplesyrup"), ENGINE)
    assert extended_key("md5", key, 32)[:16] == key
    assert len(extended_key("md5", key, 32)) == 32
    assert extended_key("sha512", bytes(64), 16) == bytes(16)


@pytest.mark.parametrize("priv", ["DES", "AES128", "AES192", "AES256"])
def test_what_is_encrypted_can_be_decrypted_with_the_salt_alone(priv):
    access = SnmpV3Access(
        id="u",
        username="u",
        auth_protocol="MD5",
        auth_password="a" * 8,
        priv_protocol=priv,
        priv_password="b" * 8,
    )
    local = User(access).localized(ENGINE)
    ciphertext, salt = local.encrypt(b"sixteen octets..and more", 3, 1_000)
    assert b"sixteen" not in ciphertext
    assert local.decrypt(ciphertext, salt, 3, 1_000)[:24] == b"sixteen octets..and more"
    with pytest.raises(PrivacyError):
        local.decrypt(ciphertext, salt[:7], 3, 1_000)


def test_privacy_without_authentication_is_refused():
    with pytest.raises(ValueError, match="auth_protocol"):
        User(SnmpV3Access(id="u", username="u", priv_protocol="DES", priv_password="b" * 8))


def test_an_empty_password_is_refused():
    user = User(SnmpV3Access(id="u", username="u", auth_protocol="SHA"))
    with pytest.raises(ValueError, match="must not be empty"):
        user.localized(ENGINE)
