"""`netledger devices`: the inventory as a table."""

from typing import Any, Literal

from rich.console import Console as Terminal
from rich.table import Table
from rich.text import Text

from projections import inventory_queries
from projections.inventory_queries import AsOf, DeviceRow

Status = Literal["up", "down", "unknown", "maintenance"]
_STATUS: dict[str, str] = {
    "up": "[green]● up[/]",
    "down": "[red]✗ down[/]",
    "maintenance": "[yellow]⚒ maintenance[/]",
    "unknown": "[dim]? unknown[/]",
}


async def show(
    conn: Any, terminal: Terminal, *, limit: int, as_of: AsOf | None = None, **filters: Any
) -> None:
    rows = await inventory_queries.page(conn, limit=limit, as_of=as_of, **filters)
    total = await inventory_queries.count(conn, as_of=as_of, **filters)
    terminal.print(table(rows))
    if total > len(rows):
        terminal.print(f"{len(rows)} of {total} devices; --limit shows more")
    elif not rows:
        terminal.print("no devices; find some with: netledger discover 10.0.0.0/24")


def table(rows: list[DeviceRow]) -> Table:
    """Names and models come from devices, so they are shown as text and never as markup."""
    result = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("status", "name", "address", "vendor", "model", "OS", "version", "serial", "type"):
        result.add_column(heading, overflow="fold")
    for row in rows:
        cells = (
            row.name,
            row.address,
            row.vendor,
            row.model,
            row.os_name or row.os,
            row.os_version,
            row.serial,
            row.type,
        )
        result.add_row(Text.from_markup(_STATUS.get(row.status, row.status)), *(Text(cell) for cell in cells))
    return result
