"""`netledger discover`: requests a discovery and shows how it goes."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.console import Console
from domain.discovery import DISCOVERY, StartDiscovery
from domain.operation import ENDED, OPERATION, CancelOperation, RequestOperation
from domain.targets import parse_targets
from projections import operations
from projections.operations import OperationRow

_LOOK_S = 0.2


async def discover(console: Console, request: StartDiscovery, terminal: Terminal) -> OperationRow:
    """Returns when it has ended; Ctrl-C cancels it."""
    parse_targets(request.targets, request.exclude)
    operation_id = uuid4()
    command = RequestOperation(kind=DISCOVERY, params=msgspec.to_builtins(request), reason=request.reason)
    outcome = await console.bus.execute(OPERATION.to(operation_id, command, new=True), by=console.by())
    await console.watch.wait_for_projection("operations", outcome.position, 10)
    try:
        return await _follow(console, operation_id, terminal)
    except asyncio.CancelledError:
        await console.bus.execute(OPERATION.to(operation_id, CancelOperation()), by=console.by())
        raise


async def _follow(console: Console, operation_id: UUID, terminal: Terminal) -> OperationRow:
    columns = (
        TextColumn("[bold]discovery"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("addresses, {task.fields[found]} answers, {task.fields[new]} new devices"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal, transient=not terminal.is_terminal) as bar:
        task = bar.add_task("discovery", total=None, found=0, new=0)
        while True:
            async with console.pool.connection() as conn:
                row = await operations.one(conn, str(operation_id))
            if row is None:  # the read model is behind, as after an import
                await asyncio.sleep(_LOOK_S)
                continue
            notes: dict[str, Any] = row.progress
            bar.update(
                task,
                completed=notes["done"],
                total=notes["total"] or None,
                found=notes.get("found", 0),
                new=notes.get("new", 0),
            )
            if row.state in ENDED:
                return row
            await asyncio.sleep(_LOOK_S)


def tell(row: OperationRow, terminal: Terminal) -> None:
    """The honest summary: what was found, and what went wrong, by kind."""
    result = row.result or {}
    if row.state != "succeeded":
        error = row.error or {"message": "no reason given"}
        terminal.print(f"[red]discovery {row.state}[/]: {error['message'] if row.state == 'failed' else ''}")
    terminal.print(
        f"{result.get('scanned', 0)} addresses scanned in {result.get('seconds', 0)} s: "
        f"{result.get('found', 0)} answers, {result.get('new', 0)} new devices, {result.get('changed', 0)} changed, "
        f"{result.get('merged', 0)} merged, {result.get('unreachable', 0)} gone"
    )
    for kind, count in sorted(result.get("errors", {}).items()):
        terminal.print(f"  [yellow]{count} × {kind.replace('_', ' ')}[/]")
