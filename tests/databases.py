"""Databases of tests: each its own, copied from one that was migrated once."""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

import psycopg
from psycopg import sql

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.schema import migrate

MIGRATED = "migrated"
"""The database that others are copied from."""


def forget_durability(postgres: EmbeddedPostgres) -> None:
    """For a server that nobody cuts the power of: copies and checkpoints do not wait for the disk. What was committed
    outlives the death of its processes all the same."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET fsync = off")
        conn.execute("ALTER SYSTEM SET full_page_writes = off")
        conn.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def fresh_database(postgres: EmbeddedPostgres, *, empty: bool = False) -> Iterator[str]:
    """The URL of a database of one's own, migrated unless it is to be empty."""
    name = f"t_{uuid4().hex}"
    if not empty:
        _make_migrated(postgres)
    _create(postgres, name, "template1" if empty else MIGRATED)
    try:
        yield postgres.url_of(name)
    finally:
        with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_migrated(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
        if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (MIGRATED,)).fetchone():
            return
    _create(postgres, MIGRATED, "template1")
    migrate(postgres.url_of(MIGRATED))


def _create(postgres: EmbeddedPostgres, name: str, template: str) -> None:
    # Copied file by file: that is an eighth of the work of a copy that goes through the log page by page.
    create = sql.SQL("CREATE DATABASE {} OWNER netledger TEMPLATE {} STRATEGY FILE_COPY")
    with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
        conn.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
