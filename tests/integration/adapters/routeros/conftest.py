"""Simulated routers and our connections to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import pytest

from adapters.routeros.fleet import RouterOsFleet
from adapters.routeros.link import LinkLimits
from domain.access import RouterOsAccess
from domain.router_isolation import RouterStep
from domain.router_ports import Router, RouterEndpoint, RouterTrust
from lab.routeros.fleet import FleetPlan, LabFleet
from lab.routeros.router import SimulatedRouter


class Bench:
    """One lab and one fleet of ours; everything is closed in the end."""

    def __init__(self) -> None:
        self.lab: LabFleet
        self.fleet: RouterOsFleet
        self.steps: list[RouterStep] = []

    async def start(self, *, limits: LinkLimits | None = None, tls: Any = None, **plan: Any) -> None:
        self.lab = LabFleet(FleetPlan(network="127.65.50.0/24", **{"redial_s": 0.02, **plan}), tls=tls)
        await self.lab.start()
        self.fleet = RouterOsFleet(limits=limits, random=Random(1))

    async def close(self) -> None:
        await self.fleet.close()
        await self.lab.stop()

    @property
    def address(self) -> str:
        return next(iter(self.lab.servers))

    @property
    def device(self) -> SimulatedRouter:
        return self.lab[self.address]

    def own(
        self, address: str = "", *, charset: str = "utf-8", trust: RouterTrust | None = None, **access: Any
    ) -> Router:
        address = address or self.address
        access = {"username": "admin", "password": "lab", "port": self.lab.port, **access}
        return self.fleet.own(
            RouterEndpoint(
                router_id=address,
                address=address,
                access=RouterOsAccess(id="lab", **access),
                trust=trust or RouterTrust(),
                charset=charset,
            )
        )

    async def report(self, step: RouterStep) -> None:
        self.steps.append(step)

    def told(self) -> list[tuple[str, str]]:
        return [(step.name, step.state) for step in self.steps]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.close()


async def until(condition: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Waits for a condition; fails when it does not come about."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event to wait on
            await asyncio.sleep(0.005)


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    return until
