"""What happened to an account: its making, changes, logins and end."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from domain.event import Change, Command, Event, one_line
from domain.role import Role
from domain.user_commands import ChangeUser, DeleteUser, DisableTotp


class UserCreated(Event, frozen=True):
    topic: ClassVar[str] = "user.created.v1"
    inverse: ClassVar[type[Command] | str] = DeleteUser
    personal: ClassVar[frozenset[str]] = frozenset({"email"})
    username: str
    role: Role
    password_id: str
    email: str = ""

    def summary(self) -> str:
        return f"user {self.username} created as {self.role}"

    def undo(self) -> Command:
        return DeleteUser()


class UserRoleChanged(Event, frozen=True):
    topic: ClassVar[str] = "user.role_changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeUser
    old: Role
    new: Role

    def summary(self) -> str:
        return f"role changed from {self.old} to {self.new}"

    def changed(self) -> Sequence[Change]:
        return (Change("role", self.old, self.new),)

    def undo(self) -> Command:
        return ChangeUser(role=self.old)


class UserEmailChanged(Event, frozen=True):
    topic: ClassVar[str] = "user.email_changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeUser
    personal: ClassVar[frozenset[str]] = frozenset({"old", "new"})
    old: str
    new: str

    def summary(self) -> str:
        return "e-mail address changed"

    def undo(self) -> Command:
        return ChangeUser(email=self.old)


class UserPreferencesChanged(Event, frozen=True):
    topic: ClassVar[str] = "user.preferences_changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeUser
    changes: list[Change]

    def summary(self) -> str:
        return "preferences changed: " + ", ".join(change.field for change in self.changes)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeUser)


class UserDisabled(Event, frozen=True):
    topic: ClassVar[str] = "user.disabled.v1"
    inverse: ClassVar[type[Command] | str] = ChangeUser

    def summary(self) -> str:
        return "user disabled"

    def changed(self) -> Sequence[Change]:
        return (Change("disabled", False, True),)

    def undo(self) -> Command:
        return ChangeUser(disabled=False)


class UserEnabled(Event, frozen=True):
    topic: ClassVar[str] = "user.enabled.v1"
    inverse: ClassVar[type[Command] | str] = ChangeUser

    def summary(self) -> str:
        return "user enabled"

    def changed(self) -> Sequence[Change]:
        return (Change("disabled", True, False),)

    def undo(self) -> Command:
        return ChangeUser(disabled=True)


class UserPasswordReplaced(Event, frozen=True):
    topic: ClassVar[str] = "user.password_replaced.v1"
    inverse: ClassVar[type[Command] | str] = "the old password was destroyed"
    password_id: str

    def summary(self) -> str:
        return "password replaced"


class UserTotpEnabled(Event, frozen=True):
    topic: ClassVar[str] = "user.totp_enabled.v1"
    inverse: ClassVar[type[Command] | str] = DisableTotp
    totp_id: str

    def summary(self) -> str:
        return "one-time passwords enabled"

    def undo(self) -> Command:
        return DisableTotp()


class UserTotpDisabled(Event, frozen=True):
    topic: ClassVar[str] = "user.totp_disabled.v1"
    inverse: ClassVar[type[Command] | str] = "the secret was destroyed; enrol again"

    def summary(self) -> str:
        return "one-time passwords disabled"


class UserDeleted(Event, frozen=True):
    topic: ClassVar[str] = "user.deleted.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the password and the key of personal data were destroyed; create the user again"
    )

    def summary(self) -> str:
        return "user deleted"


class UserLoggedIn(Event, frozen=True):
    topic: ClassVar[str] = "user.logged_in.v1"
    inverse: ClassVar[type[Command] | str] = "a login happened; revoke the session instead"
    client: str = ""

    def summary(self) -> str:
        return one_line(f"logged in from {self.client}" if self.client else "logged in")


class UserLoginLocked(Event, frozen=True):
    topic: ClassVar[str] = "user.login_locked.v1"
    inverse: ClassVar[type[Command] | str] = "a lock ends by itself"
    failures: int
    seconds: int
    client: str = ""

    def summary(self) -> str:
        return f"login locked for {self.seconds} s after {self.failures} failures"


class UserSessionsRevoked(Event, frozen=True):
    topic: ClassVar[str] = "user.sessions_revoked.v1"
    inverse: ClassVar[type[Command] | str] = "revoked sessions stay revoked; log in again"
    session_id: str = ""

    def summary(self) -> str:
        return "session revoked" if self.session_id else "all sessions revoked"
