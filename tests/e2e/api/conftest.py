"""Servers of these tests alone: the stream LEDGER belongs to one ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded.nats import EmbeddedNats
from tests.e2e.api.processes import Processes, processes
from tests.own_nats import own_nats


@pytest.fixture
def broker() -> Iterator[EmbeddedNats]:
    with own_nats() as server:
        yield server


@pytest.fixture
def netledger(database: str, broker: EmbeddedNats, tmp_path: Path) -> Iterator[Processes]:
    with processes(database, broker.url, tmp_path) as running:
        yield running
