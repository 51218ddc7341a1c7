"""Rows while a batch is folded, and their values on the way to PostgreSQL and back."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from projections.tables import Rows, Table, as_uuid, instant, to_json

PLACES = Table(
    "places", {"id": "bigint", "name": "text", "at": "timestamptz"}, key=("id",), indexes=("(name)",)
)
LOG = Table("log", {"id": "bigint", "line": "text"}, key=("id",), append_only=True)


def test_rows_are_fetched_once_and_taken_once() -> None:
    rows = Rows([PLACES, LOG])
    wanted = [("places", (1,)), ("places", (2,)), ("places", (1,))]
    assert rows.missing(wanted) == {"places": [(1,), (2,)]}
    rows.learn("places", [(1,), (2,)], [{"id": 1, "name": "a", "at": None}])
    assert rows.missing(wanted) == {}
    assert rows.get("places", 2) is None
    rows.update("places", 1, name="b")
    rows.update("places", 2, name="nobody")
    rows.append("log", {"id": 1, "line": "x"})
    assert rows.changed == 1
    assert rows.take_added() == [(LOG, [{"id": 1, "line": "x"}])]
    assert rows.take_changes() == [(PLACES, [{"id": 1, "name": "b", "at": None}], [])]
    assert (rows.changed, rows.take_added(), rows.take_changes()) == (0, [], [])


def test_a_row_that_came_and_went_is_deleted() -> None:
    rows = Rows([PLACES])
    rows.learn("places", [(1,)], [])
    rows.put("places", {"id": 1, "name": "a", "at": None})
    rows.delete("places", 1)
    assert rows.take_changes() == [(PLACES, [], [(1,)])]


def test_a_key_that_was_not_announced_is_a_mistake_of_the_projection() -> None:
    with pytest.raises(KeyError):
        Rows([PLACES]).get("places", 1)


def test_only_what_was_taken_is_forgotten() -> None:
    rows = Rows([PLACES])
    rows.learn("places", [(number,) for number in range(5)], [])
    rows.forget(5)
    assert rows.missing([("places", (0,))]) == {}
    rows.forget(4)
    assert rows.missing([("places", (0,))]) == {"places": [(0,)]}


def test_times_read_the_same_whether_folded_or_fetched() -> None:
    at = datetime(2026, 1, 31, 12, 0, 0, 20_000, tzinfo=UTC)
    assert (
        instant(at) == instant(at.astimezone(timezone(timedelta(hours=5)))) == "2026-01-31T12:00:00.020000Z"
    )
    rows = Rows([PLACES])
    fetched = [
        "2026-01-31T12:00:00.02+00:00",
        "2026-01-31T17:00:00.02+05:00",
        "294276-12-31T23:59:59+00:00",
        None,
    ]
    rows.learn(
        "places", [(n,) for n in range(4)], [{"id": n, "name": "", "at": at} for n, at in enumerate(fetched)]
    )
    values = [(rows.get("places", n) or {})["at"] for n in range(4)]
    assert values == [instant(at), instant(at), "294276-12-31T23:59:59+00:00", None]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6b1f7a52-9f53-4a3e-8a3d-111111111111", "6b1f7a52-9f53-4a3e-8a3d-111111111111"),
        ("6B1F7A52-9F53-4A3E-8A3D-111111111111", "6b1f7a52-9f53-4a3e-8a3d-111111111111"),
        ("", None),
        ("core-1", None),
        ("{6b1f7a52-9f53-4a3e-8a3d-111111111111}", None),
        ("6b1f7a52-9f53-4a3e-8a3d-11111111111\n", None),
    ],
)
def test_ids_are_normal_or_none(text: str, wanted: str | None) -> None:
    assert as_uuid(text) == wanted


def test_what_postgresql_cannot_hold_is_replaced_and_nothing_else() -> None:
    text = 'a\0b \\u0000 \\\\u0000 \u2028 \x1f "'
    assert msgspec.json.decode(to_json({"x": text})) == {"x": text.replace("\0", "\ufffd")}


def test_what_is_left_out_of_a_bare_table_is_added_in_the_end() -> None:
    for table in (PLACES, LOG):
        bare, *rest = (statement.as_string(None) for statement in table.ddl("s"))
        assert [bare, *rest] == [
            table.bare("s").as_string(None),
            *(each.as_string(None) for each in table.finish("s")),
        ]
        assert ("PRIMARY KEY" in bare) is not table.append_only
        assert any("PRIMARY KEY" in statement for statement in rest) is table.append_only
