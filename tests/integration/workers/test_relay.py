"""The relay: every event on the stream, in order and each once, through everything that happens to NATS."""

import asyncio
import shutil
import socket
import sys
from pathlib import Path
from uuid import uuid4

import msgspec
import nats
import pytest

from adapters.jetstream.connection import LEDGER_STREAM
from adapters.jetstream.renewal import renew
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from domain.user import USER, user_id
from domain.user_commands import CreateUser
from tests.integration.workers.installation import Installation, until

EVENTS = 60


@pytest.fixture
async def client(netledger):
    connected = await nats.connect(
        netledger.configuration.nats_url, max_reconnect_attempts=-1, reconnect_time_wait=0.1
    )
    yield connected
    await connected.close()


async def append(netledger, count=1):
    """Raises so many alerts; the last position."""
    position = 0
    for _ in range(count):
        key = f"test/{uuid4()}"
        command = RaiseAlert(key=key, severity="low", title="an event to relay")
        outcome = await netledger.console.bus.execute(
            ALERT.to(alert_id(key), command, new=True), by=netledger.console.by()
        )
        position = outcome.position
    return position


async def stream_position(client):
    try:
        return (await client.jetstream().stream_info(LEDGER_STREAM)).state.last_seq
    except (nats.errors.Error, TimeoutError):
        return 0


async def relayed(client, position):
    """Waits until the stream is there."""

    async def there():
        return await stream_position(client) >= position

    await until(there)


async def stored(client):
    """All messages of the stream, in order."""
    jetstream = client.jetstream()
    last = await stream_position(client)
    return [await jetstream.get_msg(LEDGER_STREAM, number) for number in range(1, last + 1)]


async def assert_a_copy(netledger, client):
    """Each event of the ledger is on the stream once, at its position."""
    events = await netledger.events()
    messages = await stored(client)
    assert len(messages) == len(events)
    for event, message in zip(events, messages, strict=True):
        aggregate, name, _ = event.topic.split(".")
        assert message.seq == event.position
        assert message.subject == f"ledger.{aggregate}.{name}.{event.originator_id}"
        assert message.headers["Nats-Msg-Id"] == str(event.position)
        assert msgspec.json.decode(message.data)["position"] == event.position


async def test_a_subscriber_gets_every_event_with_its_metadata(netledger, client):
    by = netledger.console.by()
    key = alert_id("link down")
    raised = RaiseAlert(key="link down", severity="high", title="ether1 is down")
    await netledger.console.bus.execute(ALERT.to(key, raised, new=True), by=by)
    await netledger.console.bus.execute(ALERT.to(key, AcknowledgeAlert(reason="on my way")), by=by)
    async with netledger.worker("relay"):
        await relayed(client, await netledger.console.events.head())
        messages = await stored(client)
    body = msgspec.json.decode(messages[-1].data)
    assert messages[-1].subject == f"ledger.alert.acknowledged.{key}"
    assert body["type"] == "alert.acknowledged.v1"
    assert (body["aggregate"], body["aggregate_id"], body["version"]) == ("alert", str(key), 2)
    assert body["actor"] == {"kind": "cli", "id": by.actor.id, "name": by.actor.name}
    assert (body["reason"], body["correlation_id"]) == ("on my way", by.correlation_id)
    assert body["data"] == {"title": "ether1 is down", "previous": "firing"}
    await assert_a_copy(netledger, client)


async def test_personal_data_stays_sealed_on_the_stream(netledger, client):
    created = CreateUser(username="ada", role="admin", password_id="", email="ada@example.net")
    await netledger.console.bus.execute(USER.to(user_id("ada"), created), by=netledger.console.by())
    (event,) = await netledger.events("user.")
    assert event.event.email == "ada@example.net"
    async with netledger.worker("relay"):
        await relayed(client, event.position)
        message = (await stored(client))[event.position - 1]
    assert b"ada@example.net" not in message.data
    assert msgspec.json.decode(message.data)["data"]["email"]


async def test_events_appended_while_nats_is_away_arrive_once_and_in_order(netledger, broker, client):
    async with netledger.worker("relay"):
        await relayed(client, await append(netledger, 5))
        broker.stop()
        appending = asyncio.create_task(append(netledger, EVENTS))
        await append(netledger, 5)
        broker.start()
        await relayed(client, max(await appending, await append(netledger, 5)))
        await assert_a_copy(netledger, client)


