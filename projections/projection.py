"""What a read model is: its tables and a pure fold of events into their rows."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.event import Recorded
from projections.tables import Key, Rows, Table


class Projection(Protocol):
    """A fold over events only: no clock, no I/O, no randomness, so that a rebuild gives the same rows."""

    @property
    def name(self) -> str:
        """Also the name of its schema."""
        ...

    @property
    def version(self) -> int:
        """Raised when tables or fold change; the runner then rebuilds it by itself."""
        ...

    @property
    def tables(self) -> Sequence[Table]: ...

    @property
    def topics(self) -> Sequence[str]:
        """Prefixes of the topics that it folds, such as `device.`; empty means all."""
        ...

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        """The rows, as (table, key), that folding this event reads or changes."""
        ...

    def fold(self, recorded: Recorded, rows: Rows) -> None: ...


def concerns(projection: Projection, recorded: Recorded) -> bool:
    """Whether the projection folds this event."""
    return folds(projection, recorded.topic)


def folds(projection: Projection, topic: str) -> bool:
    """Whether the projection folds events of this topic."""
    return not projection.topics or topic.startswith(tuple(projection.topics))


def fold_in_memory(projection: Projection, events: Iterable[Recorded]) -> Rows:
    """Folds without a database, from nothing."""
    rows = Rows(projection.tables)
    for recorded in events:
        if concerns(projection, recorded):
            for table, keys in rows.missing(projection.keys(recorded)).items():
                rows.learn(table, keys, ())
            projection.fold(recorded, rows)
    return rows
