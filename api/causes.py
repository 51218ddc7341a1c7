"""What led to what: the entries of one correlation as a tree."""

from collections.abc import Sequence

import msgspec

from projections.audit import Entry

_DEEPEST = 100
"""Levels of the tree; a longer chain goes on beside its last cause instead of below it."""


class Cause(Entry, frozen=True, kw_only=True):
    """An entry of the timeline with what it led to."""

    effects: list["Cause"]


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """`truncated` when there is more than one answer can hold."""

    correlation_id: str
    items: list[Cause]
    total: int
    truncated: bool


def chain_of(correlation_id: str, entries: Sequence[Entry], limit: int) -> Chain:
    """`entries` in order of position, one more than the limit where there are more."""
    shown = entries[:limit]
    roots: list[Cause] = []
    places: dict[str, tuple[int, list[Cause]]] = {}
    for entry in shown:
        depth, siblings = places.get(entry.causation_id, (0, roots))
        cause = Cause(**msgspec.structs.asdict(entry), effects=[])
        siblings.append(cause)
        below = (depth + 1, cause.effects) if depth < _DEEPEST else (depth, siblings)
        places[f"position:{entry.position}"] = below
    return Chain(
        correlation_id=correlation_id,
        items=roots,
        total=len(shown),
        truncated=len(entries) > limit,
    )
