"""Checks whether devices are up: by echo requests, and where those stay unanswered by whatever else a device speaks."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.availability import Check, EchoMeasure, Source, loss_percent, median_ms
from domain.settings import TelemetrySettings
from domain.telemetry import Poll, Sample
from projections.polled import connected_router
from workers.polled_device import CaredDevice
from workers.snmp_polls import SnmpPolls
from workers.verdicts import Verdicts

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_AGENT_S = 4.0
_NAMES = {"icmp": "ICMP", "snmp": "SNMP", "routeros": "the RouterOS connection"}


class AvailabilityChecks:
    def __init__(self, echo: EchoMeasure, snmp: SnmpPolls, verdicts: Verdicts, connect: Connect) -> None:
        self._echo = echo
        self._snmp = snmp
        self._verdicts = verdicts
        self._connect = connect

    async def check(self, device: CaredDevice, settings: TelemetrySettings, interval_s: float) -> Poll:
        """One check, what is measured by it, and what follows from it for the device's status."""
        begun = asyncio.get_running_loop().time()
        samples: list[Sample] = []
        asked: list[Source] = []
        answered: list[Source] = []
        round_trips = await self._echo.measure(
            device.known.addresses[0], count=settings.echoes, timeout_s=settings.echo_timeout_s
        )
        if round_trips:  # none are asked for, or none can be sent from here
            asked.append("icmp")
            if any(each is not None for each in round_trips):
                answered.append("icmp")
            if answered or "icmp" in device.availability.known:
                samples.append(Sample("icmp_loss_percent", loss_percent(round_trips)))
            if (rtt_ms := median_ms(round_trips)) is not None:
                samples.append(Sample("icmp_rtt_ms", rtt_ms))
        if not answered:
            await self._ask_otherwise(device, begun, asked, answered, min(_AGENT_S, max(1.0, interval_s)))
        status = device.availability.judge(
            Check(asked=tuple(asked), answered=tuple(answered)),
            down_after=settings.down_after,
            down_of=settings.down_of,
        )
        if status == "up" and device.status != "up":
            device.status = "up"
            self._verdicts.up(device.known.id)
        elif status == "down" and device.status != "down":
            device.status = "down"
            self._verdicts.down(device.known.id, _cause(asked, settings))
        if answered or device.availability.known:
            samples.append(Sample("device_up", 1.0 if answered else 0.0))
        return Poll(device.known.id, "availability", time.time(), interval_s, tuple(samples))

    async def _ask_otherwise(
        self,
        device: CaredDevice,
        begun: float,
        asked: list[Source],
        answered: list[Source],
        patience_s: float,
    ) -> None:
        if device.known.accesses:
            asked.append("snmp")
            if device.answered_s >= begun or await self._snmp.alive(device, patience_s):
                answered.append("snmp")
                return
        if device.known.router:
            asked.append("routeros")
            async with self._connect() as conn:
                if await connected_router(conn, device.known.id):
                    answered.append("routeros")


def _cause(asked: list[Source], settings: TelemetrySettings) -> str:
    """`asked` are the means by which nobody answered."""
    checks = max(settings.down_after, settings.down_of)
    means = ", ".join(_NAMES[source] for source in asked)
    return f"no answer to {settings.down_after} of the last {checks} checks by {means}"
