"""PPPoE secrets: as a router holds them, as they shall be, and what a change of one did."""

import msgspec


class PppSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as the router holds it, without its password. An empty field is one that the router does not set."""

    secret_id: str
    name: str
    service: str = "any"
    profile: str = "default"
    disabled: bool = False
    remote_address: str = ""
    local_address: str = ""
    caller_id: str = ""
    comment: str = ""
    other: dict[str, str] = {}
    """Further settings in the router's words."""


class WantedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """What a secret shall be; None leaves a field as it is (at creation: the router's default)."""

    name: str
    password: str | None = None
    service: str | None = None
    profile: str | None = None
    remote_address: str | None = None
    local_address: str | None = None
    caller_id: str | None = None
    comment: str | None = None
    disabled: bool | None = None

    def __repr__(self) -> str:
        return f"<WantedSecret {self.name}>"


class FieldDifference(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    expected: str
    found: str


class SecretChange(msgspec.Struct, frozen=True, kw_only=True):
    """What ensuring a secret did. `before` is None where there was none, `after` where there is none now."""

    changed: bool
    before: PppSecret | None = None
    after: PppSecret | None = None
    fields: tuple[str, ...] = ()
    """Names of what was changed, password among them."""
