"""Every poll of the stream is recorded once, whatever is killed, restarted or away meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from psycopg import AsyncConnection
from psycopg.errors import OperationalError

from adapters.connections import Connections
from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from adapters.telemetry.history import PostgresTelemetryHistory
from cli.prepare import prepare_database
from domain.configuration import Configuration
from domain.telemetry import Poll, Sample
from tests.integration.workers.processes import worker_process

KIND = "recorder"
DEVICES = [str(uuid4()) for _ in range(20)]
PORTS = 10


class Plant:
    """Publishes polls, and knows what has to be in the history in the end."""

    def __init__(self, configuration: Configuration, publisher: JetStreamTelemetry) -> None:
        self.configuration = configuration
        self._publisher = publisher
        self._begin = int(time.time()) - 1_000
        self.rounds = 0

    async def publish(self, rounds: int = 1, *, until_taken: bool = False) -> None:
        """One poll of each device a round; `until_taken`: again and again, as far as it was not taken."""
        for _ in range(rounds):
            samples = tuple(
                Sample("if_in_bps", self.rounds + port / 100, f"ether{port}") for port in range(PORTS)
            )
            polls = [
                Poll(each, "interfaces", float(self._begin + self.rounds), 1.0, samples) for each in DEVICES
            ]
            taken = await self._publisher.publish(polls)
            while until_taken and taken < len(polls):
                await asyncio.sleep(0.2)
                taken = await self._publisher.publish(polls)
            assert taken == len(polls)
            self.rounds += 1

    @property
    def published(self) -> int:
        return self.rounds * len(DEVICES) * PORTS

    async def recorded(self) -> int:
        """Samples in the tables, duplicates too; -1 while the database is away."""
        try:
            async with await AsyncConnection.connect(self.configuration.database_url) as conn:
                cursor = await conn.execute(
                    "SELECT coalesce(sum(length(samples)), 0) / 8 FROM telemetry.recent"
                )
                row = await cursor.fetchone()
            return int(row[0]) if row else 0
        except OperationalError:
            return -1

    async def reach(self, count: int, patience_s: float = 40.0) -> None:
        async with asyncio.timeout(patience_s):
            while await self.recorded() < count:  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        """Exactly what was published is there, in order."""
        await self.reach(self.published)
        assert await self.recorded() == self.published
        async with Connections(self.configuration.database_url, name="test") as pool:
            history = PostgresTelemetryHistory(pool)
            for device in DEVICES[:3]:
                found = await history.series(
                    device, "if_in_bps", "ether3", since=self._begin, until=self._begin + self.rounds
                )
                assert found == [
                    (float(self._begin + number), number + 0.03) for number in range(self.rounds)
                ]


@contextlib.asynccontextmanager
async def plant(database_url: str, broker: EmbeddedNats, folder: Path) -> AsyncIterator[Plant]:
    await prepare_database(database_url)
    configuration = Configuration(data_dir=folder, database_url=database_url, nats_url=broker.url)
    client = await connect(broker.url, name="test")
    await ensure_telemetry_stream(client.jetstream())
    yield Plant(configuration, JetStreamTelemetry(client))
    await client.close()


@pytest.fixture
async def works(database: str, broker: EmbeddedNats, tmp_path: Path) -> AsyncIterator[Plant]:
    async with plant(database, broker, tmp_path) as opened:
        yield opened


async def test_recorders_that_are_killed_leave_neither_gaps_nor_duplicates(works: Plant) -> None:
    with worker_process(works.configuration, "projector"):
        for _ in range(2):
            with worker_process(works.configuration, KIND) as process:
                await works.publish(20)
                before = await works.recorded()
                await works.reach(before + 1)
                publishing = asyncio.create_task(works.publish(30))
                await works.reach(before + 2_000)
                process.kill()
                process.wait()
                await publishing
        with worker_process(works.configuration, KIND), worker_process(works.configuration, KIND):
            await works.publish(20)
            await works.check()


async def test_what_was_published_while_no_recorder_ran_is_caught_up_with(works: Plant) -> None:
    await works.publish(600)
    with worker_process(works.configuration, "projector"), worker_process(works.configuration, KIND):
        await works.check()


@pytest.fixture
def own_postgres(servers_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that may be stopped without harm to other tests."""
    server = EmbeddedPostgres(servers_folder)
    server.start()
    yield server
    server.stop()


async def test_restarts_of_postgresql_and_nats_under_it_lose_nothing(
    own_postgres: EmbeddedPostgres, broker: EmbeddedNats, tmp_path: Path
) -> None:
    async with plant(own_postgres.url, broker, tmp_path) as works:
        with worker_process(works.configuration, "projector", KIND):
            await works.publish(100)
            await works.reach(1)
            publishing = asyncio.create_task(works.publish(300, until_taken=True))
            await works.reach(25_000)
            await asyncio.to_thread(own_postgres.stop)
            await asyncio.to_thread(own_postgres.start)
            await works.reach(40_000)
            await asyncio.to_thread(broker.stop)
            await asyncio.to_thread(broker.start)
            await publishing
            await works.check()


async def test_the_stream_itself_keeps_a_repeated_poll_once(works: Plant, broker: EmbeddedNats) -> None:
    """And one that it has forgotten is recorded again, but read once."""
    await works.publish(5)
    client = await nats.connect(broker.url)
    jetstream = client.jetstream()
    for number in range(1, 101):  # as if they were published again after the stream's memory of their ids
        message = await jetstream.get_msg("TELEMETRY", number)
        await jetstream.publish(message.subject or "", message.data or b"")
    await client.close()
    with worker_process(works.configuration, "projector", KIND):
        await works.reach(2 * works.published)
        async with Connections(works.configuration.database_url, name="test") as pool:
            found = await PostgresTelemetryHistory(pool).series(
                DEVICES[0], "if_in_bps", "ether3", since=0, until=time.time()
            )
        assert [value for _, value in found] == [number + 0.03 for number in range(5)]
