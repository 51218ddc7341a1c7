"""Processes of their own: the API, and workers."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence

import uvicorn
import uvloop

from adapters.vault.key_check import check_master_key
from adapters.vault.master_key import MasterKey
from api.app import create_app
from cli.console import open_console
from cli.garbage import collect_seldom
from cli.prepare import ADMIN, ensure_admin, prepare_database
from cli.websocket_texts import WebSocketTexts
from domain.configuration import Configuration
from workers import main as workers


def serve(configuration: Configuration, key: MasterKey) -> None:
    """Serves HTTP and WebSockets until SIGTERM or SIGINT."""
    asyncio.run(_prepare(configuration, key))
    app = create_app(configuration, key)
    collect_seldom()
    uvicorn.run(
        app,
        host=configuration.http_host,
        port=configuration.http_port,
        loop="uvloop",
        http="httptools",
        ws=WebSocketTexts,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=2**20,
        ws_per_message_deflate=False,  # frames are small and many; a window for each of thousands is not
    )


async def _prepare(configuration: Configuration, key: MasterKey) -> None:
    await prepare_database(configuration.database_url)
    check_master_key(configuration.database_url, key)
    async with open_console(configuration, key) as console:
        password = await ensure_admin(console, configuration.admin_password)
    if password is not None:
        print(f"user {ADMIN}, password {password}  (shown this once)", file=sys.stderr, flush=True)


def work(configuration: Configuration, key: MasterKey, kinds: Sequence[str]) -> None:
    """Runs workers until SIGTERM or SIGINT."""

    async def run() -> None:
        await prepare_database(configuration.database_url)
        check_master_key(configuration.database_url, key)
        task = asyncio.create_task(workers.run(configuration, key, kinds))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    collect_seldom()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
