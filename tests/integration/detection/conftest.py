"""A whole Netledger that has watched three devices for six days, of which the last have passed just now."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import nats
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from adapters.vault.master_key import MasterKey
from domain.telemetry import Poll
from tests.databases import fresh_database
from tests.integration.api.serving import PATIENCE_S, Netledger, netledger, until
from tests.integration.workers.imagined import INTERVAL_S, device_ids, polls
from tests.own_nats import own_nats

DAYS = 6
COUNT = int(DAYS * 86_400 / INTERVAL_S)
WRONG = COUNT - 300


@pytest.fixture(scope="package")
def devices() -> list[str]:
    return device_ids(3)


@pytest.fixture(scope="package")
def watched(
    postgres: EmbeddedPostgres,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
    devices: list[str],
) -> Iterator[Netledger]:
    kinds = ("projector", "relay", "executor", "detector", "recorder")
    start = time.time() - COUNT * INTERVAL_S
    stream = list(polls(devices[:1], COUNT, wrong=[WRONG], start=start))
    stream += polls(devices[1:], COUNT, start=start)
    with (
        own_nats() as broker,
        fresh_database(postgres) as database,
        netledger(database, broker.url, tmp_path_factory.mktemp("data"), master_key, kinds=kinds) as running,
        running.client(running.login("admin")) as admin,
    ):
        # Before anything is learned, so that the first checkpoint comes at once.
        admin.patch("/settings", json={"detection": {"checkpoint_s": 1}})
        running.call(_publish(broker.url, stream))
        seen = sum(len(poll.samples) for poll in stream) - COUNT * len(devices)  # up-time is not learned
        until(lambda: _learned(admin) == seen)
        yield running


def _learned(admin: httpx.Client) -> int:
    """Samples in saved states."""
    status = admin.get("/models/status").json()
    saved = all(each["snapshot_at"] for each in status["partitions"])
    return int(status["detectors"][0]["samples_seen"]) if saved and status["partitions"] else 0


_AT_A_TIME = 500


async def _publish(url: str, stream: list[Poll]) -> None:
    client = await nats.connect(url)
    await ensure_telemetry_stream(client.jetstream())
    publisher = JetStreamTelemetry(client)
    for start in range(0, len(stream), _AT_A_TIME):
        part = stream[start : start + _AT_A_TIME]
        async with asyncio.timeout(PATIENCE_S):
            # What a busy server did not confirm in time is published again; it takes each once.
            while await publisher.publish(part) != len(part):
                pass
    await client.close()


@pytest.fixture
def engineer(watched: Netledger) -> Iterator[httpx.Client]:
    with watched.client(watched.login("engineer")) as client:
        yield client
