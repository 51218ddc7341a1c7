"""Host keys: taken at first sight, refused when they change, before anything secret is said."""

import asyncssh
import pytest

from domain.config_ports import ConfigError
from lab.ssh.server import SshDeviceServer
from tests.integration.adapters.ssh.conftest import Bench


async def test_a_pinned_key_passes(bench: Bench) -> None:
    await bench.start("ios")
    first = await bench.read()
    again = await bench.read(host_key=first.seen.host_key)
    assert again.seen.host_key == first.seen.host_key
    assert not again.seen.first_sight


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
async def test_a_changed_key_is_refused_before_the_password_is_sent(bench: Bench, kind: str) -> None:
    await bench.start("ios")
    pinned = (await bench.read()).seen.host_key
    logins = bench.device().logins
    await bench.server().change_host_key(asyncssh.generate_private_key(kind))
    with pytest.raises(ConfigError) as raised:
        await bench.read(host_key=pinned)
    assert raised.value.code == "SSH_HOST_KEY_CHANGED"
    assert raised.value.details["pinned"] == pinned
    assert raised.value.details["presented"].startswith(f"{kind} SHA256:")
    assert bench.device().logins == logins


async def test_the_present_key_can_be_asked_for_without_a_login(bench: Bench) -> None:
    await bench.start("ios")
    seen = await bench.devices.host_key(bench.target(password="wrong"))
    assert seen.host_key == (await bench.read()).seen.host_key


async def test_an_rsa_key_is_pinned_whatever_signs_with_it(bench: Bench) -> None:
    await bench.start("ios")
    await bench.server().change_host_key(asyncssh.generate_private_key("ssh-rsa"))
    pinned = (await bench.read()).seen.host_key
    assert (await bench.read(host_key=pinned)).seen.host_key == pinned


async def test_an_old_device_is_reached_and_noted_as_weak(bench: Bench) -> None:
    await bench.start("ios")
    device = bench.device()
    await bench.server().stop()
    address = bench.address()
    old = SshDeviceServer(device, address, port=bench.fleet.port, weak=True)
    bench.fleet.servers[address] = old
    await old.start()
    assert (await bench.read()).seen.weak_algorithms
