"""The embedded NATS: its streams survive sudden death, and two instances do not disturb each other."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nats
import psutil
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.place import STATE_ROOT
from tests.integration.adapters.embedded.test_postgres import modes, restored_state_root


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


async def publish(url: str, number: int) -> int:
    """Publishes into a stream on disk and returns how many messages that holds."""
    client = await nats.connect(url, allow_reconnect=False)
    js = client.jetstream()
    await js.add_stream(name="KEPT", subjects=["kept.>"])
    for n in range(number):
        await js.publish(f"kept.{n}", b"x")
    messages = (await js.stream_info("KEPT")).state.messages
    await client.close()
    return messages


async def test_what_a_stream_holds_outlives_the_death_of_the_server(folder: Path) -> None:
    server = EmbeddedNats(folder)
    for number in range(3):
        server.start()
        assert await publish(server.url, 20) == 20 * (number + 1)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
    server.start()
    assert await publish(server.url, 0) == 60
    server.stop()


async def test_two_instances_stand_side_by_side_and_know_no_stranger(folder: Path) -> None:
    one, other = EmbeddedNats(folder / "one"), EmbeddedNats(folder / "other")
    one.start()
    other.start()
    try:
        await publish(one.url, 3)
        assert await publish(other.url, 1) == 1
        with pytest.raises(nats.errors.Error):
            await nats.connect(one.url.replace("nats://", "nats://x"), allow_reconnect=False)
        for server in (one, other):
            assert server.pid is not None
            assert {each.laddr.ip for each in psutil.Process(server.pid).net_connections("inet")} == {
                "127.0.0.1"
            }
    finally:
        one.stop()
        other.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has servers run as somebody else")
async def test_in_a_private_home_nothing_is_loosened() -> None:
    home = Path(tempfile.mkdtemp(prefix="home-"))
    data_dir = home / "netledger"
    data_dir.mkdir()
    before = modes(data_dir)
    with restored_state_root():
        server = EmbeddedNats(data_dir)
        server.start()
        assert await publish(server.url, 1) == 1
        assert list(STATE_ROOT.glob("*/nats/jetstream"))
        server.stop()
        assert modes(data_dir) == before
    shutil.rmtree(home)
