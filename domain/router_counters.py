"""Counters that a RouterOS router keeps of its interfaces and of its users' queues."""

import msgspec


class RouterInterface(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Counters since the interface came up; None where the router does not tell them."""

    name: str
    running: bool
    disabled: bool
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_packets: int | None = None
    tx_packets: int | None = None
    rx_errors: int | None = None
    tx_errors: int | None = None
    rx_drops: int | None = None


class RouterQueue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """As the router sees it: rx is the user's upload. `rx_bps` is what the router itself says the rate is now."""

    name: str
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_bps: int | None = None
    tx_bps: int | None = None
