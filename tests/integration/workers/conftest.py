"""Workers over real servers, and a lab network for them to discover."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from domain.configuration import Configuration
from lab.snmp_server import Served, SnmpServer, serve
from tests.integration.workers.installation import Installation, installation


@pytest.fixture
def servers_folder() -> Iterator[Path]:
    """A folder for servers of this test alone: short, and reachable by their account."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-own-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(servers_folder: Path) -> Iterator[EmbeddedNats]:
    """A NATS of this test alone, since the stream LEDGER belongs to one ledger."""
    server = EmbeddedNats(servers_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_postgres(servers_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that may be stopped without harm to other tests."""
    server = EmbeddedPostgres(servers_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def netledger(
    database: str, broker: EmbeddedNats, master_key: MasterKey, tmp_path: Path
) -> AsyncIterator[Installation]:
    configuration = Configuration(data_dir=tmp_path, database_url=database, nats_url=broker.url)
    async with installation(configuration, master_key) as opened:
        await opened.set(timeout_s=0.3, device_timeout_s=4.0)
        yield opened


@pytest.fixture
async def lab() -> AsyncIterator[Callable[..., Awaitable[SnmpServer]]]:
    """Serves simulated agents until the test ends; with a port, where others were served before."""
    servers: list[SnmpServer] = []

    async def start(fleet: Served, port: int = 0) -> SnmpServer:
        servers.append(await serve(fleet, port))
        return servers[-1]

    yield start
    for server in servers:
        await server.stop()
