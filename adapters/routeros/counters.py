"""Counters of interfaces and simple queues, each menu in one command."""

from adapters.routeros.dialogue import Dialogue
from adapters.routeros.values import flag, number, pair
from domain.router_counters import RouterInterface, RouterQueue

_INTERFACE = (
    "name", "type", "running", "disabled", "rx-byte", "tx-byte", "rx-packet", "tx-packet", "rx-error", "tx-error",
    "rx-drop",
)  # fmt: skip
_QUEUE = ("name", "bytes", "rate", "disabled")


async def interface_counters(dialogue: Dialogue) -> tuple[RouterInterface, ...]:
    """Without the interfaces of single PPP sessions: their queues tell what they carry."""
    rows = await dialogue.rows("/interface", _INTERFACE)
    return tuple(
        RouterInterface(
            name=row["name"],
            running=flag(row.get("running", "")),
            disabled=flag(row.get("disabled", "")),
            rx_bytes=number(row.get("rx-byte", "")),
            tx_bytes=number(row.get("tx-byte", "")),
            rx_packets=number(row.get("rx-packet", "")),
            tx_packets=number(row.get("tx-packet", "")),
            rx_errors=number(row.get("rx-error", "")),
            tx_errors=number(row.get("tx-error", "")),
            rx_drops=number(row.get("rx-drop", "")),
        )
        for row in rows
        if row.get("name") and not row.get("type", "").endswith("-in")
    )


async def queue_counters(dialogue: Dialogue) -> tuple[RouterQueue, ...]:
    found = []
    for row in await dialogue.rows("/queue/simple", _QUEUE):
        if not row.get("name") or flag(row.get("disabled", "")):
            continue
        up, down = pair(row.get("rate", ""))
        up_bytes, down_bytes = pair(row.get("bytes", ""))
        found.append(
            RouterQueue(name=row["name"], rx_bytes=up_bytes, tx_bytes=down_bytes, rx_bps=up, tx_bps=down)
        )
    return tuple(found)
