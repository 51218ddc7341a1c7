"""Real servers for the tests: one embedded PostgreSQL and one NATS a run, a fresh database a test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.seals import LedgerSeals
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from domain.event import Actor, Attribution
from tests.databases import forget_durability, fresh_database

# How long an example takes to make says more of the machine than of the test.
settings.register_profile("netledger", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("netledger")

PROGRAMS = {
    "snmpd": "snmpd",
    "snmp": "snmpbulkwalk",
    "nmap": "nmap",
    "openssh-server": "sshd",
    "openssh-client": "ssh",
    "postgresql-contrib": "pgbench",
    "chromium": "chromium",
    "prometheus": "prometheus",
}
"""Debian package -> a program that it brings."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.distribution import ByFile

    return ByFile(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs_package"):
        for package in marker.args:
            program = PROGRAMS[package]
            if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
                message = f"needs {program}: apt-get install {package}"
                if os.environ.get("CI") == "true":
                    pytest.fail(message)
                pytest.skip(message)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """Short and reachable by the servers' account, as a unix socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir)
    server.start()
    forget_durability(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(data_dir: Path) -> Iterator[EmbeddedNats]:
    server = EmbeddedNats(data_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database of this test alone, without any table."""
    with fresh_database(postgres, empty=True) as url:
        yield url


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database of this test alone, migrated."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def master_key() -> MasterKey:
    return MasterKey(b"0123456789abcdef0123456789abcdef")


@pytest.fixture
def sealer(database: str, master_key: MasterKey) -> Iterator[SubjectKeys]:
    keys = SubjectKeys(database, master_key)
    yield keys
    keys.close()


@pytest.fixture
async def ledger(database: str, master_key: MasterKey, sealer: SubjectKeys) -> AsyncIterator[Ledger]:
    application = LedgerApplication(database, LedgerSeals(master_key.derive("ledger")), sealer)
    running = Ledger(application, now=lambda: datetime.now(UTC))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[AsyncConnectionPool[AsyncConnection]]:
    async with AsyncConnectionPool(database, min_size=1, max_size=4, kwargs={"autocommit": True}) as opened:
        yield opened


@pytest.fixture
def event_log(pool: AsyncConnectionPool[AsyncConnection], sealer: SubjectKeys) -> PostgresEventLog:
    return PostgresEventLog(pool, sealer)


@pytest.fixture
async def watch(database: str) -> AsyncIterator[PostgresPositionWatch]:
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        from projections.store import ensure_positions

        await ensure_positions(conn)
    following = PostgresPositionWatch(database)
    await following.start()
    yield following
    await following.stop()


@pytest.fixture
def engineer() -> Attribution:
    return Attribution(actor=Actor("user", str(uuid4()), "ada"), correlation_id=str(uuid4()))
