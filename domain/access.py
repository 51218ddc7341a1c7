"""How to log in to a device: credentials with their secrets opened, handed to adapters and never stored or logged."""

from typing import Literal

import msgspec

SnmpAuth = Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"]
SnmpPrivacy = Literal["DES", "AES128", "AES192", "AES256"]


class Access(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One way in. `port` 0 means the protocol's standard port.

    The representation hides everything but the id and kind, so that no log line or traceback shows a secret.
    """

    id: str
    port: int = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class SnmpV1Access(Access, frozen=True, tag="snmp_v1"):
    community: str

    __repr__ = Access.__repr__


class SnmpV2cAccess(Access, frozen=True, tag="snmp_v2c"):
    community: str

    __repr__ = Access.__repr__


class SnmpV3Access(Access, frozen=True, tag="snmp_v3"):
    """RFC 3414 user. Without `auth_protocol`: noAuthNoPriv; without `priv_protocol`: authNoPriv."""

    username: str
    auth_protocol: SnmpAuth | None = None
    auth_password: str = ""
    priv_protocol: SnmpPrivacy | None = None
    priv_password: str = ""

    __repr__ = Access.__repr__


class SshAccess(Access, frozen=True, tag="ssh"):
    username: str
    password: str = ""
    private_key: str = ""
    enable_password: str = ""

    __repr__ = Access.__repr__


class RouterOsAccess(Access, frozen=True, tag="routeros"):
    username: str
    password: str
    tls: bool = False

    __repr__ = Access.__repr__


SnmpAccess = SnmpV1Access | SnmpV2cAccess | SnmpV3Access
AnyAccess = SnmpV1Access | SnmpV2cAccess | SnmpV3Access | SshAccess | RouterOsAccess
