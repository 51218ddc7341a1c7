"""A device as its poller knows it: what it has, when it last answered, and what is being asked of it now."""

import asyncio
from dataclasses import dataclass, field

from domain.availability import Availability, Source
from domain.interface_rates import InterfaceRates
from domain.polling import phase
from domain.snmp_polling import PollPlan
from domain.telemetry import Group
from projections.polled import PolledDevice

_LOOK_S = 3_600.0
_LOOK_AGAIN_S = 30.0
_LONGEST_PAUSE_S = 1_800.0
SLOW_S = 5.0
"""Who takes longer for a poll shares the places of those that do not answer."""


@dataclass
class CaredDevice:
    known: PolledDevice
    availability: Availability = field(init=False)
    status: str = field(init=False)
    plan: PollPlan | None = None
    rates: InterfaceRates = field(default_factory=InterfaceRates)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Polls of one device wait for each other: agents are seldom good at two things at once."""
    running: set[Group] = field(default_factory=set)
    turns: dict[Group, int] = field(default_factory=dict)
    """Which turn of each group is the next."""
    slow: bool = False
    answered_s: float = float("-inf")
    """When its agent last answered, by the loop's clock."""
    booted_at: float | None = None
    """Seconds since the epoch."""
    look_s: float = 0.0
    """When to find out again what it has, by the loop's clock."""
    failures: int = 0

    def __post_init__(self) -> None:
        known: list[Source] = []
        if self.known.echoes:
            known.append("icmp")
        if self.known.speaks_snmp:
            known.append("snmp")
        if self.known.router:
            known.append("routeros")
        self.availability = Availability(known)
        self.status = self.known.status

    def answered(self, now_s: float, uptime_s: float | None, wall_s: float) -> None:
        self.answered_s = now_s
        self.failures = 0
        if uptime_s is not None:
            self.booted_at = wall_s - uptime_s

    def failed(self, now_s: float, *, looking: bool) -> None:
        """An agent that never told what it has is asked for it less and less often; one that has moved is looked for."""
        self.slow = True
        self.failures += 1
        if looking:
            self.look_s = now_s + min(_LOOK_AGAIN_S * 2 ** min(self.failures, 10), _LONGEST_PAUSE_S)
        elif self.failures % 5 == 0 and (len(self.known.addresses) > 1 or len(self.known.accesses) > 1):
            self.look_s = now_s

    def looked(self, plan: PollPlan, now_s: float) -> None:
        self.plan = plan
        self.look_s = now_s + _LOOK_S * (1 + phase(self.known.id, "interfaces"))

    def look_soon(self, now_s: float, pause_s: float = 0.0) -> None:
        self.look_s = min(self.look_s, now_s + pause_s)
