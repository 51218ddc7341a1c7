"""`netledger audit` and `netledger replay`: the past as a timeline for people, and as events for programs."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import nats
from rich.console import Console as Terminal
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from adapters.jetstream.publisher import subject
from cli.config import ConfigurationError
from cli.console import Console
from domain.codec import message
from projections import audit
from projections.inventory_queries import named


async def show_audit(console: Console, terminal: Terminal, *, limit: int, **filters: Any) -> None:
    async with console.pool.connection() as conn:
        entries = await audit.timeline(conn, limit=limit, everything=True, **filters)
        names = await named(conn, [entry.device_id for entry in entries if entry.device_id])
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("position", "time (UTC)", "who", "what", "about", "why"):
        table.add_column(heading, justify="right" if heading == "position" else "left", overflow="fold")
    for entry in reversed(entries):
        about = names.get(entry.device_id or "", "") or entry.subject["type"]
        cells = (entry.actor["name"], entry.summary, about, entry.reason)
        table.add_row(
            str(entry.position), entry.occurred_at[:19].replace("T", " "), *(Text(c) for c in cells)
        )
    terminal.print(table)


async def replay(
    console: Console,
    terminal: Terminal,
    *,
    after: int,
    upto: int | None,
    topics: Sequence[str],
    file: Path | None,
    publish: str | None,
    nats_url: str,
) -> None:
    """Events of a range as JSON lines to stdout or a file, or published to NATS under a subject of your choice.

    No side effect of the past fires again: read models and workers do not listen to replays.
    """
    if publish is not None and publish.split(".")[0] in ("ledger", "progress", "telemetry"):
        raise ConfigurationError(
            "--publish needs a subject of its own, such as replay; ledger.> is the live stream"
        )
    head = await console.events.head()
    end = min(upto, head) if upto is not None else head
    count = 0
    with ExitStack() as stack:
        out = stack.enter_context(file.open("wb")) if file else sys.stdout.buffer
        client = await nats.connect(nats_url) if publish is not None else None
        shown = file is not None or publish is not None
        bar = stack.enter_context(Progress(console=terminal, disable=not shown))
        task = bar.add_task("replay", total=max(0, end - after))
        async for recorded in console.events.stream(after, upto=end, topics=topics):
            body = msgspec.json.encode(message(recorded))
            if client is not None:
                await client.publish(
                    f"{publish}.{subject(recorded)}", body, headers={"Nats-Msg-Id": str(recorded.position)}
                )
            else:
                out.write(body + b"\n")
            count += 1
            if count % 500 == 0:
                bar.update(task, completed=recorded.position - after)
        bar.update(task, completed=max(0, end - after))
        if client is not None:
            await asyncio.wait_for(client.drain(), 30)
    if shown:
        terminal.print(f"{count} events replayed")
