"""Further ledgers over the same database, as other processes have them, and a server that may be killed."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.schema import migrate
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from tests.databases import fresh_database
from tests.integration.adapters.ledger.tampered import (
    TABLES,
    Tampered,
    write_history,
)


class OpenLedger(Protocol):
    """Opens a ledger with caches of its own; it is closed when the test ends."""

    async def __call__(self, conninfo: str) -> Ledger: ...


@pytest.fixture
def seals(master_key: MasterKey) -> LedgerSeals:
    return LedgerSeals(master_key.derive("ledger"))


@pytest.fixture
async def open_ledger(master_key: MasterKey, seals: LedgerSeals) -> AsyncIterator[OpenLedger]:
    async with contextlib.AsyncExitStack() as opened:

        async def open_(conninfo: str) -> Ledger:
            keys = SubjectKeys(conninfo, master_key)
            opened.callback(keys.close)
            ledger = Ledger(LedgerApplication(conninfo, seals, keys), now=lambda: datetime.now(UTC))
            await ledger.start()
            opened.push_async_callback(ledger.stop)
            return ledger

        yield open_


@pytest.fixture
def mortal_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of this test alone, migrated, which it may stop, kill and start again."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder)
    try:
        server.start()
        migrate(server.url)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def written(postgres: EmbeddedPostgres, master_key: MasterKey) -> Iterator[Tampered]:
    seals = LedgerSeals(master_key.derive("ledger"))
    with fresh_database(postgres) as url:
        asyncio.run(write_history(url, master_key, seals))
        name = urlsplit(url).path[1:]
        with psycopg.connect(postgres.admin_url, dbname=name, autocommit=True) as conn:
            conn.execute("CREATE SCHEMA saved")
            for table in TABLES:
                conn.execute(
                    sql.SQL("CREATE TABLE saved.{0} AS TABLE ledger.{0}").format(sql.Identifier(table))
                )
            conn.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
            yield Tampered(url, Trust(seals.public_key, seals), conn)


@pytest.fixture
def tampered(written: Tampered) -> Iterator[Tampered]:
    yield written
    written.restore()
