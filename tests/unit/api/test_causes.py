"""Entries of one correlation as a tree."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.causes import Cause, chain_of
from projections.audit import Entry


def entry(position: int, cause: int | None) -> Entry:
    return Entry(
        position=position,
        occurred_at="2026-01-31T12:00:00+00:00",
        type="alert.raised.v1",
        actor={"kind": "user", "id": "u", "name": "u"},
        summary="",
        subject={"type": "alert", "id": "a"},
        reason="",
        device_id=None,
        customer_id=None,
        operation_id=None,
        correlation_id="c",
        causation_id=f"position:{cause}" if cause else "command:c",
        changes=[],
    )


def positions(causes: list[Cause]) -> list[Any]:
    return [
        (cause.position, positions(cause.effects)) if cause.effects else cause.position for cause in causes
    ]


def tree(causes: Mapping[int, int | None], limit: int = 100) -> list[Any]:
    return positions(
        chain_of("c", [entry(position, cause) for position, cause in causes.items()], limit).items
    )


def test_effects_hang_below_their_cause() -> None:
    assert tree({1: None, 2: 1, 3: 1, 4: 2, 5: None}) == [(1, [(2, [4]), 3]), 5]


def test_an_effect_whose_cause_is_not_there_is_a_root() -> None:
    assert tree({7: 3, 8: 7}) == [(7, [8])]


def test_more_than_an_answer_holds() -> None:
    chain = chain_of("c", [entry(n, None) for n in range(1, 12)], 10)
    assert (chain.total, chain.truncated) == (10, True)


def test_a_chain_longer_than_any_parser_reads_goes_on_in_width() -> None:
    chain = chain_of("c", [entry(1, None), *(entry(n, n - 1) for n in range(2, 3_000))], 5_000)
    depth, level, count = 0, chain.items, 0
    while level:
        depth, count = depth + 1, count + len(level)
        level = [effect for cause in level for effect in cause.effects]
    assert depth <= 101
    assert count == 2_999


@given(st.lists(st.integers(0, 20), max_size=20))
def test_every_entry_is_in_the_tree_once(causes: list[int]) -> None:
    entries = [entry(position, cause) for position, cause in enumerate(causes, 1)]
    level, seen = chain_of("c", entries, 100).items, []
    while level:
        seen += [cause.position for cause in level]
        level = [effect for cause in level for effect in cause.effects]
    assert sorted(seen) == list(range(1, len(causes) + 1))
