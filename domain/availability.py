"""Whether a device is up: judged by several checks, each of which it may answer by any means."""

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import Literal, Protocol

import msgspec

Source = Literal["icmp", "snmp", "routeros"]
Status = Literal["up", "down", "unknown"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check. `asked` are the means by which the device could have answered, `answered` those by which it did."""

    asked: tuple[Source, ...]
    answered: tuple[Source, ...] = ()


class EchoMeasure(Protocol):
    async def measure(self, address: str, *, count: int, timeout_s: float) -> Sequence[float | None] | None:
        """Round trips in ms of so many echo requests, None for each without an answer in time; no list where this system
        cannot send any."""
        ...


class Availability:
    """Of one device: remembers its last checks. Nothing counts against a device by a means that it never answered by."""

    def __init__(self, known: Sequence[Source] = ()) -> None:
        self._known: set[Source] = set(known)
        self._lost: deque[bool] = deque(maxlen=40)

    @property
    def known(self) -> frozenset[Source]:
        """The means by which the device ever answered."""
        return frozenset(self._known)

    @property
    def doubtful(self) -> bool:
        """Whether the last check was lost: the next one should follow soon."""
        return bool(self._lost) and self._lost[-1]

    def judge(self, check: Check, *, down_after: int, down_of: int) -> Status | None:
        """What the device is by this check and those before; None where they do not tell."""
        if check.answered:
            self._known.update(check.answered)
            self._lost.append(False)
            return "up"
        if not self._known & set(check.asked):
            return None
        self._lost.append(True)
        last = list(self._lost)[-max(down_after, down_of) :]
        return "down" if sum(last) >= down_after else None


def loss_percent(round_trips_ms: Sequence[float | None]) -> float:
    return 100.0 * sum(each is None for each in round_trips_ms) / len(round_trips_ms)


def median_ms(round_trips_ms: Sequence[float | None]) -> float | None:
    answered = [each for each in round_trips_ms if each is not None]
    return median(answered) if answered else None
