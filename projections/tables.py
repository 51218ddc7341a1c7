"""Rows of a read model while a batch is folded: fetched together before it, written together after it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg import AsyncConnection, sql

Row = dict[str, Any]
"""Column -> JSON value. Times are RFC 3339 text."""
Key = tuple[Any, ...]

_encoder = msgspec.json.Encoder()
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(frozen=True)
class Table:
    """One table. An append-only table has rows that are never read back or changed by the fold."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: Sequence[str] = ()
    append_only: bool = False

    def ddl(self, schema: str) -> list[sql.Composed]:
        columns = [sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in self.columns.items()]
        primary = sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(map(sql.Identifier, self.key)))
        place = sql.Identifier(schema, self.name)
        statements = [sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join([*columns, primary]))]
        statements += [sql.SQL("CREATE INDEX ON {} " + index).format(place) for index in self.indexes]
        return statements

    def key_of(self, row: Row) -> Key:
        return tuple(row[column] for column in self.key)


@dataclass
class _TableRows:
    known: dict[Key, Row | None] = field(default_factory=dict)
    dirty: set[Key] = field(default_factory=set)
    added: list[Row] = field(default_factory=list)


class Rows:
    """What a fold sees and changes. `get` answers only for keys that the projection said it would need."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._tables = {table.name: table for table in tables}
        self._rows = {name: _TableRows() for name in self._tables}

    def get(self, table: str, *key: Any) -> Row | None:
        """The row, to be changed only through `put`. A key that was not announced is a mistake in `keys`."""
        return self._rows[table].known[key]

    def put(self, table: str, row: Row) -> None:
        """Inserts or replaces the row."""
        rows = self._rows[table]
        key = self._tables[table].key_of(row)
        rows.known[key] = row
        rows.dirty.add(key)

    def update(self, table: str, *key: Any, **values: Any) -> None:
        """Changes columns of a row; nothing happens where there is none."""
        row = self.get(table, *key)
        if row is not None:
            self.put(table, {**row, **values})

    def delete(self, table: str, *key: Any) -> None:
        rows = self._rows[table]
        rows.known[key] = None
        rows.dirty.add(key)

    def append(self, table: str, row: Row) -> None:
        """Adds a row to an append-only table."""
        self._rows[table].added.append(row)

    def missing(self, wanted: Iterable[tuple[str, Key]]) -> dict[str, list[Key]]:
        """Which announced keys have yet to be fetched."""
        result: dict[str, dict[Key, None]] = {}
        for table, key in wanted:
            if key not in self._rows[table].known:
                result.setdefault(table, {})[key] = None
        return {table: list(keys) for table, keys in result.items()}

    def learn(self, table: str, keys: Sequence[Key], rows: Iterable[Row]) -> None:
        """What the database had for these keys."""
        known = self._rows[table].known
        known.update(dict.fromkeys(keys))
        known.update({self._tables[table].key_of(row): row for row in rows})

    def changes(self) -> Iterable[tuple[Table, list[Row], list[Key]]]:
        """Per table: rows to insert or replace, and keys to delete."""
        for name, rows in self._rows.items():
            upserts = [row for key in rows.dirty if (row := rows.known[key]) is not None]
            deletes = [key for key in rows.dirty if rows.known[key] is None]
            yield self._tables[name], upserts or rows.added, deletes

    def all_rows(self) -> dict[str, list[Row]]:
        """Every row now held, for folds that run in memory alone."""
        return {
            name: [row for row in rows.known.values() if row is not None] + rows.added
            for name, rows in self._rows.items()
        }


def to_json(value: Any) -> str:
    """JSON for PostgreSQL, whose text cannot hold U+0000: it becomes U+FFFD."""
    raw = _encoder.encode(value)
    if b"\\u0000" in raw:
        raw = _NUL.sub(rb"\1\\ufffd", raw)
    return raw.decode()


async def fetch(conn: AsyncConnection[Any], schema: str, table: Table, keys: Sequence[Key]) -> list[Row]:
    """The rows of these keys in one statement."""
    place = sql.Identifier(schema, table.name)
    join = sql.SQL(" AND ").join(
        sql.SQL("t.{0} = k.{0}").format(sql.Identifier(column)) for column in table.key
    )
    query = sql.SQL(
        "SELECT row_to_json(t)::text FROM json_populate_recordset(NULL::{place}, %s::json) k JOIN {place} t ON {join}"
    ).format(place=place, join=join)
    wanted = to_json([dict(zip(table.key, key, strict=True)) for key in keys])
    cursor = await conn.execute(query, (wanted,))
    return [msgspec.json.decode(row[0]) for row in await cursor.fetchall()]


async def write(
    conn: AsyncConnection[Any], schema: str, table: Table, upserts: Sequence[Row], deletes: Sequence[Key]
) -> None:
    """All changes of one table in one statement each."""
    place = sql.Identifier(schema, table.name)
    if upserts:
        insert = sql.SQL(
            "INSERT INTO {place} SELECT * FROM json_populate_recordset(NULL::{place}, %s::json)"
        ).format(place=place)
        if not table.append_only:
            others = [sql.Identifier(column) for column in table.columns if column not in table.key]
            insert += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
                sql.SQL(", ").join(map(sql.Identifier, table.key)),
                sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(column) for column in others),
            )
        await conn.execute(insert, (to_json(upserts),))
    if deletes:
        condition = sql.SQL(" AND ").join(
            sql.SQL("t.{0} = k.{0}").format(sql.Identifier(column)) for column in table.key
        )
        delete = sql.SQL(
            "DELETE FROM {place} t USING json_populate_recordset(NULL::{place}, %s::json) k WHERE {condition}"
        ).format(place=place, condition=condition)
        await conn.execute(delete, (to_json([dict(zip(table.key, key, strict=True)) for key in deletes]),))
