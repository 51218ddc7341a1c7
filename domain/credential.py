"""A credential: a named way into devices. Its secrets lie in the vault; events carry the vault's id alone."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.errors import Conflict, NotFound
from domain.event import Change, Command, Event, one_line

Kind = Literal["snmp_v1", "snmp_v2c", "snmp_v3", "ssh", "routeros"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]

OPEN_FIELDS = frozenset({"username", "auth_protocol", "priv_protocol", "tls"})
"""What is no secret and so may be shown: everything else that a credential is made of goes to the vault."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "deleted"] = "absent"
    name: str = ""
    kind: Kind = "snmp_v2c"
    port: int = 0
    shown: dict[str, Any] = {}
    secret_id: str = ""


class CreateCredential(Command, frozen=True):
    name: Name
    kind: Kind
    secret_id: str
    port: Port = 0
    shown: dict[str, Any] = {}


class ChangeCredential(Command, frozen=True):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    port: Port | msgspec.UnsetType = msgspec.UNSET


class ReplaceSecret(Command, frozen=True):
    secret_id: str
    shown: dict[str, Any] = {}


class DeleteCredential(Command, frozen=True):
    pass


class ReadSecret(Command, frozen=True):
    """Somebody opens the secret, and says what for."""

    purpose: str
    operation_id: str = ""


class CredentialCreated(Event, frozen=True):
    topic: ClassVar[str] = "credential.created.v1"
    inverse: ClassVar[type[Command] | str] = DeleteCredential
    name: str
    kind: Kind
    secret_id: str
    port: int = 0
    shown: dict[str, Any] = {}

    def summary(self) -> str:
        return one_line(f"credential {self.name} ({self.kind}) created")

    def undo(self) -> Command:
        return DeleteCredential()


class CredentialChanged(Event, frozen=True):
    topic: ClassVar[str] = "credential.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeCredential
    changes: list[Change]

    def summary(self) -> str:
        return "credential changed: " + ", ".join(change.field for change in self.changes)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeCredential)


class CredentialSecretReplaced(Event, frozen=True):
    topic: ClassVar[str] = "credential.secret_replaced.v1"
    inverse: ClassVar[type[Command] | str] = "the old secret was destroyed; replace it again"
    secret_id: str
    shown: dict[str, Any] = {}

    def summary(self) -> str:
        return "secret replaced"


class CredentialSecretRead(Event, frozen=True):
    topic: ClassVar[str] = "credential.secret_read.v1"
    inverse: ClassVar[type[Command] | str] = "a secret that was read cannot be unread; replace it"
    purpose: str
    name: str = ""
    operation_id: str = ""

    def summary(self) -> str:
        return one_line(f"secret of {self.name} read for {self.purpose}")


class CredentialDeleted(Event, frozen=True):
    topic: ClassVar[str] = "credential.deleted.v1"
    inverse: ClassVar[type[Command] | str] = "the secret was destroyed; create the credential again"
    name: str = ""

    def summary(self) -> str:
        return one_line(f"credential {self.name} deleted")


def decide(state: Credential, command: Command) -> Sequence[Event]:
    match command:
        case CreateCredential():
            if state.state != "absent":
                raise Conflict("this credential exists already", code="CREDENTIAL_EXISTS")
            return [
                CredentialCreated(
                    name=command.name,
                    kind=command.kind,
                    secret_id=command.secret_id,
                    port=command.port,
                    shown=command.shown,
                )
            ]
        case DeleteCredential() if state.state == "deleted":
            return []
        case _ if state.state != "active":
            raise NotFound("no such credential", code="CREDENTIAL_NOT_FOUND")
        case ChangeCredential():
            changes = [
                Change(field, getattr(state, field), new)
                for field in ("name", "port")
                if (new := getattr(command, field)) is not msgspec.UNSET and new != getattr(state, field)
            ]
            return [CredentialChanged(changes=changes)] if changes else []
        case ReplaceSecret() if command.secret_id == state.secret_id and command.shown == state.shown:
            return []
        case ReplaceSecret():
            return [CredentialSecretReplaced(secret_id=command.secret_id, shown=command.shown)]
        case DeleteCredential():
            return [CredentialDeleted(name=state.name)]
        case ReadSecret():
            return [
                CredentialSecretRead(
                    purpose=command.purpose, name=state.name, operation_id=command.operation_id
                )
            ]
        case _:
            raise TypeError(f"a credential knows no {type(command).__name__}")


def evolve(state: Credential, event: Event) -> Credential:
    replace = msgspec.structs.replace
    match event:
        case CredentialCreated():
            return Credential(
                state="active",
                name=event.name,
                kind=event.kind,
                port=event.port,
                shown=event.shown,
                secret_id=event.secret_id,
            )
        case CredentialChanged():
            known = {change.field: change.new for change in event.changes if change.field in ("name", "port")}
            return replace(state, **known)
        case CredentialSecretReplaced():
            return replace(state, secret_id=event.secret_id, shown=event.shown)
        case CredentialDeleted():
            return replace(state, state="deleted", secret_id="")
        case _:
            return state


CREDENTIAL = Aggregate(
    name="credential",
    initial=Credential(),
    decide=decide,
    evolve=evolve,
    events=(
        CredentialCreated,
        CredentialChanged,
        CredentialSecretReplaced,
        CredentialSecretRead,
        CredentialDeleted,
    ),
)
