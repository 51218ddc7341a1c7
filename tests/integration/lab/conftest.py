"""Running simulated agents, and net-snmp's own commands to ask them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace

import msgspec
import pytest

from lab.snmp_agent import Agent
from lab.snmp_server import SnmpServer, serve

Start = Callable[[dict[str, Agent]], Awaitable[SnmpServer]]
Run = Callable[..., Awaitable["Ran"]]

COMMAND_LIMIT_S = 30


class Ran(msgspec.Struct, frozen=True):
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
async def start_agents() -> AsyncIterator[Start]:
    """Starts agents on a free port; they stop with the test."""
    running: list[SnmpServer] = []

    async def start(agents: dict[str, Agent]) -> SnmpServer:
        running.append(await serve(SimpleNamespace(agents=agents)))
        return running[-1]

    yield start
    for server in running:
        await server.stop()


@pytest.fixture
def net_snmp(tmp_path: object) -> Run:
    """Runs a net-snmp command without MIBs or the machine's settings, answers quickly tried again."""

    async def run_command(command: str, *arguments: str, timeout_s: float = 1, retries: int = 1) -> Ran:
        process = await asyncio.create_subprocess_exec(
            command,
            *("-m", "", "-On", "-t", str(timeout_s), "-r", str(retries)),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                "PATH": "/usr/bin:/bin",
                "SNMPCONFPATH": str(tmp_path),
                "SNMP_PERSISTENT_DIR": str(tmp_path),
            },
        )
        out, err = await asyncio.wait_for(process.communicate(), COMMAND_LIMIT_S)
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    return run_command
