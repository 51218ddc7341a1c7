"""What every event carries: its facts, who caused it, why, and where it stands in the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from domain.errors import NotRevertible


def one_line(text: str, limit: int = 300) -> str:
    """Foreign text as part of a summary: white space and line breaks become single spaces, and it ends at the limit."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text[: limit * 2])
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An intent in the imperative. The reason is free text and ends in the audit."""

    reason: str = ""


class Change(msgspec.Struct, frozen=True, gc=False):
    """One field's old and new value; `field` is a path with slashes, None stands for absent."""

    field: str
    old: Any
    new: Any


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact in the past tense.

    `topic` is its stable name with a version and never a Python path. `inverse` is the command class that undoes
    it (several, where it depends on what was there before), or the reason why nothing can. Fields named in `personal` are sealed under the aggregate's own key before
    they are stored.
    """

    topic: ClassVar[str]
    inverse: ClassVar[type[Command] | tuple[type[Command], ...] | str]
    personal: ClassVar[frozenset[str]] = frozenset()

    def summary(self) -> str:
        """One line for the timeline, without the name of the subject."""
        return self.topic

    def changed(self) -> Sequence[Change]:
        """Old and new value of each field that this event changed."""
        return ()

    def undo(self) -> Command:
        """The command that brings back what was there before; raises NotRevertible with the reason."""
        raise NotRevertible(str(self.inverse))


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who: a user, an API key, a worker, a policy or the command line."""

    kind: Literal["user", "api_key", "worker", "policy", "cli"]
    id: str
    name: str


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Whom an event concerns beside its own aggregate, so that timelines need no look-up."""

    device_id: str = ""
    customer_id: str = ""
    operation_id: str = ""


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, on whose behalf and because of what."""

    actor: Actor
    correlation_id: str
    """Shared by everything that follows from one request."""
    causation_id: str = ""
    """`command:<id>` or `position:<n>` of what directly caused this."""
    reason: str = ""


class Metadata(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the ledger keeps beside an event's facts. `occurred_at` is UTC."""

    occurred_at: datetime
    actor: Actor
    correlation_id: str
    causation_id: str = ""
    reason: str = ""
    about: About = About()


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event at its place: position in the ledger (0 = not yet appended) and version in its aggregate."""

    originator_id: UUID
    originator_version: int
    event: Event
    meta: Metadata
    position: int = 0

    @property
    def topic(self) -> str:
        return self.event.topic

    @property
    def aggregate(self) -> str:
        return self.event.topic.partition(".")[0]
