"""What readers of the stream TELEMETRY get, from any place on, through outages and a stream made anew."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from nats.aio.client import Client

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import TELEMETRY_STREAM, JetStreamTelemetry, ensure_telemetry_stream
from adapters.jetstream.telemetry_stream import JetStreamTelemetryStream
from domain.telemetry import Poll, Sample, StreamPlace, partition
from tests.own_nats import own_nats
from tests.waiting import until

DEVICE = str(uuid4())
PARTITION = partition(DEVICE)


@pytest.fixture
def broker() -> Iterator[EmbeddedNats]:
    """A NATS of this test alone, to be stopped and started."""
    with own_nats() as server:
        yield server


@pytest.fixture
async def client(broker: EmbeddedNats) -> AsyncIterator[Client]:
    connected = await connect(broker.url, name="test")
    await ensure_telemetry_stream(connected.jetstream())
    yield connected
    await connected.close()


def poll(number: int, device: str = DEVICE) -> Poll:
    return Poll(device, "resources", 1_800_000_000.0 + number, 1.0, (Sample("cpu_percent", float(number)),))


class Reading:
    """Reads in the background, from `after` on."""

    def __init__(self, client: Client, after: StreamPlace = StreamPlace(), *, batch: int = 7) -> None:  # noqa: B008  # immutable
        async def connected() -> Client:
            return client

        self.stream = JetStreamTelemetryStream(connected, batch=batch)
        self.after = after
        self.polls: list[Poll] = []
        self.sequences: list[int] = []
        self.places: list[StreamPlace] = []

    @contextlib.asynccontextmanager
    async def running(self) -> "AsyncIterator[Reading]":
        task = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _read(self) -> None:
        async for place, published in self.stream.read(PARTITION, self.after):
            self.polls += [each.poll for each in published]
            self.sequences += [each.sequence for each in published]
            self.places.append(place)


def another_partition() -> str:
    while partition(device := str(uuid4())) == PARTITION:
        pass
    return device


async def test_a_partition_is_read_in_order_and_on_from_any_place(client: Client) -> None:
    publisher, elsewhere = JetStreamTelemetry(client), another_partition()
    polls = [poll(number) for number in range(100)]
    await publisher.publish([each for one in polls for each in (one, poll(round(one.at), elsewhere))])
    async with Reading(client).running() as reading:
        await until(lambda: len(reading.polls) == 100)
        await publisher.publish([poll(100)])
        await until(lambda: len(reading.polls) == 101)
    assert reading.polls == [*polls, poll(100)]
    assert reading.sequences == sorted(set(reading.sequences))
    middle = reading.places[3]
    async with Reading(client, middle).running() as again:
        await until(lambda: again.polls and again.polls[-1] == poll(100))
    assert again.polls == [
        each for each, at in zip(reading.polls, reading.sequences, strict=True) if at > middle.sequence
    ]


async def test_what_is_no_poll_is_passed_over(client: Client) -> None:
    await client.jetstream().publish(f"telemetry.{PARTITION}.{DEVICE}", b"\xc1 no poll")
    await JetStreamTelemetry(client).publish([poll(1)])
    async with Reading(client).running() as reading:
        await until(lambda: reading.polls)
    assert reading.polls == [poll(1)]
    assert reading.places[-1].sequence == 2


async def test_reading_goes_on_after_an_outage_of_the_server(client: Client, broker: EmbeddedNats) -> None:
    publisher = JetStreamTelemetry(client)
    await publisher.publish([poll(1)])
    async with Reading(client).running() as reading:
        await until(lambda: reading.polls == [poll(1)])
        broker.stop()
        broker.start()
        await until(lambda: client.is_connected)
        published = False
        while not published:
            published = await publisher.publish([poll(2)]) == 1
        await until(lambda: len(reading.polls) > 1)
    assert reading.polls == [poll(1), poll(2)]


async def test_a_stream_made_anew_is_read_from_its_beginning(client: Client) -> None:
    publisher, jetstream = JetStreamTelemetry(client), client.jetstream()
    await publisher.publish([poll(number) for number in range(5)])
    async with Reading(client).running() as reading:
        await until(lambda: len(reading.polls) == 5)
        await jetstream.delete_stream(TELEMETRY_STREAM)
        await ensure_telemetry_stream(jetstream)
        await publisher.publish([poll(9)])
        await until(lambda: len(reading.polls) == 6)
    assert reading.sequences[-1] == 1
    assert reading.places[-1].stream != reading.places[0].stream


async def test_live_gives_what_comes_from_now_on(client: Client) -> None:
    publisher = JetStreamTelemetry(client)
    await publisher.publish([poll(1)])
    heard: list[Poll] = []
    reading = Reading(client)

    async def listen() -> None:
        async for each in reading.stream.live():
            heard.append(each)  # noqa: PERF401  # the list is looked at meanwhile

    task = asyncio.create_task(listen())
    for number in range(2, 1_000):  # until it listens
        await publisher.publish([poll(number)])
        if heard:
            break
    await publisher.publish([poll(2_000)])
    await until(lambda: heard[-1] == poll(2_000))
    assert poll(1) not in heard
    task.cancel()
    await asyncio.wait([task])
