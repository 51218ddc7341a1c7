"""Believable telemetry for benchmarks: polls of switches whose interfaces carry traffic with a daily rhythm and noise."""

from collections.abc import Iterator
from math import pi, sin
from random import Random
from uuid import UUID

from domain.telemetry import Poll, Sample

RATES = ("if_in_bps", "if_out_bps")
COUNTS = ("if_in_errors_per_s", "if_out_errors_per_s", "if_oper_up")


class Switches:
    """`ports` interfaces each, with five metrics; the same for the same seed."""

    def __init__(self, devices: int, ports: int, seed: int = 1) -> None:
        self._random = Random(seed)
        self.ids = [str(UUID(int=self._random.getrandbits(128), version=4)) for _ in range(devices)]
        self._ports = [f"GigabitEthernet1/0/{port}" for port in range(1, ports + 1)]
        self._busy = [self._random.lognormvariate(16, 2) for _ in range(ports)]

    @property
    def samples_a_poll(self) -> int:
        return len(self._ports) * (len(RATES) + len(COUNTS))

    def polls(self, at: float, interval_s: float = 60.0) -> Iterator[Poll]:
        """One of each, spread over the interval."""
        rhythm = 1.2 + sin(at / 86_400 * 2 * pi)
        for number, device in enumerate(self.ids):
            when = at + number / len(self.ids) * interval_s + self._random.random() * 0.2
            yield Poll(device, "interfaces", round(when, 3), interval_s, tuple(self._samples(rhythm)))

    def _samples(self, rhythm: float) -> Iterator[Sample]:
        dice = self._random
        for port, busy in zip(self._ports, self._busy, strict=True):
            for metric in RATES:
                yield Sample(metric, round(busy * rhythm * dice.lognormvariate(0, 0.3)) * 8 / 60, port)
            for metric in COUNTS[:2]:
                yield Sample(metric, 0.0 if dice.random() < 0.97 else dice.randrange(1, 60) / 60, port)
            yield Sample(COUNTS[2], 1.0, port)
