"""Telemetry is sent on to a real Prometheus, and what was published while it was down comes when it is back."""

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from cli.prepare import prepare_database
from domain.configuration import Configuration
from domain.telemetry import Poll, Sample
from tests.integration.workers.processes import worker_process
from tests.waiting import until

pytestmark = pytest.mark.needs_package("prometheus")
DEVICE = str(uuid4())


@contextlib.contextmanager
def prometheus(folder: Path, port: int) -> Iterator[str]:
    config = folder / "prometheus.yml"
    config.write_text("global: {}\n")
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.enable-remote-write-receiver",
            "--log.level=error",
        ]
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def values(url: str, query: str) -> list[tuple[dict[str, str], float]]:
    """What Prometheus answers, nothing while it is down."""
    try:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": query})
    except httpx.TransportError:
        return []
    if answer.status_code != 200:
        return []
    return [(each["metric"], float(each["value"][1])) for each in answer.json()["data"]["result"]]


async def test_samples_reach_prometheus_through_an_outage_of_it(
    database: str, broker: EmbeddedNats, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    await prepare_database(database)
    configuration = Configuration(data_dir=tmp_path, database_url=database, nats_url=broker.url)
    client = await connect(broker.url, name="test")
    await ensure_telemetry_stream(client.jetstream())
    publisher = JetStreamTelemetry(client)
    began = time.time() - 100

    async def publish(number: int) -> None:
        samples = (
            Sample("if_in_bps", 1e6 + number, 'Gi1/0/1 "up"ä'),
            Sample("cpu_percent", None),
            Sample("temperature_celsius", -12.5, "board"),
        )
        assert await publisher.publish([Poll(DEVICE, "interfaces", began + number, 60.0, samples)]) == 1

    await publish(0)
    url = f"http://127.0.0.1:{port}"
    with worker_process(configuration, "remote-write", remote_write_url=f"{url}/api/v1/write"):
        with prometheus(tmp_path, port):
            await until(lambda: values(url, "netledger_if_in_bps"))
            assert values(url, "netledger_temperature_celsius") == [
                (
                    {"__name__": "netledger_temperature_celsius", "device_id": DEVICE, "interface": "board"},
                    -12.5,
                )
            ]
            assert values(url, "netledger_if_in_bps{interface='Gi1/0/1 \"up\"ä'}")[0][1] == 1e6
            assert values(url, "netledger_cpu_percent") == []
        for number in range(1, 30):
            await publish(number)
        with prometheus(tmp_path, port):
            counted = "count_over_time(netledger_if_in_bps[10m])"
            await until(lambda: [count for _, count in values(url, counted)] == [30.0], within_s=60)
            assert values(url, "netledger_if_in_bps")[0][1] == 1e6 + 29
    await asyncio.wait_for(client.close(), 5)
