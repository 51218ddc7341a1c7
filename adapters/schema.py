"""The tables that are not read models: the ledger, the vault and the workers' own notes; created and upgraded in order."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

_SCRIPTS = Path(__file__).parent / "migrations"
"""One file a step, NNNN_what_it_is_for.sql; one that was released is never changed again."""
_LOCK = 0x6E65746C65646765  # "netledge": one process migrates, the others wait


def migrations() -> Iterator[tuple[str, str]]:
    """Name and script of each step, in order."""
    for path in sorted(_SCRIPTS.glob("[0-9]*.sql")):
        yield path.stem, path.read_text(encoding="utf-8")


def migrate(conninfo: str) -> list[str]:
    """Brings the database up to this release and returns the names of the steps taken. Each step is whole or not at all."""
    done: list[str] = []
    with psycopg.connect(conninfo, autocommit=True) as conn:
        encoding = conn.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise ValueError(
                f"the database's encoding is {encoding}; create it with ENCODING 'UTF8' TEMPLATE template0"
            )
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        conn.execute("CREATE SCHEMA IF NOT EXISTS ledger")
        conn.execute(
            "CREATE TABLE IF NOT EXISTS ledger.migrations (name text PRIMARY KEY, at timestamptz DEFAULT now())"
        )
        # By their numbers: the words behind them may be chosen better one day.
        present = {row[0][:4] for row in conn.execute("SELECT name FROM ledger.migrations")}
        for name, script in migrations():
            if name[:4] in present:
                continue
            with conn.transaction():
                conn.execute(sql.SQL(script))
                conn.execute("INSERT INTO ledger.migrations (name) VALUES (%s)", (name,))
            done.append(name)
    return done
