"""The first start of a worker: nothing asks read models that the projector has yet to make, and nothing complains."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog
from psycopg import AsyncConnection

from adapters.embedded.nats import EmbeddedNats
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from cli.prepare import prepare_database
from domain.configuration import Configuration
from domain.errors import Unavailable
from projections.catalogue import projections
from projections.runner import ProjectionRunner
from tests.integration.workers.installation import until
from tests.integration.workers.processes import worker_process
from workers.read_models import read_models_made
from workers.supervision import ended

NAMES = [projection.name for projection in projections()]


async def test_it_waits_until_the_projector_has_made_all_and_through_outages(
    database: str, event_log: PostgresEventLog, watch: PostgresPositionWatch
) -> None:
    asked = 0

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[AsyncConnection[Any]]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Unavailable("the database is not reachable")
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            yield conn

    async def asked_often() -> bool:
        return asked > 3

    waiting = asyncio.create_task(read_models_made(connect, NAMES))
    await until(asked_often)
    assert not waiting.done()
    projector = asyncio.create_task(ProjectionRunner(database, projections(), event_log, watch).run())
    try:
        await asyncio.wait_for(waiting, 20)
        async with connect() as conn:
            cursor = await conn.execute("SELECT count(*) FROM projections.positions")
            assert await cursor.fetchone() == (len(NAMES),)
    finally:
        await ended([projector])


async def test_who_finds_no_projector_goes_on_and_says_so(database: str) -> None:
    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[AsyncConnection[Any]]:
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            yield conn

    with structlog.testing.capture_logs() as logs:
        await read_models_made(connect, NAMES, patience_s=0.2)
    assert [line["log_level"] for line in logs] == ["warning"]


async def test_a_worker_starts_and_ends_on_a_new_installation_without_a_warning(
    empty_database: str, broker: EmbeddedNats, tmp_path: Path
) -> None:
    await prepare_database(empty_database)
    configuration = Configuration(data_dir=tmp_path, database_url=empty_database, nats_url=broker.url)
    log_file = tmp_path / "worker.log"

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in log_file.read_text().splitlines()]

    async def watches() -> bool:
        return any(line["event"] == "partitions watched" for line in lines())

    with worker_process(configuration, log=log_file) as process:
        await until(watches)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 30) == 0
    assert [line for line in lines() if line["level"] not in ("info", "debug")] == []
