"""A group of appends: consecutive positions, a chain, and only those fail that do not fit."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.group import Append, Group, Row, Span, VersionConflict
from domain.aggregate import IdempotencyKey
from domain.chain import GENESIS, link
from domain.errors import Refused

A, B = uuid4(), uuid4()


def row(originator_id: UUID = A, version: int = 1) -> Row:
    return Row(originator_id, version, "x.y.v1", b'{"data":{}}')


def key(name: str = "k", fingerprint: bytes = b"f") -> IdempotencyKey:
    return IdempotencyKey("s", name, fingerprint)


def placed(*appends: Append, versions: dict[UUID, int] | None = None, check: bool = False) -> Group:
    group = Group(appends, check=check)
    group.place(10, GENESIS, (versions or {}) if check else versions, {})
    return group


@given(st.lists(st.integers(0, 4), max_size=8))
def test_positions_and_hashes_continue_from_the_head(sizes: list[int]) -> None:
    appends = [Append([row(uuid4(), n + 1) for n in range(1)] * min(size, 1)) for size in sizes]
    group = placed(*appends)
    spans = [each for each in group.results if isinstance(each, Span)]
    assert len(spans) == len(appends)
    position, digest = 10, GENESIS
    for append, span in zip(appends, spans, strict=True):
        assert (span.first, span.last) == (position + 1, position + len(append.events))
        for event in append.events:
            position += 1
            assert isinstance(event, Row)
            digest = link(
                digest, position, event.originator_id, event.originator_version, event.topic, event.state
            )
    assert (group.position, group.digest) == (position, digest)
    assert group.rows == position - 10


def test_several_events_of_one_append_follow_each_other() -> None:
    group = placed(Append([row(A, 4), row(B, 1), row(A, 5)]))
    assert group.results == [Span(11, 13)]


def test_without_a_check_the_index_is_left_to_find_conflicts() -> None:
    assert placed(Append([row(A, 7)])).results == [Span(11, 11)]


@pytest.mark.parametrize(("present", "fits"), [(6, True), (5, False), (7, False), (0, False)])
def test_with_a_check_only_the_next_version_fits(present: int, fits: bool) -> None:
    versions = {A: present} if present else {}
    (result,) = placed(Append([row(A, 7)]), versions=versions, check=True).results
    assert isinstance(result, Span if fits else VersionConflict)


def test_a_conflict_takes_no_position_and_fails_nobody_else() -> None:
    group = placed(
        Append([row(A, 3)]), Append([row(B, 9)]), Append([row(A, 4)]), versions={A: 2, B: 1}, check=True
    )
    assert [type(each) for each in group.results] == [Span, VersionConflict, Span]
    assert group.results[2] == Span(12, 12)
    assert group.rows == 2


def test_of_two_on_one_aggregate_the_second_conflicts_even_without_a_check() -> None:
    group = placed(Append([row(A, 3)]), Append([row(A, 3)]))
    assert [type(each) for each in group.results] == [Span, VersionConflict]


def test_half_an_append_is_never_placed() -> None:
    group = placed(Append([row(B, 1), row(A, 9)]), versions={A: 1}, check=True)
    assert isinstance(group.results[0], VersionConflict)
    assert group.rows == 0


@pytest.mark.parametrize(("present", "fits"), [(5, True), (6, False), (4, False)])
def test_what_was_looked_at_must_not_have_changed(present: int, fits: bool) -> None:
    group = Group([Append([row(B, 1)], None, [(A, 5)])])
    assert group.checked == {A}
    group.place(10, GENESIS, {A: present}, {})
    assert isinstance(group.results[0], Span if fits else VersionConflict)


def test_what_a_refused_append_looked_at_does_not_hold_up_the_others() -> None:
    group = Group([Append([row(B, 1)], None, [(A, 5)]), Append([row(uuid4(), 1)])])
    group.place(10, GENESIS, {A: 6}, {})
    assert [type(each) for each in group.results] == [VersionConflict, Span]
    assert all(len(column) == 20 for column in group.looked_at())  # the header of an empty array


def test_something_looked_at_that_changes_in_the_same_group_conflicts() -> None:
    group = placed(Append([row(A, 6)]), Append([row(B, 1)], None, [(A, 5)]))
    assert [type(each) for each in group.results] == [Span, VersionConflict]


def test_what_is_left_to_the_database_is_placed_and_handed_to_it() -> None:
    group = placed(Append([row(B, 1)], None, [(A, 5)]))
    assert group.results == [Span(11, 11)]
    ids, versions = group.looked_at()
    assert A.bytes in bytes(ids)
    assert versions.endswith((5).to_bytes(8))


def test_a_known_key_answers_with_what_it_led_to_and_takes_no_position() -> None:
    group = Group([Append([row(A, 1)], key()), Append([row(B, 1)])])
    group.place(10, GENESIS, {}, {("s", "k"): (b"f", Span(3, 4))})
    assert group.results == [Span(3, 4, repeated=True), Span(11, 11)]
    assert not group.new_keys


def test_the_same_key_twice_in_a_group_acts_once() -> None:
    group = placed(Append([row(A, 1)], key()), Append([row(B, 1)], key()))
    assert group.results == [Span(11, 11), Span(11, 11, repeated=True)]
    assert group.new_keys == [(key(), Span(11, 11))]


def test_a_key_of_another_request_is_refused() -> None:
    group = placed(Append([row(A, 1)], key()), Append([row(B, 1)], key(fingerprint=b"other")))
    assert isinstance(group.results[1], Refused)
    assert group.rows == 1


def test_a_key_without_events_is_kept_with_an_empty_span() -> None:
    group = placed(Append([], key()))
    assert group.results == [Span(11, 10)]
    assert group.new_keys == [(key(), Span(11, 10))]
    assert group.rows == 0
