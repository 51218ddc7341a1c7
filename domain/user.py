"""A user: who may log in, in which role, and what happened to the account."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

from domain import user_views
from domain.aggregate import Aggregate
from domain.errors import Conflict, NotFound, Refused
from domain.event import Change, Command, Event, one_line
from domain.user_views import ForgetView, SaveView, UserViewForgotten, UserViewSaved, Views

Role = Literal["viewer", "engineer", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "engineer", "admin")
Username = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]

_NAMES = UUID("0c7a8d6e-2f0b-5b1c-8a54-6d2d6f6a9b02")


def user_id(username: str) -> UUID:
    """A user name belongs to one account for ever: the id follows from it, whatever the case."""
    return uuid5(_NAMES, username.casefold())


def covers(role: Role, needed: Role) -> bool:
    """Whether `role` may do what `needed` may: viewer < engineer < admin."""
    return ROLES.index(role) >= ROLES.index(needed)


class User(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "disabled", "deleted"] = "absent"
    username: str = ""
    role: Role = "viewer"
    email: str = ""
    password_id: str = ""
    totp_id: str = ""
    theme: str = "system"
    notifications: dict[str, Any] = {}
    views: Views = {}


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


def decide(state: User, command: Command) -> Sequence[Event]:
    match command:
        case CreateUser():
            if state.state in ("active", "disabled"):
                raise Conflict(
                    f"a user named {command.username} exists", code="USER_EXISTS", field="username"
                )
            return [
                UserCreated(
                    username=command.username,
                    role=command.role,
                    password_id=command.password_id,
                    email=command.email,
                )
            ]
        case DeleteUser() if state.state == "deleted":
            return []
        case _ if state.state in ("absent", "deleted"):
            raise NotFound("no such user", code="USER_NOT_FOUND")
        case ChangeUser():
            return _change(state, command)
        case SaveView() | ForgetView():
            return user_views.decide(state.views, command)
        case ReplacePassword():
            if command.password_id == state.password_id:
                return []
            return [UserPasswordReplaced(password_id=command.password_id)]
        case EnableTotp():
            if command.totp_id == state.totp_id:
                return []
            if state.totp_id:
                raise Refused("one-time passwords are enabled; disable them first", code="TOTP_ENABLED")
            return [UserTotpEnabled(totp_id=command.totp_id)]
        case DisableTotp():
            return [UserTotpDisabled()] if state.totp_id else []
        case DeleteUser():
            return [UserDeleted()]
        case LogIn():
            if state.state == "disabled":
                raise Refused("this user is disabled", code="USER_DISABLED")
            return [UserLoggedIn(client=command.client)]
        case LockLogin():
            return [
                UserLoginLocked(failures=command.failures, seconds=command.seconds, client=command.client)
            ]
        case RevokeSessions():
            return [UserSessionsRevoked(session_id=command.session_id)]
        case _:
            raise TypeError(f"a user knows no {type(command).__name__}")


def _change(state: User, command: ChangeUser) -> Sequence[Event]:
    events: list[Event] = []
    if command.role is not msgspec.UNSET and command.role != state.role:
        events.append(UserRoleChanged(old=state.role, new=command.role))
    if command.email is not msgspec.UNSET and command.email != state.email:
        events.append(UserEmailChanged(old=state.email, new=command.email))
    if command.disabled is not msgspec.UNSET and command.disabled != (state.state == "disabled"):
        events.append(UserDisabled() if command.disabled else UserEnabled())
    preferences = [
        Change(field, getattr(state, field), new)
        for field in ("theme", "notifications")
        if (new := getattr(command, field)) is not msgspec.UNSET and new != getattr(state, field)
    ]
    if preferences:
        events.append(UserPreferencesChanged(changes=preferences))
    return events


def evolve(state: User, event: Event) -> User:
    replace = msgspec.structs.replace
    match event:
        case UserCreated():
            return User(
                state="active",
                username=event.username,
                role=event.role,
                email=event.email,
                password_id=event.password_id,
            )
        case UserRoleChanged():
            return replace(state, role=event.new)
        case UserEmailChanged():
            return replace(state, email=event.new)
        case UserPreferencesChanged():
            known = {
                change.field: change.new
                for change in event.changes
                if change.field in ("theme", "notifications")
            }
            return replace(state, **known)
        case UserViewSaved() | UserViewForgotten():
            return replace(state, views=user_views.evolve(state.views, event))
        case UserDisabled():
            return replace(state, state="disabled")
        case UserEnabled():
            return replace(state, state="active")
        case UserPasswordReplaced():
            return replace(state, password_id=event.password_id)
        case UserTotpEnabled():
            return replace(state, totp_id=event.totp_id)
        case UserTotpDisabled():
            return replace(state, totp_id="")
        case UserDeleted():
            return User(state="deleted", username=state.username)
        case _:
            return state


USER = Aggregate(
    name="user",
    initial=User(),
    decide=decide,
    evolve=evolve,
    events=(
        UserCreated,
        UserRoleChanged,
        UserEmailChanged,
        UserPreferencesChanged,
        UserViewSaved,
        UserViewForgotten,
        UserDisabled,
        UserEnabled,
        UserPasswordReplaced,
        UserTotpEnabled,
        UserTotpDisabled,
        UserDeleted,
        UserLoggedIn,
        UserLoginLocked,
        UserSessionsRevoked,
    ),
)
