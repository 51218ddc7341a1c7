"""Rows of a read model while a batch is folded: fetched together before it, written together after it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
from psycopg import AsyncConnection, sql

Row = dict[str, Any]
"""Column -> JSON value, or a struct that is written as one. Times are RFC 3339 text, as `instant` writes it."""
Key = tuple[Any, ...]

_encoder = msgspec.json.Encoder()
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(frozen=True)
class Table:
    """One table. An append-only table has rows that are never read back or changed by the fold."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: Sequence[str] = ()
    append_only: bool = False
    key_of: Callable[[Row], Key] = field(init=False, repr=False, compare=False)
    """The row's key."""

    def __post_init__(self) -> None:
        first, *others = self.key
        key_of = itemgetter(*self.key) if others else lambda row: (row[first],)
        object.__setattr__(self, "key_of", key_of)

    def ddl(self, schema: str) -> list[sql.Composed]:
        """The whole table."""
        return [self.bare(schema), *self.finish(schema)]

    def bare(self, schema: str) -> sql.Composed:
        """The table with no more than the fold itself needs, to be filled quickly."""
        columns = [sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in self.columns.items()]
        if self.append_only:
            room = sql.SQL("")
        else:
            columns.append(self._primary_key())
            # Rows are written over and over: room beside them keeps their new versions out of the indexes.
            room = sql.SQL(" WITH (fillfactor = 70)")
        place = sql.Identifier(schema, self.name)
        return sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(columns)) + room

    def finish(self, schema: str) -> list[sql.Composed]:
        """What is made faster at once than row by row."""
        place = sql.Identifier(schema, self.name)
        statements = [sql.SQL("CREATE INDEX ON {} " + index).format(place) for index in self.indexes]
        if self.append_only:
            statements.insert(0, sql.SQL("ALTER TABLE {} ADD ").format(place) + self._primary_key())
        return statements

    def _primary_key(self) -> sql.Composed:
        return sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(map(sql.Identifier, self.key)))

    @property
    def times(self) -> tuple[str, ...]:
        return tuple(name for name, kind in self.columns.items() if kind.startswith("timestamptz"))


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
        known, shape = self._rows[table].known, self._tables[table]
        known.update(dict.fromkeys(keys))
        times = shape.times
        for row in rows:
            for column in times:
                if row[column] is not None:
                    row[column] = _rewritten(row[column])
            known[shape.key_of(row)] = row

    @property
    def changed(self) -> int:
        """Rows inserted, replaced or deleted since they were last taken."""
        return sum(len(rows.dirty) for rows in self._rows.values())

    def take_added(self) -> list[tuple[Table, list[Row]]]:
        """New rows of append-only tables, once."""
        taken = [(self._tables[name], rows.added) for name, rows in self._rows.items() if rows.added]
        for table, _ in taken:
            self._rows[table.name].added = []
        return taken

    def take_changes(self) -> list[tuple[Table, list[Row], list[Key]]]:
        """Per table, once: rows to insert or replace, and keys to delete."""
        taken: list[tuple[Table, list[Row], list[Key]]] = []
        for name, rows in self._rows.items():
            if rows.dirty:
                upserts = [row for key in rows.dirty if (row := rows.known[key]) is not None]
                deletes = [key for key in rows.dirty if rows.known[key] is None]
                taken.append((self._tables[name], upserts, deletes))
                rows.dirty = set()
        return taken

    def forget(self, limit: int) -> None:
        """Drops what is known of a table that holds more than so many rows. Changes must have been taken before."""
        for rows in self._rows.values():
            if len(rows.known) > limit:
                rows.known.clear()

    def all_rows(self) -> dict[str, list[Row]]:
        """Every row now held, for folds that run in memory alone."""
        return {
            name: [row for row in rows.known.values() if row is not None] + rows.added
            for name, rows in self._rows.items()
        }


def instant(at: datetime) -> str:
    """A time as every row holds it, whether it was just folded or came back from the database: UTC, to the microsecond."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


def _rewritten(time: str) -> str:
    try:
        return instant(datetime.fromisoformat(time))
    except (ValueError, OverflowError):
        return time  # PostgreSQL knows years that Python does not


def as_uuid(text: str) -> str | None:
    """For columns of type uuid: an id in its normal form, None for anything else."""
    normal = text.lower()
    return normal if _UUID.fullmatch(normal) else None


def to_json(value: Any) -> str:
    """JSON for PostgreSQL, whose text cannot hold U+0000: it becomes U+FFFD."""
    raw = _encoder.encode(value)
    if b"\\u0000" in raw:
        raw = _NUL.sub(rb"\1\\ufffd", raw)
    return raw.decode()


async def fetch(conn: AsyncConnection[Any], schema: str, table: Table, keys: Sequence[Key]) -> list[Row]:
    """The rows of these keys in one statement."""
    place = sql.Identifier(schema, table.name)
    query = sql.SQL(
        "SELECT row_to_json(t)::text FROM json_populate_recordset(NULL::{place}, %s::json) k JOIN {place} t ON {join}"
    ).format(place=place, join=_same_key(table))
    wanted = to_json([dict(zip(table.key, key, strict=True)) for key in keys])
    cursor = await conn.execute(query, (wanted,))
    return [msgspec.json.decode(row[0]) for row in await cursor.fetchall()]


async def insert(conn: AsyncConnection[Any], schema: str, table: Table, rows: Sequence[Row]) -> None:
    """New rows of an append-only table in one statement."""
    statement = sql.SQL("INSERT INTO {place} SELECT * FROM json_populate_recordset(NULL::{place}, %s::json)")
    await conn.execute(statement.format(place=sql.Identifier(schema, table.name)), (to_json(rows),))


async def write(
    conn: AsyncConnection[Any], schema: str, table: Table, upserts: Sequence[Row], deletes: Sequence[Key]
) -> None:
    """All changes of one table in one statement each."""
    place = sql.Identifier(schema, table.name)
    key = sql.SQL(", ").join(map(sql.Identifier, table.key))
    if upserts:
        others = [sql.Identifier(column) for column in table.columns if column not in table.key]
        statement = sql.SQL(
            "INSERT INTO {place} SELECT * FROM json_populate_recordset(NULL::{place}, %s::json)"
            " ON CONFLICT ({key}) DO UPDATE SET {values}"
        ).format(
            place=place,
            key=key,
            values=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(column) for column in others),
        )
        await conn.execute(statement, (to_json(upserts),))
    if deletes:
        statement = sql.SQL(
            "DELETE FROM {place} t USING json_populate_recordset(NULL::{place}, %s::json) k WHERE {condition}"
        ).format(place=place, condition=_same_key(table))
        await conn.execute(
            statement, (to_json([dict(zip(table.key, each, strict=True)) for each in deletes]),)
        )


def _same_key(table: Table) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("t.{0} = k.{0}").format(sql.Identifier(column)) for column in table.key
    )
