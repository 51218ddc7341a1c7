"""What a RouterOS router is measured for over its API connection: resources, interfaces, and the queues of users."""

from collections.abc import Sequence

from domain.counters import Reading, rate_per_s
from domain.metrics import sane
from domain.router_counters import RouterInterface, RouterQueue
from domain.router_reads import RouterHealth
from domain.telemetry import Sample

_SESSION_QUEUE = ("<pppoe-", "<l2tp-", "<pptp-", "<sstp-", "<ovpn-")


def user_of(queue: str) -> str:
    """The user whose dynamic queue it is; other queues have their own name."""
    for prefix in _SESSION_QUEUE:
        if queue.startswith(prefix) and queue.endswith(">"):
            return queue[len(prefix) : -1]
    return queue


def health_samples(health: RouterHealth) -> list[Sample]:
    values = (
        ("cpu_percent", health.cpu_percent),
        ("memory_percent", health.memory_percent),
        ("uptime_s", None if health.uptime_s is None else float(health.uptime_s)),
    )
    return [Sample(metric, sane(metric, value)) for metric, value in values if value is not None]


class RouterRates:
    """Of one router: remembers the last counters of its interfaces and queues."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], Reading] = {}

    def interfaces(self, found: Sequence[RouterInterface], at_s: float, interval_s: float) -> list[Sample]:
        """`at_s` is by a clock that never jumps. Interfaces that are down tell no rates."""
        samples: list[Sample] = []
        now: dict[tuple[str, str], Reading] = {}
        for each in found:
            samples.append(Sample("if_oper_up", float(each.running), each.name))
            samples.append(Sample("if_admin_up", float(not each.disabled), each.name))
            for metric, value, factor in (
                ("if_in_bps", each.rx_bytes, 8),
                ("if_out_bps", each.tx_bytes, 8),
                ("if_in_packets_per_s", each.rx_packets, 1),
                ("if_out_packets_per_s", each.tx_packets, 1),
                ("if_in_errors_per_s", each.rx_errors, 1),
                ("if_out_errors_per_s", each.tx_errors, 1),
                ("if_in_discards_per_s", each.rx_drops, 1),
            ):
                rate = self._rate(now, (metric, each.name), value, at_s, interval_s)
                if rate is not None and each.running:
                    samples.append(Sample(metric, rate * factor, each.name))
        self._remember("if_", now)
        return samples

    def queues(self, found: Sequence[RouterQueue], at_s: float, interval_s: float) -> list[Sample]:
        """The mean since the last reading; for a queue that is new or began anew, what the router says the rate is."""
        samples: list[Sample] = []
        now: dict[tuple[str, str], Reading] = {}
        for each in found:
            user = user_of(each.name)
            for metric, value, said in (
                ("queue_rx_bps", each.rx_bytes, each.rx_bps),
                ("queue_tx_bps", each.tx_bytes, each.tx_bps),
            ):
                if (metric, user) in now:
                    continue  # a queue of the same name in other letters, or of a second session
                rate = self._rate(now, (metric, user), value, at_s, interval_s)
                bps = rate * 8 if rate is not None else said
                if bps is not None:
                    samples.append(Sample(metric, float(bps), user))
        self._remember("queue_", now)
        return samples

    def _rate(
        self,
        now: dict[tuple[str, str], Reading],
        key: tuple[str, str],
        value: int | None,
        at_s: float,
        interval_s: float,
    ) -> float | None:
        if value is None:
            return None
        reading = now[key] = Reading(value, at_s)
        before = self._before.get(key)
        if before is None or reading.value < before.value:  # RouterOS counts in 64 bits: what fell began anew
            return None
        return rate_per_s(before, reading, bits=64, interval_s=interval_s, fastest_per_s=None)

    def _remember(self, prefix: str, now: dict[tuple[str, str], Reading]) -> None:
        """Only what is there now: users come and go."""
        kept = {key: reading for key, reading in self._before.items() if not key[0].startswith(prefix)}
        self._before = kept | now
