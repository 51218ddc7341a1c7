"""Folds are functions of the events alone, whatever happened."""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.event import Recorded
from projections.catalogue import projections
from projections.inventory import Inventory
from projections.inventory_queries import LISTED
from projections.projection import Projection, concerns, fold_in_memory
from projections.tables import Row, Rows, Table
from tests.property.projections.histories import histories

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Held = dict[tuple[str, tuple[Any, ...]], Any]


def _through_storage(
    projection: Projection, events: Sequence[Recorded], sizes: Sequence[int], known_limit: int
) -> tuple[Held, dict[str, list[Any]]]:
    """Folds in batches of the given sizes over a store that holds JSON, as PostgreSQL does; (rows, appended rows)."""
    held: Held = {}
    appended: dict[str, list[Any]] = {table.name: [] for table in projection.tables if table.append_only}
    rows = Rows(projection.tables)
    rest, at = list(events), 0
    while rest:
        size = sizes[at % len(sizes)]
        batch, rest, at = rest[:size], rest[size:], at + 1
        wanted = [key for each in batch for key in projection.keys(each)]
        for name, keys in rows.missing(wanted).items():
            found = [msgspec.json.decode(held[name, key]) for key in keys if (name, key) in held]
            rows.learn(name, keys, found)
        for each in batch:
            projection.fold(each, rows)
        for table, added in rows.take_added():
            appended[table.name] += [_plain(row) for row in added]
        for table, upserts, deletes in rows.take_changes():
            held.update({(table.name, table.key_of(row)): msgspec.json.encode(row) for row in upserts})
            for key in deletes:
                held.pop((table.name, key), None)
        rows.forget(known_limit)
    return {key: msgspec.json.decode(row) for key, row in held.items()}, appended


def _plain(row: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(row))


@few
@given(
    history=histories(), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=4), known=st.integers(0, 5)
)
def test_batches_and_forgetting_change_nothing(history: list[Recorded], sizes: list[int], known: int) -> None:
    for projection in projections():
        events = [recorded for recorded in history if concerns(projection, recorded)]
        whole = _through_storage(projection, events, [len(events) + 1], 10**6)
        assert _through_storage(projection, events, sizes, known) == whole


@few
@given(history=histories())
def test_folding_twice_gives_the_same_rows_of_declared_columns(history: list[Recorded]) -> None:
    for projection in projections():
        once, again = fold_in_memory(projection, history), fold_in_memory(projection, history)
        assert once.all_rows() == again.all_rows()
        tables = {table.name: table for table in projection.tables}
        for name, rows in once.all_rows().items():
            _assert_whole(tables[name], rows)


def _assert_whole(table: Table, rows: list[Row]) -> None:
    keys = [table.key_of(row) for row in rows]
    assert len(keys) == len(set(keys))
    required = {column for column, kind in table.columns.items() if "NOT NULL" in kind} | set(table.key)
    for row in rows:
        assert set(row) == set(table.columns)
        assert all(row[column] is not None for column in required)


@few
@given(history=histories())
def test_history_ends_with_the_present_row(history: list[Recorded]) -> None:
    rows = fold_in_memory(Inventory(), history).all_rows()
    last: dict[str, Any] = {}
    for entry in rows["history"]:
        assert entry["id"] not in last or last[entry["id"]] != _still(entry["row"])
        last[entry["id"]] = _still(entry["row"])
    assert last == {row["id"]: _still(row) for row in rows["devices"]}
    for row in rows["devices"]:
        assert row["listed"] == {field: row[field] for field in LISTED}


def _still(row: dict[str, Any]) -> dict[str, Any]:
    """Without what changes when only an interface did, and without what is answered in its place."""
    return {
        column: value for column, value in row.items() if column not in ("changed_at", "position", "listed")
    }


@few
@given(history=histories())
def test_history_of_neighbours_ends_with_those_that_are_seen(history: list[Recorded]) -> None:
    rows = fold_in_memory(Inventory(), history).all_rows()
    last = {
        (entry["device_id"], entry["link"]): entry["neighbour"]
        for entry in sorted(rows["neighbour_history"], key=lambda entry: entry["position"])
    }
    present = {(row["device_id"], row["link"]): row["neighbour"] for row in rows["neighbours"]}
    assert {key: neighbour for key, neighbour in last.items() if neighbour is not None} == present
