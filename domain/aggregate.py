"""An aggregate: an immutable state and two pure functions, decide and evolve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from domain.event import About, Attribution, Command, Event, Recorded

S = TypeVar("S")


def about_nobody(state: object, aggregate_id: str) -> About:
    """For aggregates that concern no device, customer or operation."""
    return About()


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """`decide` answers a command with events (none where it already is so) or raises a DomainError;
    `evolve` applies an event and never fails."""

    name: str
    initial: S
    decide: Callable[[S, Any], Sequence[Event]]
    evolve: Callable[[S, Event], S]
    events: tuple[type[Event], ...]
    about: Callable[[S, str], About] = about_nobody
    family: str = ""
    """The first word of its events' topics, where that is not its name."""

    def fold(self, events: Sequence[Event], state: S | None = None) -> S:
        """The state after these events, from the beginning or from `state`."""
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current

    def to(self, aggregate_id: UUID | str, command: Command, *, new: bool = False) -> "Intent":
        """Addresses a command. `new` promises that the id was just made, which saves a look-up."""
        return Intent(
            self, aggregate_id if isinstance(aggregate_id, UUID) else UUID(aggregate_id), command, new=new
        )


class Intent(msgspec.Struct, frozen=True):
    """A command addressed to one aggregate; several of them are appended together or not at all."""

    aggregate: Aggregate[Any]
    aggregate_id: UUID
    command: Command
    new: bool = False


class IdempotencyKey(msgspec.Struct, frozen=True):
    """A client's promise that two requests with this key are one. `fingerprint` tells a reused key with other content."""

    scope: str
    key: str
    fingerprint: bytes


class Outcome(msgspec.Struct, frozen=True):
    """What a command led to: the events appended (none when nothing changed) and the states after them, by aggregate."""

    position: int
    events: tuple[Recorded, ...]
    states: dict[UUID, Any]
    repeated: bool = False
    """Whether an idempotency key answered with an earlier outcome."""


def caused_by(recorded: Recorded, by: Attribution) -> Attribution:
    """The same actor going on because of an event."""
    return Attribution(
        actor=by.actor,
        correlation_id=recorded.meta.correlation_id,
        causation_id=f"position:{recorded.position}",
        reason=by.reason,
    )
