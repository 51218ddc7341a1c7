"""What may be asked of an account: the bodies of requests, and what logins ask."""

from typing import Annotated, Any, Literal

import msgspec

from domain.event import Command
from domain.role import Role

Username = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]


class CreateUser(Command, frozen=True):
    """`password_id` is the vault's id of the password hash."""

    username: Username
    role: Role
    password_id: str
    email: str = ""


class ChangeUser(Command, frozen=True):
    role: Role | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    theme: Literal["system", "light", "dark"] | msgspec.UnsetType = msgspec.UNSET
    notifications: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class ReplacePassword(Command, frozen=True):
    password_id: str


class EnableTotp(Command, frozen=True):
    totp_id: str


class DisableTotp(Command, frozen=True):
    pass


class DeleteUser(Command, frozen=True):
    pass


class LogIn(Command, frozen=True):
    client: str = ""


class LockLogin(Command, frozen=True):
    """Too many failures in a row: no login until `seconds` have passed."""

    failures: int
    seconds: int
    client: str = ""


class RevokeSessions(Command, frozen=True):
    """Ends the session named, as at a logout or when its refresh token was used twice; without a name all of them."""

    session_id: str = ""
