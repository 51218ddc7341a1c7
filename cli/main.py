"""The `netledger` command."""

import os
import socket
import sys
from io import TextIOWrapper
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console as Terminal

from adapters.embedded.process import ServerStartError
from adapters.ledger.seals import LedgerSeals
from adapters.vault.master_key import MasterKeyError
from adapters.work_notes import present_on
from cli import devices as device_list
from cli import discoveries, history, proofs, read_models, user_commands
from cli.config import ConfigurationError
from cli.console import Console
from cli.instance import with_running_servers
from cli.invocation import check_known, configured, in_console, terminal
from cli.score import score as score_stream
from cli.up import Stopping
from cli.up import up as run_everything
from domain.configuration import Configuration
from domain.discovery import PROBES, StartDiscovery
from domain.errors import DomainError
from workers.kinds import KINDS

if TYPE_CHECKING:
    from cli.lab import Lab

app = typer.Typer(
    help="Netledger, the network control plane that remembers everything.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(user_commands.app, name="user")
LAB_NETWORK, LAB_SIZE = "127.64.0.0/24", 24


def _lab(configuration: Configuration, network: str, size: int) -> "Lab":
    from cli.lab import Lab  # a fifth of a second of imports that workers and the API need not wait for

    return Lab(configuration.data_dir, terminal, network=IPv4Network(network), size=size)


@app.command()
def up(
    lab: Annotated[bool, typer.Option(help="also start simulated devices and discover them")] = False,
) -> None:
    """Start everything on this machine: PostgreSQL, NATS, workers, the API."""
    configuration, key = configured()
    simulated = _lab(configuration, LAB_NETWORK, LAB_SIZE) if lab else None
    try:
        run_everything(configuration, key, terminal, simulated.after_start if simulated else None)
    finally:
        if simulated is not None:
            simulated.stop()


@app.command()
def serve() -> None:
    """Run the API alone; needs NETLEDGER_DATABASE_URL and NETLEDGER_NATS_URL, or a running instance."""
    from cli import serve as processes  # half a second of imports that other commands need not wait for

    configuration, key = configured()
    processes.serve(with_running_servers(configuration), key)


@app.command()
def worker(
    only: Annotated[
        list[str] | None, typer.Option(help=f"one of {', '.join(KINDS)}; repeat for more")
    ] = None,
) -> None:
    """Run a worker; as many as you like, on as many machines as you like."""
    check_known("service", only, KINDS)
    from cli import serve as processes

    configuration, key = configured()
    processes.work(with_running_servers(configuration), key, only or KINDS)


@app.command("worker-health")
def worker_health() -> None:
    """Status 0 where this host's worker gave a sign of life within 20 s."""

    async def act(console: Console) -> None:
        if not await present_on(console.pool, socket.gethostname(), within_s=20):
            raise typer.Exit(1)

    in_console(act)


@app.command()
def discover(
    targets: Annotated[list[str], typer.Argument(help="networks, ranges, addresses, names")],
    exclude: Annotated[list[str] | None, typer.Option(help="what to leave out")] = None,
    probe: Annotated[
        list[str] | None, typer.Option(help=f"one of {', '.join(PROBES)}; repeat for more; left out: all")
    ] = None,
    site: Annotated[
        str, typer.Option(help="where this network is: the same address at two sites is two devices")
    ] = "",
    reason: Annotated[str, typer.Option(help="why, for the audit")] = "",
) -> None:
    """Discover a network with all stored credentials."""
    check_known("probe", probe, PROBES)
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
    vendor: Annotated[str | None, typer.Option(help="of this vendor alone")] = None,
    status: Annotated[device_list.Status | None, typer.Option(help="of those that are so alone")] = None,
    site: Annotated[str | None, typer.Option(help="of this site alone")] = None,
    limit: Annotated[int, typer.Option(min=1, help="so many at the most")] = 100,
) -> None:
    """Show the inventory."""

    async def act(console: Console) -> None:
        async with console.pool.connection() as conn:
            await device_list.show(conn, terminal, limit=limit, q=q, vendor=vendor, status=status, site=site)

    in_console(act)


@app.command()
def audit(
    device: Annotated[str | None, typer.Option(help="id of a device")] = None,
    actor: Annotated[str | None, typer.Option(help="name or id")] = None,
    event_type: Annotated[
        str | None, typer.Option("--type", help="whole, or a prefix ending in a dot")
    ] = None,
    since: Annotated[str | None, typer.Option(help="RFC 3339")] = None,
    until: Annotated[str | None, typer.Option(help="RFC 3339")] = None,
    limit: Annotated[int, typer.Option(min=1, help="so many of the latest")] = 50,
) -> None:
    """Show what happened, who did it and why; the latest last."""

    async def act(console: Console) -> None:
        await history.show_audit(
            console,
            terminal,
            limit=limit,
            device_id=device,
            actor=actor,
            type=event_type,
            since=since,
            until=until,
        )

    in_console(act)


