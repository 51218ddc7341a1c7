"""How a router is: /system/resource, /system/identity and /system/history."""

from adapters.routeros.dialogue import Dialogue
from adapters.routeros.values import number, uptime_s
from adapters.routeros.wire import Row
from domain.router_reads import RouterHealth, RouterHistoryEntry

_RESOURCE = ("cpu-load", "free-memory", "total-memory", "uptime", "version", "board-name")


async def health(dialogue: Dialogue, *, name: str = "", latency_ms: float | None = None) -> RouterHealth:
    """One command: what is known already (name, latency) is handed in."""
    rows = await dialogue.rows("/system/resource", _RESOURCE)
    row = rows[0] if rows else {}
    cpu = number(row.get("cpu-load", "").removesuffix("%"))
    return RouterHealth(
        cpu_percent=None if cpu is None else float(cpu),
        memory_percent=_memory_percent(row),
        uptime_s=uptime_s(row.get("uptime", "")),
        version=row.get("version", ""),
        board=row.get("board-name", ""),
        name=name,
        latency_ms=latency_ms,
    )


def _memory_percent(row: Row) -> float | None:
    free, total = number(row.get("free-memory", "")), number(row.get("total-memory", ""))
    if free is None or not total or free > total:
        return None
    return round(100.0 * (total - free) / total, 1)


async def identity(dialogue: Dialogue) -> str:
    rows = await dialogue.rows("/system/identity", ["name"])
    return rows[0].get("name", "") if rows else ""


async def history(dialogue: Dialogue) -> tuple[RouterHistoryEntry, ...]:
    """Newest first, as the router keeps it."""
    rows = await dialogue.rows("/system/history", ["action", "by", "time"])
    return tuple(
        RouterHistoryEntry(action=row.get("action", ""), by=row.get("by", ""), time=row.get("time", ""))
        for row in rows
    )
