"""An API key: a long-lived way in for a program, with a role and an end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.errors import Conflict, NotFound
from domain.event import Command, Event, one_line
from domain.role import Role


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "revoked"] = "absent"
    name: str = ""
    role: Role = "viewer"
    digest: str = ""
    expires_at: datetime | None = None


class CreateApiKey(Command, frozen=True):
    """`digest` is the SHA-256 of the key in hex: the key has 256 random bits, so a fast hash keeps it safe."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    role: Role
    digest: str
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class RevokeApiKey(Command, frozen=True):
    pass


class ApiKeyCreated(Event, frozen=True):
    topic: ClassVar[str] = "api_key.created.v1"
    inverse: ClassVar[type[Command] | str] = RevokeApiKey
    name: str
    role: Role
    digest: str
    expires_at: datetime | None = None

    def summary(self) -> str:
        return one_line(f"API key {self.name} created for role {self.role}")

    def undo(self) -> Command:
        return RevokeApiKey()


class ApiKeyRevoked(Event, frozen=True):
    topic: ClassVar[str] = "api_key.revoked.v1"
    inverse: ClassVar[type[Command] | str] = "a revoked key stays revoked; create a new one"
    name: str = ""

    def summary(self) -> str:
        return one_line(f"API key {self.name} revoked")


def decide(state: ApiKey, command: Command) -> Sequence[Event]:
    match command:
        case CreateApiKey():
            if state.state != "absent":
                raise Conflict("this API key exists already", code="API_KEY_EXISTS")
            return [
                ApiKeyCreated(
                    name=command.name, role=command.role, digest=command.digest, expires_at=command.expires_at
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such API key", code="API_KEY_NOT_FOUND")
        case RevokeApiKey():
            return [] if state.state == "revoked" else [ApiKeyRevoked(name=state.name)]
        case _:
            raise TypeError(f"an API key knows no {type(command).__name__}")


def evolve(state: ApiKey, event: Event) -> ApiKey:
    match event:
        case ApiKeyCreated():
            return ApiKey(
                state="active",
                name=event.name,
                role=event.role,
                digest=event.digest,
                expires_at=event.expires_at,
            )
        case ApiKeyRevoked():
            return msgspec.structs.replace(state, state="revoked")
        case _:
            return state


API_KEY = Aggregate(
    name="api_key", initial=ApiKey(), decide=decide, evolve=evolve, events=(ApiKeyCreated, ApiKeyRevoked)
)
