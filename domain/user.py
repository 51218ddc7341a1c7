"""A user: who may log in, in which role, and what happened to the account."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from domain import user_views
from domain.aggregate import Aggregate
from domain.errors import Conflict, NotFound, Refused
from domain.event import Change, Command, Event
from domain.role import Role
from domain.user_commands import (
    ChangeUser,
    CreateUser,
    DeleteUser,
    DisableTotp,
    EnableTotp,
    LockLogin,
    LogIn,
    ReplacePassword,
    RevokeSessions,
)
from domain.user_events import (
    UserCreated,
    UserDeleted,
    UserDisabled,
    UserEmailChanged,
    UserEnabled,
    UserLoggedIn,
    UserLoginLocked,
    UserPasswordReplaced,
    UserPreferencesChanged,
    UserRoleChanged,
    UserSessionsRevoked,
    UserTotpDisabled,
    UserTotpEnabled,
)
from domain.user_views import ForgetView, SaveView, UserViewForgotten, UserViewSaved, Views

_NAMES = UUID("0c7a8d6e-2f0b-5b1c-8a54-6d2d6f6a9b02")


def user_id(username: str) -> UUID:
    """A user name belongs to one account for ever: the id follows from it, whatever the case."""
    return uuid5(_NAMES, username.casefold())


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
