"""The database is brought up to this release in steps, each once."""

import psycopg

from adapters.schema import migrate, migrations


def test_every_step_once_also_where_it_was_called_otherwise(empty_database: str) -> None:
    names = [name for name, _ in migrations()]
    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert migrate(empty_database) == names
    with psycopg.connect(empty_database) as conn:
        conn.execute("UPDATE ledger.migrations SET name = left(name, 4) || ' as it was called before'")
    assert migrate(empty_database) == []
