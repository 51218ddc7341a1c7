"""The `netledger` command."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.console import Console as Terminal

from adapters.embedded.process import ServerStartError
from adapters.vault.master_key import MasterKey, MasterKeyError
from cli import devices as device_list
from cli import discoveries
from cli import serve as processes
from cli.config import ConfigurationError, load
from cli.console import Console, open_console
from cli.instance import master_key, with_running_servers
from cli.lab import Lab
from cli.logs import configure as configure_logs
from cli.up import up as run_everything
from domain.configuration import Configuration
from domain.discovery import PROBES, StartDiscovery
from domain.errors import DomainError
from workers.main import KINDS

app = typer.Typer(
    help="Netledger, the network control plane that remembers everything.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
terminal = Terminal(width=None if sys.stdout.isatty() else 160)


def configured() -> tuple[Configuration, MasterKey]:
    configuration = load(os.environ)
    configure_logs(configuration)
    return configuration, master_key(configuration)


def in_console(act: Callable[[Console], Awaitable[None]]) -> None:
    """Runs something against the running instance."""
    configuration, key = configured()
    connected = with_running_servers(configuration)

    async def run() -> None:
        async with open_console(connected, key) as console:
            await act(console)

    asyncio.run(run())


@app.command()
def up(
    lab: Annotated[bool, typer.Option(help="also start simulated devices and discover them")] = False,
) -> None:
    """Start everything on this machine: PostgreSQL, NATS, workers, the API."""
    configuration, key = configured()
    simulated = Lab(configuration.data_dir, terminal) if lab else None
    try:
        run_everything(configuration, key, terminal, simulated.after_start if simulated else None)
    finally:
        if simulated is not None:
            simulated.stop()


@app.command()
def serve() -> None:
    """Run the API alone; needs NETLEDGER_DATABASE_URL and NETLEDGER_NATS_URL, or a running instance."""
    configuration, key = configured()
    processes.serve(with_running_servers(configuration), key)


@app.command()
def worker(
    only: Annotated[
        list[str] | None, typer.Option(help=f"one of {', '.join(KINDS)}; repeat for more")
    ] = None,
) -> None:
    """Run a worker; as many as you like, on as many machines as you like."""
    configuration, key = configured()
    unknown = set(only or ()) - set(KINDS)
    if unknown:
        raise ConfigurationError(f"no worker {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    processes.work(with_running_servers(configuration), key, only or KINDS)


@app.command()
def discover(
    targets: Annotated[list[str], typer.Argument(help="networks, ranges, addresses, names")],
    exclude: Annotated[list[str] | None, typer.Option(help="what to leave out")] = None,
    probe: Annotated[list[str] | None, typer.Option(help=f"some of {', '.join(PROBES)}; default all")] = None,
    site: Annotated[
        str, typer.Option(help="where this network is: the same address at two sites is two devices")
    ] = "",
    reason: Annotated[str, typer.Option(help="why, for the audit")] = "",
) -> None:
    """Discover a network with all stored credentials."""
    request = StartDiscovery(
        targets=targets,
        exclude=exclude or [],
        probes=tuple(each for each in PROBES if not probe or each in probe),
        site=site,
        reason=reason,
    )

    async def act(console: Console) -> None:
        discoveries.tell(await discoveries.discover(console, request, terminal), terminal)

    in_console(act)


@app.command()
def devices(
    q: Annotated[str | None, typer.Argument(help="text in name, address, serial, model, ...")] = None,
    vendor: str | None = None,
    status: str | None = None,
    site: str | None = None,
    limit: int = 100,
) -> None:
    """Show the inventory."""

    async def act(console: Console) -> None:
        async with console.pool.connection() as conn:
            await device_list.show(conn, terminal, limit=limit, q=q, vendor=vendor, status=status, site=site)

    in_console(act)


def main() -> None:
    """Expected errors are one line on stderr and status 1; anything else is a fault of ours and shows itself."""
    try:
        app()
    except (ConfigurationError, MasterKeyError, ServerStartError) as error:
        Terminal(stderr=True).print(f"[red]netledger:[/] {error}", highlight=False)
        sys.exit(1)
    except DomainError as error:
        where = f" ({error.details['field']})" if "field" in error.details else ""
        Terminal(stderr=True).print(f"[red]{error.code}[/]: {error.message}{where}", highlight=False)
        sys.exit(1)
