"""`netledger up`: everything on one machine, started in order, watched, and ended in order."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import FrameType
from urllib.error import HTTPError, URLError

import msgspec
from rich.console import Console as Terminal

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.process import ServerProcess, ServerStartError, wait_until
from adapters.vault.key_check import check_master_key
from adapters.vault.master_key import MasterKey
from cli.config import PREFIX, ConfigurationError
from cli.console import open_console
from cli.instance import Running, announce, held
from cli.prepare import ensure_admin, prepare_database
from domain.configuration import Configuration

_READY_S = 60.0
_WATCH_S = 0.5
_RESTART_PAUSE_S = 1.0

AfterStart = Callable[[Configuration, MasterKey, "Stopping"], None]


class Stopping:
    """Set by SIGINT and SIGTERM; a second Ctrl-C changes nothing, since the end is under way."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._event.set()

    def wait(self, timeout_s: float) -> bool:
        return self._event.wait(timeout_s)

    @property
    def asked(self) -> bool:
        return self._event.is_set()


def up(
    configuration: Configuration, key: MasterKey, terminal: Terminal, after_start: AfterStart | None
) -> None:
    """Returns when asked to stop. Raises ConfigurationError or ServerStartError."""
    stopping = Stopping()
    stopping.install()
    with held(configuration), ExitStack() as stack:
        _refuse_taken_port(configuration)
        began = time.monotonic()
        running, servers = _start_servers(configuration, stack, terminal)
        asyncio.run(prepare_database(running.database_url))
        check_master_key(running.database_url, key)
        password = asyncio.run(_admin(running, key))
        processes = _start_processes(running, stack)
        url = f"http://{_shown_host(running)}:{running.http_port}"
        wait_until_ready(f"{url}/api/v1/health/ready", processes, stopping)
        announce(configuration, Running(os.getpid(), running.database_url, running.nats_url))
        terminal.print(f"ready after {time.monotonic() - began:.1f} s")
        if after_start is not None and not stopping.asked:
            after_start(running, key, stopping)
        if not stopping.asked:
            _tell(terminal, url, password, configuration)
        _watch([*servers, *processes], stopping, terminal)
        terminal.print("stopping ...")
    terminal.print("stopped")


def _start_servers(
    configuration: Configuration, stack: ExitStack, terminal: Terminal
) -> tuple[Configuration, list["EmbeddedPostgres | EmbeddedNats"]]:
    servers: list[EmbeddedPostgres | EmbeddedNats] = []
    changes: dict[str, str] = {}
    for name, field, make in (
        ("PostgreSQL", "database_url", EmbeddedPostgres),
        ("NATS", "nats_url", EmbeddedNats),
    ):
        if getattr(configuration, field):
            continue
        with terminal.status(f"starting {name} ..."):
            server: EmbeddedPostgres | EmbeddedNats = make(configuration.data_dir)
            stack.callback(server.stop)
            server.start()
        servers.append(server)
        changes[field] = server.url
    return msgspec.structs.replace(configuration, **changes), servers


def _start_processes(configuration: Configuration, stack: ExitStack) -> list[ServerProcess]:
    """Workers before the API, so that read models are fed when the first request comes; ended the other way round."""
    env = _environment(configuration)
    processes: list[ServerProcess] = []
    commands = [(f"worker {number + 1}", "worker") for number in range(configuration.workers)]
    for name, command in [*commands, ("API", "serve")]:
        process = ServerProcess(
            name,
            [sys.executable, "-m", "cli", command],
            log=configuration.data_dir / f"{command}.log",
            stop_signal=signal.SIGTERM,
            env=env,
        )
        stack.callback(process.stop)
        process.start()
        processes.append(process)
    return processes


def _environment(configuration: Configuration) -> dict[str, str]:
    """The configuration for child processes; the first password is no business of theirs."""
    values = msgspec.to_builtins(configuration, enc_hook=str)
    given = {PREFIX + name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
             for name, value in values.items() if name != "admin_password" and value != ""}  # fmt: skip
    rest = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**rest, **given}


async def _admin(configuration: Configuration, key: MasterKey) -> str | None:
    async with open_console(configuration, key) as console:
        return await ensure_admin(console, configuration.admin_password)


def _refuse_taken_port(configuration: Configuration) -> None:
    try:
        family = socket.getaddrinfo(configuration.http_host, None, type=socket.SOCK_STREAM)[0][0]
    except OSError:
        raise ConfigurationError(
            f"bad setting NETLEDGER_HTTP_HOST: {configuration.http_host} is no address of this machine"
        ) from None
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((configuration.http_host, configuration.http_port))
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {configuration.http_host}:{configuration.http_port} ({error.strerror}); "
                "set NETLEDGER_HTTP_PORT to a free port"
            ) from None


def wait_until_ready(
    url: str, processes: Sequence[ServerProcess], stopping: Stopping, patience_s: float = _READY_S
) -> None:
    """Raises ServerStartError. As long as read models come nearer to the ledger's end there is something to wait for:
    after an import or an update they may have millions of events to go."""
    lag = 0

    def ready() -> bool:
        nonlocal lag
        if stopping.asked:
            return True
        for process in processes:
            if not process.running:
                raise process.fail("ended at once")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except HTTPError as refused:
            with contextlib.suppress(msgspec.DecodeError, LookupError, TypeError, ValueError, OSError):
                lag = int(msgspec.json.decode(refused.read())["services"]["projections"]["lag"])
            return False
        except (URLError, OSError):
            return False

    before: int | None = None
    while not wait_until(ready, patience_s):
        if not lag or (before is not None and lag >= before):
            behind = f", read models are {lag} events behind" if lag else ""
            raise ServerStartError(f"not ready within {patience_s:.0f} s{behind}; see the logs")
        before = lag


def _shown_host(configuration: Configuration) -> str:
    host = configuration.http_host
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{host}]" if ":" in host else host


def _tell(terminal: Terminal, url: str, password: str | None, configuration: Configuration) -> None:
    terminal.print(
        f"\n[bold]Netledger[/] answers at [bold link={url}]{url}[/]  (API reference: {url}/api/v1/docs)"
    )
    if password is not None:
        terminal.print(f"user [bold]admin[/], password [bold]{password}[/]  (shown this once)")
    elif configuration.admin_password:
        terminal.print("user [bold]admin[/], password as in NETLEDGER_ADMIN_PASSWORD at the first start")
    else:
        terminal.print(
            "user [bold]admin[/], password as shown at the first start (`netledger user passwd admin` sets another)"
        )
    terminal.print(f"data and logs: {configuration.data_dir}   Ctrl-C stops everything")


def _watch(
    processes: "list[ServerProcess | EmbeddedPostgres | EmbeddedNats]", stopping: Stopping, terminal: Terminal
) -> None:
    """Starts again whatever ends by itself; the others reconnect to it."""
    while not stopping.wait(_WATCH_S):
        for process in processes:
            process.rotate()
            if process.running:
                continue
            name = process.name if isinstance(process, ServerProcess) else type(process).__name__
            terminal.print(f"[yellow]{name} ended, starting it again[/]")
            if stopping.wait(_RESTART_PAUSE_S):
                return
            try:
                process.start()
            except ServerStartError as error:
                terminal.print(f"[red]{error}[/]")
