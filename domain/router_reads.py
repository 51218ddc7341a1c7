"""What is read of a router: its health, its traffic, who is online, and what it remembers of changes."""

import msgspec


class RouterHealth(msgspec.Struct, frozen=True, kw_only=True):
    """None where the router leaves a figure out or writes nonsense."""

    cpu_percent: float | None
    memory_percent: float | None
    uptime_s: int | None
    version: str
    board: str
    name: str = ""
    latency_ms: float | None = None


class InterfaceTraffic(msgspec.Struct, frozen=True, kw_only=True):
    """As the router sees it: rx is what it receives on the interface."""

    name: str
    rx_bps: int
    tx_bps: int


class RouterTraffic(msgspec.Struct, frozen=True, kw_only=True):
    """The sum over running Ethernet ports, and each of them."""

    rx_bps: int
    tx_bps: int
    interfaces: tuple[InterfaceTraffic, ...] = ()


class UserTraffic(msgspec.Struct, frozen=True, kw_only=True):
    """As the router sees it: rx is the user's upload, tx the download. `queue` is empty when an interface was read instead."""

    rx_bps: int
    tx_bps: int
    queue: str = ""
    interface: str = ""
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_limit_bps: int | None = None
    tx_limit_bps: int | None = None


class ActiveUser(msgspec.Struct, frozen=True, kw_only=True):
    """A PPP session that is up."""

    session_id: str
    name: str
    service: str = ""
    address: str = ""
    caller_id: str = ""
    uptime_s: int | None = None
    radius: bool = False


class RouterHistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A change that the router remembers (/system history), newest first."""

    action: str
    by: str
    time: str
    """As the router writes it, in its own time zone."""
