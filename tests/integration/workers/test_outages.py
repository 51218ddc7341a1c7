"""Servers that go away under a running discovery: it waits, goes on, and nothing acknowledged is lost."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.configuration import Configuration
from domain.errors import Unavailable
from lab.snmp_faults import Fault, FaultKind
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import Installation, installation, until

ADDRESSES = [f"127.66.6.{last}" for last in range(1, 25)]


def _agents():
    """Two addresses a device, half of them slow enough for the discovery to be met in the middle."""
    half = len(ADDRESSES) // 2
    devices = [agent(f"n{number}", serial=f"HEX{number}06D97") for number in range(half)]
    for slow in devices[half // 2 :]:
        slow.misbehave([Fault(FaultKind.LATE, delay_s=0.25)])
    return dict(zip(ADDRESSES, devices + devices, strict=True))


@pytest.fixture
async def outer(
    own_postgres: EmbeddedPostgres, broker: EmbeddedNats, master_key: MasterKey, tmp_path: Path
) -> AsyncIterator[Installation]:
    configuration = Configuration(data_dir=tmp_path, database_url=own_postgres.url, nats_url=broker.url)
    async with installation(configuration, master_key) as opened:
        await opened.set(timeout_s=0.3, device_timeout_s=10.0)
        yield opened


async def raise_alert(netledger: Installation, title: str = "an event") -> int:
    key = f"test/{uuid4()}"
    raised = RaiseAlert(key=key, severity="low", title=title)
    outcome = await netledger.console.bus.execute(
        ALERT.to(alert_id(key), raised, new=True), by=netledger.console.by()
    )
    return outcome.position


async def _found_some(netledger, operation_id):
    async def found():
        row = await netledger.operation_or_none(operation_id)
        return row is not None and row.state == "running" and row.progress.get("found")

    await until(found)


async def test_a_discovery_survives_a_restart_of_postgresql(outer, own_postgres, lab):
    server = await lab(Network(_agents()))
    await outer.credential(access(server.port))
    async with outer.worker():
        operation_id = await outer.request(*ADDRESSES)
        await _found_some(outer, operation_id)
        await asyncio.to_thread(own_postgres.stop)

        async def away():
            try:
                await raise_alert(outer)
            except Unavailable:
                return True
            return False

        await until(away)
        own_postgres.start()
        operation = await outer.ended(operation_id)
        result = {name: operation.result[name] for name in ("scanned", "found", "new", "merged", "errors")}
        assert operation.state == "succeeded"
        assert result == {"scanned": 24, "found": 24, "new": 12, "merged": 0, "errors": {}}
        devices = await outer.devices()
        assert sorted(device.name for device in devices) == sorted(f"n{n}" for n in range(12))
        assert all(len(device.addresses) == 2 for device in devices)


async def test_without_nats_discoveries_are_found_and_done_and_told_later(netledger, broker, lab):
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        first = await netledger.request(*ADDRESSES)
        await _found_some(netledger, first)
        broker.stop()
        second = await netledger.request(ADDRESSES[0])  # no message tells of it
        assert (await netledger.ended(first)).result["new"] == 12
        assert (await netledger.ended(second)).result["found"] == 1
        broker.start()
        head = await netledger.settled()
        await netledger.relayed(head)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room; needs root."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a file system")
    place = Path("/tmp") / f"netledger-full-{uuid4().hex[:8]}"  # noqa: S108  # short, as a socket's path must be
    place.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=320m,mode=755", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
    place.rmdir()


async def test_a_full_disk_refuses_commands_loses_nothing_and_is_recovered_from(small_disk, master_key):
    postgres, broker = EmbeddedPostgres(small_disk), EmbeddedNats(small_disk)
    postgres.start()
    broker.start()
    try:
        configuration = Configuration(data_dir=small_disk, database_url=postgres.url, nats_url=broker.url)
        async with installation(configuration, master_key) as full, full.worker():
            acknowledged = [await raise_alert(full, "before")]
            await full.settled()
            ballast = small_disk / "ballast"
            room = shutil.disk_usage(small_disk).free
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, room - 2 * 2**20)

            with pytest.raises(Unavailable) as refused:
                while True:
                    acknowledged.append(await raise_alert(full, "x" * 200_000))
            assert refused.value.message
            ballast.unlink()

            async def taken():
                try:
                    return await raise_alert(full, "after")
                except Unavailable:
                    return None

            acknowledged.append(await until(taken))
            head = await full.settled()
            positions = [event.position for event in await full.events("alert.")]
            assert set(acknowledged) <= set(positions)
            assert positions == sorted(set(positions))
            await full.relayed(head)  # a stream that the disk has spoilt is made anew
    finally:
        broker.stop()
        postgres.stop()


async def test_a_worker_that_starts_without_nats_feeds_the_read_models_and_joins_later(
    netledger, broker, lab
):
    server = await lab(Network(_agents()))
    broker.stop()
    async with netledger.worker():
        await netledger.credential(access(server.port))
        operation_id = await netledger.request(ADDRESSES[0])
        assert (await until(lambda: netledger.operation_or_none(operation_id))).state == "requested"
        broker.start()
        assert (await netledger.ended(operation_id)).result["found"] == 1
        await netledger.relayed(await netledger.settled())