@app.command()
def replay(
    after: Annotated[int, typer.Option(help="begin above this position")] = 0,
    upto: Annotated[int | None, typer.Option(help="end at this position")] = None,
    event_type: Annotated[
        list[str] | None, typer.Option("--type", help="whole, or a prefix ending in a dot; repeat for more")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="write JSON lines here instead of to stdout")] = None,
    publish: Annotated[str | None, typer.Option(help="publish to NATS under this subject instead")] = None,
) -> None:
    """Print or publish the events of a range."""
    configuration = with_running_servers(configured()[0])

    async def act(console: Console) -> None:
        await history.replay(
            console,
            Terminal(stderr=True, soft_wrap=True),
            after=after,
            upto=upto,
            topics=event_type or (),
            file=file,
            publish=publish,
            nats_url=configuration.nats_url,
        )

    in_console(act)


@app.command()
def rebuild(name: Annotated[str, typer.Argument(help="a read model: see `netledger projections`")]) -> None:
    """Rebuild a read model from the ledger, beside the copy that serves."""

    async def act(console: Console) -> None:
        await read_models.rebuild_named(console, terminal, name)

    in_console(act)


@app.command()
def projections() -> None:
    """Show how far each read model is."""

    async def act(console: Console) -> None:
        await read_models.show(console, terminal)

    in_console(act)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Option(help="an export, instead of the database")] = None,
    public_key: Annotated[
        str | None, typer.Option(help="for an export: what `netledger public-key` printed")
    ] = None,
) -> None:
    """Check the whole ledger against its hash chain; status 2 where it is not what was written."""
    if file is not None:
        if public_key is None:
            raise ConfigurationError("--file needs --public-key, from a source that you trust")
        intact = proofs.verify_file(file, public_key, terminal)
    else:
        configuration, key = configured()
        url = with_running_servers(configuration).database_url
        intact = proofs.verify_database(url, LedgerSeals(key.derive("ledger")), terminal)
    if not intact:
        raise typer.Exit(2)


@app.command("export-ledger")
def export_ledger(path: Annotated[Path, typer.Argument(help="file to write, .jsonl.zst")]) -> None:
    """Write the whole ledger to a file that can be verified elsewhere, offline."""
    configuration, key = configured()
    url = with_running_servers(configuration).database_url
    proofs.export_database(url, LedgerSeals(key.derive("ledger")), path, terminal)


@app.command("public-key")
def public_key() -> None:
    """Print the key that checkpoints are verified with; keep it elsewhere."""
    _, key = configured()
    terminal.print(LedgerSeals(key.derive("ledger")).public_key.hex(), highlight=False)


@app.command()
def openapi() -> None:
    """Print the schema of the API, for generating clients."""
    from cli.schema import api_schema  # imports the whole API

    sys.stdout.buffer.write(api_schema() + b"\n")


@app.command()
def score() -> None:
    """Read `timestamp,value` lines after a header on stdin; write one anomaly score in [0, 1] a line, as they come."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    try:
        score_stream(sys.stdin, sys.stdout, tell=lambda line: typer.echo(line, err=True))
    except BrokenPipeError:  # who reads the scores has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def lab(
    network: Annotated[str, typer.Option(help="loopback addresses for the devices")] = LAB_NETWORK,
    size: Annotated[int, typer.Option(help="devices, from 12")] = LAB_SIZE,
) -> None:
    """Run simulated devices until Ctrl-C, with their credentials printed, for trying things out."""
    configuration, _ = configured()
    simulated = _lab(configuration, network, size)
    stopping = Stopping()
    stopping.install()
    try:
        ready = simulated.start()
        terminal.print_json(msgspec.json.encode(ready).decode())
        while not stopping.wait(1.0):
            pass
    finally:
        simulated.stop()


def main() -> None:
    """Expected errors are one line on stderr and status 1; anything else is a fault of ours and shows itself."""
    try:
        app()
    except (ConfigurationError, MasterKeyError, ServerStartError) as error:
        Terminal(stderr=True, soft_wrap=True).print(f"[red]netledger:[/] {error}", highlight=False)
        sys.exit(1)
    except DomainError as error:
        where = f" ({error.details['field']})" if "field" in error.details else ""
        Terminal(stderr=True, soft_wrap=True).print(
            f"[red]{error.code}[/]: {error.message}{where}", highlight=False
        )
        sys.exit(1)
