"""Polls of imaginary devices: steady noise, in which something is wrong now and then."""

import random
from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.telemetry import Poll, Sample

START = 1_760_000_000.0
INTERVAL_S = 300.0


def device_ids(count: int) -> list[str]:
    return [str(UUID(int=0x5EED0000 + number)) for number in range(count)]


def polls(
    devices: Sequence[str], count: int, *, wrong: Sequence[int] = (), start: float = START, seed: int = 7
) -> Iterator[Poll]:
    """In the order of time. At the numbers in `wrong` traffic of the first port and CPU load are far off for some polls."""
    dice = random.Random(seed)
    for number in range(count):
        off = any(first <= number < first + 3 for first in wrong)
        for place, device_id in enumerate(devices):
            at = start + number * INTERVAL_S + place * 0.01
            load = dice.gauss(0.0, 1.0)
            cpu = 95.0 if off else 40.0 + 3.0 * load
            yield Poll(
                device_id,
                "resources",
                at,
                INTERVAL_S,
                (
                    Sample("cpu_percent", cpu),
                    Sample("memory_percent", 60.0 + dice.gauss(0.0, 0.5)),
                    Sample("uptime_s", at - START + 1e6),
                ),
            )
            traffic = 9e8 if off else 1e8 + 1e7 * load
            yield Poll(
                device_id,
                "interfaces",
                at + 0.001,
                INTERVAL_S,
                (
                    Sample("if_in_bps", traffic, "ether1"),
                    Sample("if_in_bps", 5e6 + dice.gauss(0.0, 1e5), "ether2"),
                    Sample("if_in_errors_per_s", abs(dice.gauss(0.0, 0.1)), "ether1"),
                ),
            )
