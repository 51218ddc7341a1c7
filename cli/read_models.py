"""`netledger rebuild` and `netledger projections`."""

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.config import ConfigurationError
from cli.console import Console
from projections.catalogue import projections
from projections.rebuild import rebuild
from projections.standing import standings


async def rebuild_named(console: Console, terminal: Terminal, name: str) -> None:
    """Beside the serving copy, with a bar; the swap at the end is one transaction."""
    known = {projection.name: projection for projection in projections()}
    if name not in known:
        raise ConfigurationError(f"no read model {name}; there are {', '.join(known)}")
    columns = (
        TextColumn("[bold]rebuild {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal) as bar:
        task = bar.add_task(name, total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=max(total, 1))

        position = await rebuild(console.url, known[name], console.events, progress=progress)
    terminal.print(f"{name} rebuilt up to position {position} and serving")


async def show(console: Console, terminal: Terminal) -> None:
    async with console.pool.connection() as conn:
        rows = await standings(conn)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("read model", "state", "position", "lag", "rows"):
        table.add_column(heading, justify="left" if heading in ("read model", "state") else "right")
    for row in rows:
        table.add_row(row.name, row.state, str(row.position), str(row.lag), str(row.rows))
    terminal.print(table)
