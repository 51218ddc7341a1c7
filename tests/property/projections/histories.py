"""Hypothesis strategies of whole histories: commands run through the aggregates, their events read back as the ledger has them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from domain.catalogue import AGGREGATES_BY_NAME
from domain.codec import decode, encode
from domain.errors import DomainError
from domain.event import Actor, Command, Metadata, Recorded
from tests.property.domain.commands import COMMANDS, PLAIN
from tests.property.domain.texts import TEXT

_NAMES = UUID("a1b2c3d4-0000-4000-8000-000000000000")
_START = datetime(2026, 1, 1, 12, tzinfo=UTC)
_ACTORS = st.sampled_from(
    [
        Actor("policy", "p1", "auto \u202e"),
        Actor("worker", "w1", "discovery"),
        Actor("cli", "", ""),
    ]
)
Step = tuple[str, Command, int, Actor, str]
"""Aggregate, command, which one of its kind, who, reason."""
_ADA = Actor("user", str(uuid5(_NAMES, "ada")), "ada")
_CREATIONS = [(name, PLAIN[name][0], which, _ADA, "") for name in sorted(PLAIN) for which in range(2)]
_PLAIN_STEPS = [
    (name, command, which, _ADA, "")
    for name in sorted(PLAIN)
    for command in PLAIN[name]
    for which in range(2)
]
_ANY_STEP = st.sampled_from(sorted(COMMANDS)).flatmap(
    lambda name: st.tuples(st.just(name), COMMANDS[name], st.integers(0, 1), _ACTORS, TEXT)
)
_STEP = st.one_of(*[st.sampled_from(_PLAIN_STEPS)] * 5, _ANY_STEP)


def _recorded(steps: list[Step]) -> list[Recorded]:
    states: dict[UUID, Any] = {}
    versions: dict[UUID, int] = {}
    history: list[Recorded] = []
    for number, (name, command, which, actor, reason) in enumerate(steps):
        aggregate = AGGREGATES_BY_NAME[name]
        aggregate_id = uuid5(_NAMES, f"{name} {0 if name == 'settings' else which}")
        state = states.get(aggregate_id, aggregate.initial)
        try:
            events = list(aggregate.decide(state, command))
        except DomainError:
            continue
        for event in events:
            state = aggregate.evolve(state, event)
            versions[aggregate_id] = versions.get(aggregate_id, 0) + 1
            meta = Metadata(
                # Whole seconds and odd microseconds, since both are written differently.
                occurred_at=_START + timedelta(seconds=number, microseconds=number % 3 * 70),
                actor=actor,
                correlation_id=f"request {number}",
                causation_id=f"command:{number}",
                reason=reason,
                about=aggregate.about(state, str(aggregate_id)),
            )
            stored, kept = decode(event.topic, encode(event, meta))
            history.append(Recorded(aggregate_id, versions[aggregate_id], stored, kept, len(history) + 1))
        states[aggregate_id] = state
    return history


def histories(max_size: int = 60) -> st.SearchStrategy[list[Recorded]]:
    """Events of several aggregates of every kind, in the order of their positions from 1."""
    created = st.sampled_from([_CREATIONS, _CREATIONS[::2], []])
    steps = st.lists(_STEP, min_size=max_size // 3, max_size=max_size)
    return st.tuples(created, steps).map(lambda parts: _recorded([*parts[0], *parts[1]]))
