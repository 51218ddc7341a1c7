"""Traffic as it is now: of the ports, and of one user by queue or session interface."""

from adapters.routeros.dialogue import Dialogue
from adapters.routeros.values import number, pair
from adapters.routeros.wire import Row
from domain.router_ports import RouterError
from domain.router_reads import InterfaceTraffic, RouterTraffic, UserTraffic

_QUEUE = (".id", "name", "rate", "bytes", "max-limit")


async def traffic(dialogue: Dialogue) -> RouterTraffic:
    """Running Ethernet ports only: what bridges, VLANs and sessions carry goes through them and would count twice."""
    ports = await dialogue.rows("/interface", [".id"], "?type=ether", "?running=true")
    if not ports:
        return RouterTraffic(rx_bps=0, tx_bps=0)
    rows = await dialogue.monitor(
        "/interface", interface=",".join(row[".id"] for row in ports if ".id" in row)
    )
    readings = tuple(_reading(row) for row in rows)
    return RouterTraffic(
        rx_bps=sum(reading.rx_bps for reading in readings),
        tx_bps=sum(reading.tx_bps for reading in readings),
        interfaces=readings,
    )


def _reading(row: Row) -> InterfaceTraffic:
    return InterfaceTraffic(
        name=row.get("name", ""),
        rx_bps=_bps(row, number(row.get("rx-bits-per-second", ""))),
        tx_bps=_bps(row, number(row.get("tx-bits-per-second", ""))),
    )


def _bps(row: Row, value: int | None) -> int:
    """A rate that cannot be read is an error, never zero."""
    if value is None:
        raise RouterError(
            "ROUTER_BAD_REPLY", f"the router gives no rate for {row.get('name', 'it')}", row=row
        )
    return value


async def user_traffic(dialogue: Dialogue, username: str) -> UserTraffic:
    """The queue `<pppoe-NAME>`, else NAME, whatever the case; without either, the interface of the user's session."""
    queue = await _queue(dialogue, username)
    if queue is not None:
        return _from_queue(queue)
    interface = await _interface(dialogue, username)
    if not interface:
        raise RouterError(
            "ROUTER_QUEUE_NOT_FOUND",
            f"{username} has no queue on this router and is not connected",
            username=username,
        )
    rows = await dialogue.monitor("/interface", interface=interface)
    reading = _reading(rows[0] if rows else {})
    return UserTraffic(rx_bps=reading.rx_bps, tx_bps=reading.tx_bps, interface=interface)


async def _queue(dialogue: Dialogue, username: str) -> Row | None:
    """Exact names in one question; only when there are none, all names are read to compare them without case."""
    dynamic = f"<pppoe-{username}>"
    exact = await dialogue.rows("/queue/simple", _QUEUE, f"?name={dynamic}", f"?name={username}", "?#|")
    if exact:
        return next((row for row in exact if row.get("name") == dynamic), exact[0])
    names = await dialogue.rows("/queue/simple", [".id", "name"])
    found = _alike(names, dynamic) or _alike(names, username)
    if found is None:
        return None
    rows = await dialogue.rows("/queue/simple", _QUEUE, f"?.id={found['.id']}")
    return rows[0] if rows else None


def _alike(rows: list[Row], name: str) -> Row | None:
    wanted = name.casefold()
    return next((row for row in rows if row.get("name", "").casefold() == wanted and ".id" in row), None)


async def _interface(dialogue: Dialogue, username: str) -> str:
    rows = await dialogue.rows("/interface", [".id", "name"], "?type=pppoe-in")
    found = _alike(rows, f"<pppoe-{username}>")
    return "" if found is None else found["name"]


def _from_queue(row: Row) -> UserTraffic:
    up, down = pair(row.get("rate", ""))
    up_bytes, down_bytes = pair(row.get("bytes", ""))
    up_limit, down_limit = pair(row.get("max-limit", ""))
    return UserTraffic(
        rx_bps=_bps(row, up),
        tx_bps=_bps(row, down),
        queue=row.get("name", ""),
        rx_bytes=up_bytes,
        tx_bytes=down_bytes,
        rx_limit_bps=up_limit or None,
        tx_limit_bps=down_limit or None,
    )
