"""Simulated SSH devices and our way to them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.ssh.devices import SshConfigDevices
from adapters.ssh.session import Timing
from domain.access import SshAccess
from domain.config_ports import ChangeOutcome, ConfigChange, ConfigStep, ConfigTarget, RunningConfig
from lab.ssh.device import SshDevice
from lab.ssh.fleet import SshFleet, SshFleetPlan
from lab.ssh.server import SshDeviceServer

FAMILIES = ("ios", "junos", "routeros", "arista_eos", "vrp", "procurve")


class Bench:
    """One device of each family that was asked for."""

    def __init__(self) -> None:
        self.fleet: SshFleet
        self.devices = SshConfigDevices(timing=Timing(silence_s=3.0, nudge_s=0.15, retry_s=0.05))
        self.steps: list[ConfigStep] = []

    async def start(self, *families: str, **plan: Any) -> None:
        chosen = families or FAMILIES
        self.fleet = SshFleet(
            SshFleetPlan(**{"network": "127.66.50.0/24", "count": len(chosen), "families": chosen, **plan})
        )
        await self.fleet.start()

    def address(self, family: str = "") -> str:
        return next(
            address
            for address, server in self.fleet.servers.items()
            if not family or server.device.family == family
        )

    def server(self, family: str = "") -> SshDeviceServer:
        return self.fleet.servers[self.address(family)]

    def device(self, family: str = "") -> SshDevice:
        return self.server(family).device

    def target(self, family: str = "", *, host_key: str = "", **access: Any) -> ConfigTarget:
        address = self.address(family)
        known = {
            "username": "admin",
            "password": "lab",
            "enable_password": "lab-enable",
            "port": self.fleet.port,
        }
        return ConfigTarget(
            device_id=address,
            address=address,
            platform=self.fleet[address].family,
            access=SshAccess(id="lab", **{**known, **access}),
            host_key=host_key,
        )

    async def read(self, family: str = "", *, deadline_s: float = 20.0, **target: Any) -> RunningConfig:
        return await self.devices.read(self.target(family, **target), deadline_s=deadline_s)

    async def apply(
        self, family: str, text: str, *, kind: Any = "merge", deadline_s: float = 20.0, **change: Any
    ) -> ChangeOutcome:
        return await self.devices.apply(
            self.target(family),
            ConfigChange(kind=kind, text=text, **change),
            report=self.report,
            deadline_s=deadline_s,
        )

    async def report(self, step: ConfigStep) -> None:
        self.steps.append(step)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    one = Bench()
    yield one
    await one.fleet.stop()
