"""A simulated fleet as a process of its own: its options, the line that says that it is ready, and orders over standard input."""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

Obey = Callable[[bytes], Awaitable[dict[str, Any]]]


def fleet_options(description: str, network: str) -> argparse.ArgumentParser:
    """The options of every fleet of devices of one kind."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--network", default=network)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
    parser.add_argument("--size", type=int, default=0, help="of the network of `lab.snmp_process`")
    parser.add_argument("--seed", type=int, default=1, help="of the network of `lab.snmp_process`")
    parser.add_argument("--map", type=Path, help="file to write the ready line to as well")
    return parser


async def obey_until_stopped(ready: msgspec.Struct, obey: Obey, *, map_file: Path | None) -> None:
    """Says that all listen, then answers orders until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    if map_file:
        await asyncio.to_thread(map_file.write_bytes, msgspec.json.encode(ready))
    _say(msgspec.to_builtins(ready))
    obeying = asyncio.create_task(_obey_all(obey))
    await stopped.wait()
    obeying.cancel()


async def _obey_all(obey: Obey) -> None:
    async for line in orders():
        _say(await obey(line))


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def orders() -> AsyncIterator[bytes]:
    """Lines as they come; none where standard input is nothing that can be waited for, such as /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # closed
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()):
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line
