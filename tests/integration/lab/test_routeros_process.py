"""A fleet of simulated routers as a process: it says when it is ready, obeys orders, and ends when told."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from typing import Any

import librouteros
import pytest
from librouteros.exceptions import TrapError


class Process:
    def __init__(self, process: asyncio.subprocess.Process, ready: dict[str, Any]) -> None:
        self.process = process
        self.ready = ready

    async def order(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(self.process.stdout.readline(), 10))
        return answer

    async def connect(self, address: str, **options: Any) -> librouteros.api.AsyncApi:
        options = {"port": self.ready["port"], "timeout": 5, **options}
        return await librouteros.async_connect(address, "admin", "lab", **options)


@pytest.fixture
async def lab() -> AsyncIterator[Process]:
    command = [
        "-m",
        "lab.routeros.process",
        "--network",
        "127.65.41.0/24",
        "--count",
        "3",
        "--tls",
        "--versions",
        "7.16.2",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    yield Process(process, ready)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def identity(api: librouteros.api.AsyncApi) -> str:
    rows = [row async for row in api.rawCmd("/system/identity/print")]
    return str(rows[0]["name"])


async def test_it_serves_and_obeys(lab: Process) -> None:
    addresses = [router["address"] for router in lab.ready["routers"]]
    assert addresses == ["127.65.41.1", "127.65.41.2", "127.65.41.3"]
    for router in lab.ready["routers"]:
        api = await lab.connect(router["address"])
        assert await identity(api) == router["name"]
        await api.close()
    context = ssl.create_default_context(cafile=lab.ready["ca_file"])
    api = await lab.connect(addresses[0], port=lab.ready["tls_port"], ssl_wrapper=context)
    assert await identity(api) == "lab-127-65-41-1"
    fault = {"kind": "reject", "command": "/system/identity", "message": "failure: no"}
    assert await lab.order(fault=fault, router=addresses[0]) == {"ok": True}
    with pytest.raises(TrapError, match="failure: no"):
        await identity(api)
    await api.close()
    by_hand = await lab.order(run="/ppp/secret/print", router=addresses[1], words=["=count-only="])
    assert by_hand["ret"] == "10"
    assert (await lab.order(reboot="all", down_s=30))["ok"]
    with pytest.raises(OSError, match="Connect call failed"):
        await lab.connect(addresses[2])
    assert not (await lab.order(nonsense=1))["ok"]
    assert not (await lab.order(drop="127.0.0.9"))["ok"]
