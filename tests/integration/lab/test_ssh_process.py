"""The simulated SSH devices as a process of their own, and its orders."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import asyncssh
import pytest


class Lab:
    def __init__(self, process: asyncio.subprocess.Process, ready: dict[str, Any]) -> None:
        self._process = process
        self.ready = ready

    async def order(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer

    async def login(self, address: str) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            address,
            self.ready["port"],
            username="admin",
            password="lab",
            known_hosts=None,
            config=[],
            agent_path=None,
        )


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lab.ssh.process", "--network", "127.66.53.0/24", "--count", "6"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        yield Lab(process, json.loads(await process.stdout.readline()))
    process.terminate()
    await process.wait()


async def test_every_family_listens_and_takes_orders(lab: Lab) -> None:
    assert len({device["platform"] for device in lab.ready["devices"]}) == 6
    address = lab.ready["devices"][0]["address"]
    assert "hostname lab-1" in (await lab.order(config=address))["text"]
    assert await lab.order(fault={"kind": "hang"}, device=address) == {"ok": True}
    assert await lab.order(clear=address) == {"ok": True}
    assert (await lab.order(nonsense=1))["ok"] is False
    assert (await lab.order(fault={"kind": "hang"}, device="127.0.0.99"))["ok"] is False


async def test_logins_are_refused_and_keys_change_on_request(lab: Lab) -> None:
    address = lab.ready["devices"][0]["address"]
    first = await asyncssh.get_server_host_key(address, lab.ready["port"], config=[])
    await lab.order(refuse_logins=True, device=address)
    with pytest.raises(asyncssh.PermissionDenied):
        await lab.login(address)
    await lab.order(refuse_logins=False, device=address)
    await lab.order(new_key=address)
    second = await asyncssh.get_server_host_key(address, lab.ready["port"], config=[])
    assert first is not None
    assert second is not None
    assert first.get_fingerprint() != second.get_fingerprint()
    (await lab.login(address)).abort()


async def test_a_restart_breaks_connections_and_the_device_returns(lab: Lab) -> None:
    address = lab.ready["devices"][1]["address"]
    connection = await lab.login(address)
    await lab.order(reboot=address, down_s=0.2)
    await connection.wait_closed()
    while True:
        try:
            connection = await lab.login(address)
            break
        except OSError:
            await asyncio.sleep(0.05)
    connection.abort()
