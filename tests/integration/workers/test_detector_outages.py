"""Detectors whose database and stream are restarted under them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import nats
import pytest
from psycopg.errors import OperationalError

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from adapters.vault.master_key import MasterKey
from domain.configuration import Configuration
from domain.detection.alarm_rules import DetectionSettings
from domain.errors import Unavailable
from domain.telemetry import Poll
from tests.integration.workers.imagined import device_ids, polls
from tests.integration.workers.installation import Installation, installation, until
from tests.integration.workers.processes import worker_process
from tests.integration.workers.test_detector import Happened, expected, set_detection, told


@pytest.fixture
async def outer(
    own_postgres: EmbeddedPostgres, broker: EmbeddedNats, master_key: MasterKey, tmp_path: Path
) -> AsyncIterator[Installation]:
    configuration = Configuration(data_dir=tmp_path, database_url=own_postgres.url, nats_url=broker.url)
    async with installation(configuration, master_key) as opened:
        yield opened


async def test_restarts_of_postgresql_and_nats_under_it_cost_no_alert(
    outer: Installation, own_postgres: EmbeddedPostgres, broker: EmbeddedNats
) -> None:
    stream = list(polls(device_ids(8), 330, wrong=[130, 220, 300]))
    third = len(stream) // 3
    settings = DetectionSettings(checkpoint_s=1, refractory_s=600)
    client = await nats.connect(broker.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    await ensure_telemetry_stream(client.jetstream())
    publisher = JetStreamTelemetry(client)

    async def are(wanted: Happened) -> bool:
        try:
            return await told(outer) == wanted
        except (Unavailable, OperationalError):  # the database is away
            return False

    with worker_process(outer.configuration, "projector", "detector"):
        await outer.settled()
        await set_detection(outer, checkpoint_s=1, refractory_s=600)
        await publisher.publish(stream[:third])
        await asyncio.to_thread(own_postgres.stop)
        await publisher.publish(stream[third : 2 * third])
        await asyncio.to_thread(own_postgres.start)
        await until(lambda: are(expected(stream[: 2 * third], settings)))
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(broker.start)
        await until(lambda: _published(publisher, stream[2 * third :]))
        await until(lambda: are(expected(stream, settings)))
    await client.close()


async def _published(publisher: JetStreamTelemetry, stream: Sequence[Poll]) -> bool:
    """Again and again, as far as it was not taken; what comes twice is kept once."""
    return await publisher.publish(stream) == len(stream)
