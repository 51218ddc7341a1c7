"""A throw-away PostgreSQL with an open ledger, for benchmarks: real servers, real settings, a fresh folder."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.seals import LedgerSeals
from adapters.schema import migrate
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys

MASTER_KEY = MasterKey(b"a benchmark's master key: no use")


@contextmanager
def postgres() -> Iterator[EmbeddedPostgres]:
    """The product's own embedded server, migrated, in a temporary folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-bench-"))
    folder.chmod(0o755)  # the server's own account passes through
    server = EmbeddedPostgres(folder)
    try:
        server.start()
        migrate(server.url)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def open_ledger(conninfo: str) -> AsyncIterator[Ledger]:
    """The command side as the product composes it."""
    sealer = SubjectKeys(conninfo, MASTER_KEY)
    ledger = Ledger(
        LedgerApplication(conninfo, LedgerSeals(MASTER_KEY.derive("ledger")), sealer),
        now=lambda: datetime.now(UTC),
    )
    await ledger.start()
    try:
        yield ledger
    finally:
        await ledger.stop()
        sealer.close()
