"""Cursors and pages, by property: pages of any size join to the whole."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import decode_cursor, encode_cursor, page_of, page_of_all
from domain.errors import Invalid


@given(st.sets(st.tuples(st.text(max_size=5), st.text(max_size=5))), st.integers(1, 7), st.booleans())
def test_pages_of_a_short_list_join_to_the_whole(
    items: set[tuple[str, str]], limit: int, newest_first: bool
) -> None:
    items = {item for item in items if "".join(item).isprintable()}
    seen: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        page = page_of_all(list(items), limit, cursor, lambda item: item, newest_first=newest_first)
        assert len(page.items) <= limit
        assert page.total == len(items)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(items, reverse=newest_first)


def test_one_item_more_than_the_limit_tells_that_there_are_more() -> None:
    assert page_of([1, 2, 3], 2, lambda n: (n,)).next_cursor == encode_cursor((2,))
    assert page_of([1, 2], 2, lambda n: (n,)).next_cursor is None
    assert page_of([], 2, lambda n: (n,)).items == []


def test_a_cursor_brings_back_its_place() -> None:
    at, some_id = datetime(2026, 1, 31, 12, tzinfo=UTC), uuid4()
    assert decode_cursor(encode_cursor((at, str(some_id))), tuple[datetime, UUID]) == (at, some_id)
    assert decode_cursor(None, tuple[int]) is None
    assert decode_cursor("", tuple[int]) is None


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1"))))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        place = decode_cursor(text, tuple[datetime, UUID])
    except Invalid as error:
        assert error.details == {"field": "cursor"}
    else:
        assert place is None or isinstance(place[1], UUID)


@pytest.mark.parametrize("place", [["x"], [1, 2], {"a": 1}, "x", [None], ["2026-01-31T12:00:00Z", "no id"]])
def test_a_place_of_another_list_is_refused(place: object) -> None:
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor(place), tuple[datetime, UUID])  # type: ignore[arg-type]  # not ours on purpose
