"""Detectors over a real stream, ledger and database: they find what is wrong, and outlive being killed at any moment."""

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import nats
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from domain.alert import alert_id
from domain.alert_events import AlertRaised, AlertResolved
from domain.detection.alarm_rules import AlarmRules, DetectionSettings
from domain.detection.moment import written
from domain.detection.partition_watch import PartitionWatch
from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings
from domain.telemetry import Poll, Published, TelemetryPublisher, partition
from tests.integration.workers.imagined import device_ids, polls
from tests.integration.workers.installation import Installation, until
from tests.integration.workers.processes import worker_process

Happened = dict[str, list[tuple[str, str | None]]]
"""Alert -> what became of it, in order: ("raised", time of the sample) or ("resolved", None)."""


@pytest.fixture
async def publisher(broker: EmbeddedNats) -> AsyncIterator[TelemetryPublisher]:
    client = await nats.connect(broker.url)
    await ensure_telemetry_stream(client.jetstream())
    yield JetStreamTelemetry(client)
    await client.close()


async def set_detection(netledger: Installation, **changes: object) -> None:
    command = ChangeSettings(changes={f"detection/{name}": value for name, value in changes.items()})
    await netledger.console.bus.execute(SETTINGS.to(SETTINGS_ID, command), by=netledger.console.by())
    await netledger.settled()


def expected(stream: Sequence[Poll], settings: DetectionSettings) -> Happened:
    """What one uninterrupted pass finds."""
    watches: dict[int, PartitionWatch] = defaultdict(lambda: PartitionWatch(AlarmRules(settings)))
    happened: Happened = defaultdict(list)
    for sequence, poll in enumerate(stream, 1):
        for finding in watches[partition(poll.device_id)].observe([Published(sequence, poll)]):
            if finding.kind != "drifted":
                at = written(finding.at) if finding.kind == "raised" else None
                happened[str(alert_id(finding.key))].append((finding.kind, at))
    return dict(happened)


async def told(netledger: Installation) -> Happened:
    happened: Happened = defaultdict(list)
    for recorded in await netledger.events("alert."):
        match recorded.event:
            case AlertRaised() as raised:
                happened[str(recorded.originator_id)].append(("raised", raised.detail["at"]))
            case AlertResolved():
                happened[str(recorded.originator_id)].append(("resolved", None))
            case _:
                pass
    return dict(happened)


async def test_an_anomaly_is_an_alert_with_its_reasons_and_ends_by_itself(
    netledger: Installation, publisher: TelemetryPublisher
) -> None:
    (device,) = device_ids(1)
    stream = list(polls([device], 260, wrong=[200]))
    async with netledger.worker("projector", "detector"):
        await netledger.settled()
        assert await publisher.publish(stream) == len(stream)
        wanted = expected(stream, DetectionSettings())
        assert any(steps[-1] == ("resolved", None) for steps in wanted.values())
        await until(lambda: _are(netledger, wanted))
        rows = await netledger.alerts(device)
        (traffic,) = [row for row in rows if row.metric == "if_in_bps"]
    assert traffic.source == "detector" and traffic.interface == "ether1"
    assert traffic.detail["expected_high"] < traffic.detail["value"] == 9e8
    assert "out of range" in [part["name"] for part in traffic.detail["parts"]]
    assert traffic.reason.startswith("calm for")


async def _are(netledger: Installation, wanted: Happened) -> bool:
    return await told(netledger) == wanted


async def test_killed_at_any_moment_it_forgets_nothing_and_tells_nothing_twice(
    netledger: Installation, publisher: TelemetryPublisher
) -> None:
    """Some checkpoints come before a kill and some do not; some kills come right after something was told."""
    dice = random.Random()
    stream = list(polls(device_ids(10), 420, wrong=[150, 250, 330]))
    settings = DetectionSettings(checkpoint_s=1, refractory_s=600)
    wanted = expected(stream, settings)
    assert sum(len(steps) for steps in wanted.values()) > 40
    async with netledger.worker("projector"):
        await netledger.settled()
        await set_detection(netledger, checkpoint_s=1, refractory_s=600)
        parts = 4
        for part in range(parts):
            await publisher.publish(stream[part * len(stream) // parts : (part + 1) * len(stream) // parts])
            with worker_process(netledger.configuration, "detector") as process:
                if part == parts - 1:
                    await until(lambda: _are(netledger, wanted))
                else:
                    await _progress(netledger)
                    await asyncio.sleep(dice.uniform(0.0, 0.7))
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    await _leases_expire(netledger)
    assert await told(netledger) == wanted


async def _leases_expire(netledger: Installation) -> None:
    """At once, as if six seconds had passed."""
    async with netledger.console.pool.connection() as conn:
        await conn.execute("DELETE FROM work.partition_leases")
        await conn.execute("DELETE FROM work.partition_owners")


async def _progress(netledger: Installation) -> None:
    """Until a partition was saved or noted, or something was told, since now."""

    async def standing() -> object:
        async with netledger.console.pool.connection() as conn:
            cursor = await conn.execute("SELECT max(noted_at), sum(sequence) FROM detector.partitions")
            return await cursor.fetchone(), await told(netledger)

    before = await standing()

    async def changed() -> bool:
        return await standing() != before

    await until(changed)


async def test_a_worker_that_joins_takes_its_part_and_one_that_dies_is_followed(
    netledger: Installation, publisher: TelemetryPublisher
) -> None:
    stream = list(polls(device_ids(12), 330, wrong=[120, 220, 290]))
    third = len(stream) // 3
    wanted = expected(stream, DetectionSettings(checkpoint_s=1, refractory_s=600))

    async def owners() -> set[str]:
        async with netledger.console.pool.connection() as conn:
            cursor = await conn.execute("SELECT DISTINCT owner FROM detector.partitions")
            return {row[0] for row in await cursor.fetchall()}

    async def shared() -> bool:
        return len(await owners()) == 2

    async with netledger.worker("projector"):
        await netledger.settled()
        await set_detection(netledger, checkpoint_s=1, refractory_s=600)
        async with netledger.worker("detector"):
            await publisher.publish(stream[:third])
            await until(
                lambda: _are(netledger, expected(stream[:third], DetectionSettings(refractory_s=600)))
            )
            with worker_process(netledger.configuration, "detector") as joined:
                await until(shared)
                await publisher.publish(stream[third : 2 * third])
                joined.send_signal(signal.SIGKILL)
                joined.wait()
                await publisher.publish(stream[2 * third :])
                await until(lambda: _are(netledger, wanted))
