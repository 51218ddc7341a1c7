"""SNMPv3 users as gufo-snmp wants them, with the slow half of the key derivation done once a password."""

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    KeyExpansion,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    User,
)
from gufo.snmp.user import KeyType

from domain.access import SnmpAuth, SnmpPrivacy, SnmpV3Access
from domain.ports import SnmpError

_AUTH: dict[SnmpAuth, type[BaseAuthKey]] = {
    "MD5": Md5Key,
    "SHA": Sha1Key,
    "SHA224": Sha224Key,
    "SHA256": Sha256Key,
    "SHA384": Sha384Key,
    "SHA512": Sha512Key,
}
_PRIVACY: dict[SnmpPrivacy, type[BasePrivKey]] = {
    "DES": DesKey,
    "AES128": Aes128Key,
    "AES192": Aes192Key,
    "AES256": Aes256Key,
}
_REMEMBERED_KEYS = 64


class Users:
    """Users with their master keys (RFC 3414, A.2): hashing a megabyte a password and device would hold up a fleet."""

    def __init__(self) -> None:
        self._master_keys: dict[tuple[SnmpAuth, str], bytes] = {}

    def of(self, access: SnmpV3Access) -> list[User]:
        """The user, and once more where two ways to lengthen a short key for AES-192 and AES-256 are in use.

        Neither way is a standard: draft-blumenthal-aes-usm-04 (net-snmp and others), then draft-reeder-snmpv3-usm-
        3desede-00 (Cisco and others). Raises SnmpError "auth" for a credential that cannot work anywhere.
        """
        if access.auth_protocol is None:
            if access.priv_protocol is not None:
                raise SnmpError(
                    "auth", f"credential {access.id} has privacy without authentication; add an auth_protocol"
                )
            return [User(access.username)]
        auth = _AUTH[access.auth_protocol](self._master_key(access, access.auth_password), KeyType.Master)
        if access.priv_protocol is None:
            return [User(access.username, auth_key=auth)]
        privacy_class = _PRIVACY[access.priv_protocol]
        expansions = (
            list(KeyExpansion) if privacy_class.KEY_LENGTH > auth.KEY_LENGTH else [KeyExpansion.Blumenthal]
        )
        master_key = self._master_key(access, access.priv_password)
        return [
            User(
                access.username,
                auth_key=auth,
                priv_key=privacy_class(master_key, KeyType.Master),
                key_expansion=expansion,
            )
            for expansion in expansions
        ]

    def _master_key(self, access: SnmpV3Access, password: str) -> bytes:
        assert access.auth_protocol is not None
        if not password:
            raise SnmpError(
                "auth", f"credential {access.id} has an empty password; set it to 8 characters or more"
            )
        known = (access.auth_protocol, password)
        if known not in self._master_keys:
            if len(self._master_keys) >= _REMEMBERED_KEYS:
                self._master_keys.clear()
            self._master_keys[known] = _AUTH[access.auth_protocol].get_master_key(password.encode())
        return self._master_keys[known]
