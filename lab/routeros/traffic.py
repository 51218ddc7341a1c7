"""What the ports, sessions and queues of a simulated router carry."""

from collections.abc import Callable, Mapping
from random import Random

from lab.routeros.meter import Meter
from lab.routeros.pppoe import PppoeServer
from lab.routeros.table import Row, Table
from lab.routeros.trap import Trap

PORTS = 5
RUNNING_PORTS = 3


class Traffic:
    """Rates and counters, made when they are asked for."""

    def __init__(self, interfaces: Table, pppoe: PppoeServer, *, clock: Callable[[], float]) -> None:
        self._interfaces = interfaces
        self._pppoe = pppoe
        self._clock = clock
        self._ports: dict[str, tuple[Meter, Meter]] = {}

    def plug_ports(self, random: Random) -> None:
        """Adds the Ethernet ports, some of them running."""
        for number in range(1, PORTS + 1):
            running = number <= RUNNING_PORTS
            item = self._interfaces.insert(
                {
                    "name": f"ether{number}",
                    "type": "ether",
                    "mtu": "1500",
                    "mac-address": f"48:8F:5A:00:{random.randrange(256):02X}:{number:02X}",
                    "running": "true" if running else "false",
                    "disabled": "false",
                }
            )
            mean = random.uniform(1e7, 5e8) if running else 0
            rx, tx = (Meter(mean, now=self._clock(), phase=random.random() * 6) for _ in range(2))
            self._ports[item[".id"]] = rx, tx

    def monitor(self, names: str) -> list[Row]:
        """One reading of /interface/monitor-traffic for each interface named, by name or id."""
        if not names:
            raise Trap("missing value(s) of argument(s) interface")
        try:
            items = self._interfaces.resolve(names)
        except Trap:
            raise Trap("input does not match any value of interface", category=1) from None
        return [self._reading(item) for item in items]

    def _reading(self, item: Row) -> Row:
        meters, now = self._meters(item), self._clock()
        rx, tx = (meters[0].rate_bps(now), meters[1].rate_bps(now)) if meters else (0, 0)
        return {
            "name": item["name"],
            "rx-packets-per-second": str(rx // 8_000),
            "rx-bits-per-second": str(rx),
            "tx-packets-per-second": str(tx // 8_000),
            "tx-bits-per-second": str(tx),
        }

    def _meters(self, item: Row) -> tuple[Meter, Meter] | None:
        """What an interface receives and sends."""
        if item.get("dynamic") != "true":
            return self._ports.get(item[".id"])
        session = self._pppoe.by_interface.get(item[".id"])
        return None if session is None else (session.up, session.down)

    def of_interface(self, item: Row) -> Mapping[str, str]:
        meters, now = self._meters(item), self._clock()
        if meters is None:
            return {}
        return {"rx-byte": str(meters[0].bytes(now)), "tx-byte": str(meters[1].bytes(now))}

    def of_queue(self, item: Row) -> Mapping[str, str]:
        """Upload/download of the session that the queue was made for, or whose address is its target."""
        target = item.get("target", "").removesuffix("/32")
        session = self._pppoe.by_queue.get(item[".id"]) or self._pppoe.at(target)
        if session is None:
            return {"rate": "0/0", "bytes": "0/0"}
        now = self._clock()
        return {
            "rate": f"{session.up.rate_bps(now)}/{session.down.rate_bps(now)}",
            "bytes": f"{session.up.bytes(now)}/{session.down.bytes(now)}",
        }
