"""What commands on the machine itself work with: the ledger and the read models, in the name of the local user."""

import contextlib
import getpass
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.seals import LedgerSeals
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from adapters.vault.vault import PostgresVault
from domain.configuration import Configuration
from domain.event import Actor, Attribution


@dataclass(frozen=True)
class Console:
    url: str
    pool: AsyncConnectionPool[AsyncConnection[Any]]
    bus: Ledger
    events: PostgresEventLog
    watch: PostgresPositionWatch
    vault: PostgresVault
    seals: LedgerSeals

    def by(self) -> Attribution:
        """The local user, who may read the data directory and so may do everything."""
        name = getpass.getuser()
        return Attribution(actor=Actor("cli", name, name), correlation_id=str(uuid4()))


@contextlib.asynccontextmanager
async def open_console(configuration: Configuration, key: MasterKey) -> AsyncIterator[Console]:
    """Opens the connections of one command and closes them."""
    url = configuration.database_url
    async with contextlib.AsyncExitStack() as stack:
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
        )
        await stack.enter_async_context(pool)
        subjects = SubjectKeys(url, key)
        stack.callback(subjects.close)
        watch = PostgresPositionWatch(url)
        await watch.start()
        stack.push_async_callback(watch.stop)
        seals = LedgerSeals(key.derive("ledger"))
        bus = Ledger(LedgerApplication(url, seals, subjects), now=lambda: datetime.now(UTC))
        await bus.start()
        stack.push_async_callback(bus.stop)
        yield Console(
            url, pool, bus, PostgresEventLog(pool, subjects), watch, PostgresVault(pool, key), seals
        )
