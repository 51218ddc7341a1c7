"""Detectors over a real stream, ledger and database: they find what is wrong, and outlive being killed at any moment."""

import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import nats
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from domain.alert import AlertRaised, AlertResolved, alert_id
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
    dice = random.Random()
    stream = list(polls(device_ids(10), 420, wrong=[150, 250, 330]))
    settings = DetectionSettings(checkpoint_s=1, refractory_s=600)
    wanted = expected(stream, settings)
    async with netledger.worker("projector"):
        await netledger.settled()
        await set_detection(netledger, checkpoint_s=1, refractory_s=600)
        kills = 0
        parts = 6
        for part in range(parts):
            size = len(stream) // parts
            end = None if part == parts - 1 else (part + 1) * size
            before = await told(netledger)
            await publisher.publish(stream[part * size : end])
            with worker_process(netledger.configuration, "detector") as process:
                if end is None:
                    await until(lambda: _are(netledger, wanted))
                    break
                await until(lambda: _saved(netledger))
                with_more = before

                async def more(than: Happened = with_more) -> bool:
                    return len(wanted) > 0 and await told(netledger) != than

                if dice.random() < 0.5 and expected(stream[:end], settings) != before:
                    await until(more)  # killed right after it told something
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
    assert kills == parts - 1
    assert await told(netledger) == wanted


async def _saved(netledger: Installation) -> bool:
    async with netledger.console.pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT count(*) FROM detector.partitions WHERE noted_at > now() - interval '5 s'"
        )
        row = await cursor.fetchone()
    return row is not None and row[0] > 0
