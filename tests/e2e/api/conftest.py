"""Servers of these tests alone: the stream LEDGER belongs to one ledger."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded.nats import EmbeddedNats
from tests.e2e.api.processes import Processes, processes


@pytest.fixture
def broker() -> Iterator[EmbeddedNats]:
    folder = Path(tempfile.mkdtemp(prefix="netledger-nats-"))
    folder.chmod(0o755)
    server = EmbeddedNats(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def netledger(empty_database: str, broker: EmbeddedNats, tmp_path: Path) -> Iterator[Processes]:
    with processes(empty_database, broker.url, tmp_path) as running:
        yield running