async def test_a_stream_that_was_wiped_is_filled_from_the_first_event(
    netledger, broker, servers_folder, client
):
    async with netledger.worker("relay"):
        await relayed(client, await append(netledger, 20))
        broker.stop()
        shutil.rmtree(servers_folder / "nats" / "jetstream")
        broker.start()
        await relayed(client, await append(netledger, 3))
        await assert_a_copy(netledger, client)


async def test_a_stream_that_forgot_its_last_messages_gets_them_again(netledger, client):
    """As after a power cut: JetStream flushes to disk every two minutes."""
    async with netledger.worker("relay"):
        position = await append(netledger, 20)
        await relayed(client, position)
    kept = (await stored(client))[:12]
    jetstream = client.jetstream()
    config = (await jetstream.stream_info(LEDGER_STREAM)).config
    await jetstream.delete_stream(LEDGER_STREAM)
    await jetstream.add_stream(config)
    for message in kept:
        await jetstream.publish(message.subject, message.data, headers=dict(message.headers))
    async with netledger.worker("relay"):
        await relayed(client, position)
        await assert_a_copy(netledger, client)


async def test_a_stream_that_is_made_anew_keeps_the_places_of_its_subscribers(netledger, client):
    """What the relay does to a stream that a full disk has spoilt."""
    jetstream = client.jetstream()
    async with netledger.worker("relay"):
        await relayed(client, await append(netledger, 10))
        subscription = await jetstream.pull_subscribe("ledger.alert.raised.>", durable="mine")
        first = await subscription.fetch(4)
        for message in first:
            await message.ack_sync()
        assert await renew(jetstream)
        await relayed(client, await append(netledger))
        await assert_a_copy(netledger, client)
        again = await jetstream.pull_subscribe("ledger.alert.raised.>", durable="mine")
        (following,) = await again.fetch(1)
        assert following.metadata.sequence.stream == first[-1].metadata.sequence.stream + 1


async def test_two_relays_publish_nothing_twice(netledger, client):
    async with netledger.worker("relay"):
        async with netledger.worker("relay"):
            await relayed(client, await append(netledger, 20))
        await relayed(client, await append(netledger, 20))
        await assert_a_copy(netledger, client)


async def test_the_stream_of_another_ledger_is_left_alone(netledger, client, capsys):
    jetstream = client.jetstream()
    await jetstream.add_stream(name=LEDGER_STREAM, subjects=["ledger.>"])
    foreign = {"position": 1, "type": "alert.raised.v1", "aggregate_id": str(uuid4()), "version": 1}
    await jetstream.publish("ledger.alert.raised.someone", msgspec.json.encode(foreign))
    await append(netledger, 3)
    async with netledger.worker("relay"):

        async def refused():
            return "this ledger does not have" in capsys.readouterr().out

        await until(refused)
        assert await stream_position(client) == 1

        await jetstream.delete_stream(LEDGER_STREAM)
        await relayed(client, await netledger.console.events.head())
        await assert_a_copy(netledger, client)


async def test_an_event_too_large_for_the_server_goes_without_its_data(netledger, tmp_path, master_key):
    """As with a NATS server of the user's in its default configuration, which takes a megabyte."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).parent / "nats-server"
    server = await asyncio.create_subprocess_exec(
        program,
        "-js",
        "-sd",
        str(tmp_path),
        "-a",
        "127.0.0.1",
        "-p",
        str(port),
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"nats://127.0.0.1:{port}"
    configuration = msgspec.structs.replace(netledger.configuration, nats_url=url)
    raised = RaiseAlert(key="large", severity="low", title="large", detail={"text": "y" * 2**21})
    await netledger.console.bus.execute(
        ALERT.to(alert_id("large"), raised, new=True), by=netledger.console.by()
    )
    position = await append(netledger)
    try:
        async with Installation(configuration, master_key, netledger.console).worker("relay"):
            client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
            await relayed(client, position)
            message = msgspec.json.decode((await stored(client))[position - 2].data)
            await client.close()
        assert message["type"] == "alert.raised.v1"
        assert message["data"] is None
        assert message["left_out_bytes"] > 2**21
    finally:
        server.terminate()
        await server.wait()
