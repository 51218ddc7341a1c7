"""What the stream TELEMETRY keeps of what is published to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import (
    TELEMETRY_STREAM,
    JetStreamTelemetry,
    decode,
    ensure_telemetry_stream,
)
from domain.telemetry import Poll, Sample
from tests.waiting import until

POLL = Poll("device-1", "interfaces", 1_700_000_000.123, 60.0, (Sample("if_in_bps", 8e9, "ether1"),))


@pytest.fixture
async def client(nats_server: EmbeddedNats) -> AsyncIterator[Client]:
    connected = await connect(nats_server.url, name="test")
    yield connected
    jetstream = connected.jetstream()
    if TELEMETRY_STREAM in [stream.config.name for stream in await jetstream.streams_info()]:
        await jetstream.delete_stream(TELEMETRY_STREAM)
    await connected.close()


async def kept(jetstream: JetStreamContext) -> list[Poll]:
    state = (await jetstream.stream_info(TELEMETRY_STREAM)).state
    messages = [
        await jetstream.get_msg(TELEMETRY_STREAM, number)
        for number in range(state.first_seq, state.last_seq + 1)
    ]
    return [decode(message.data or b"") for message in messages]


async def test_a_poll_is_read_as_it_was_published_and_kept_once(client: Client) -> None:
    telemetry = JetStreamTelemetry(client)

    assert await telemetry.publish([POLL, POLL]) == 2
    assert await telemetry.publish([POLL]) == 1  # again, as after an answer that was lost

    jetstream = client.jetstream()
    assert await kept(jetstream) == [POLL]
    message = await jetstream.get_msg(TELEMETRY_STREAM, 1)
    assert message.subject == POLL.subject
    assert message.headers is not None and message.headers["Nats-Msg-Id"] == POLL.id


async def test_a_stream_that_was_taken_away_is_made_anew(client: Client) -> None:
    telemetry = JetStreamTelemetry(client)
    await telemetry.publish([POLL])
    await client.jetstream().delete_stream(TELEMETRY_STREAM)

    assert await telemetry.publish([POLL]) == 1
    assert await kept(client.jetstream()) == [POLL]


async def test_a_full_stream_discards_the_oldest(client: Client) -> None:
    jetstream = client.jetstream()
    await ensure_telemetry_stream(jetstream, kept_bytes=200_000)
    samples = tuple(Sample("if_in_bps", float(number), f"ether{number}") for number in range(1_000))
    polls = [Poll(f"device-{number}", "interfaces", 1.0, 60.0, samples) for number in range(50)]

    assert await JetStreamTelemetry(client).publish(polls) == len(polls)

    left = await kept(jetstream)
    assert left == polls[-len(left) :]
    assert 0 < len(left) < len(polls)


async def test_as_much_room_as_it_takes_is_left_to_other_streams(client: Client) -> None:
    jetstream = client.jetstream()
    await ensure_telemetry_stream(jetstream, kept_bytes=2**50)  # more than any server has

    taken = (await jetstream.stream_info(TELEMETRY_STREAM)).config.max_bytes
    assert taken
    await jetstream.add_stream(name="OTHER", subjects=["other"], max_bytes=taken)
    await jetstream.delete_stream("OTHER")


async def test_many_may_make_it_at_once(client: Client) -> None:
    jetstream = client.jetstream()
    await asyncio.gather(*(ensure_telemetry_stream(jetstream) for _ in range(20)))

    assert (await jetstream.stream_info(TELEMETRY_STREAM)).state.messages == 0


async def test_a_poll_larger_than_a_message_comes_in_parts(client: Client) -> None:
    samples = tuple(
        Sample("if_in_bps", float(number), f"ether{number}" + "x" * (number % 90))
        for number in range(300_000)
    )
    huge = Poll("device-1", "interfaces", 1_700_000_000.0, 60.0, samples)

    assert await JetStreamTelemetry(client).publish([huge]) == 1

    parts = await kept(client.jetstream())
    assert len(parts) > 1
    assert tuple(sample for part in parts for sample in part.samples) == samples
    assert len({part.id for part in parts}) == len(parts)


async def test_without_a_server_polls_are_lost_until_it_is_back_though_it_was_wiped(data_dir: Path) -> None:
    folder = data_dir / "telemetry-nats"
    folder.mkdir(mode=0o755)
    server = EmbeddedNats(folder)
    await asyncio.to_thread(server.start)
    connected = await connect(server.url, name="test")
    telemetry = JetStreamTelemetry(connected)
    try:
        assert await telemetry.publish([POLL]) == 1
        await asyncio.to_thread(server.stop)
        assert await telemetry.publish([POLL]) == 0
        for store in folder.rglob("jetstream"):
            shutil.rmtree(store)
        await asyncio.to_thread(server.start)
        await until(lambda: connected.is_connected)
        assert await telemetry.publish([POLL]) == 1
        assert await kept(connected.jetstream()) == [POLL]
        await connected.close()
    finally:
        await asyncio.to_thread(server.stop)
