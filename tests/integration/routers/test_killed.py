"""A worker killed without a word at every step of isolations and releases: ledger and routers agree in the end."""

from typing import Any, get_args
from uuid import UUID

from domain.operation import ENDED, OPERATION
from domain.router_isolation import IsolationMethod
from lab.routeros.faults import Fault
from lab.routeros.router import SimulatedRouter
from tests.integration.routers.conftest import until
from tests.integration.routers.plant import Plant
from tests.integration.workers.processes import worker_process

WORK = ("relay", "executor", "routers", "customers")
NAME = "customer0000"
STEPS = 9
"""As many commands as an isolation or a release takes at most, and one."""


class _Walk:
    """One router for each method and each step: its worker is killed while it waits for that command's answer."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self.sites: list[tuple[str, SimulatedRouter, IsolationMethod, int]] = []

    async def start(self) -> None:
        plan = [(method, step) for method in get_args(IsolationMethod) for step in range(STEPS)]
        ids = await self._plant.site.start(count=len(plan), customers=1)
        devices = [server.router for server in self._plant.site.lab.servers.values()]
        self.sites = [
            (router_id, device, method, step)
            for router_id, device, (method, step) in zip(ids, devices, plan, strict=True)
        ]

    async def ask(self, *, isolated: bool) -> list[UUID]:
        """With the faults in place that the routers hang with."""
        asked = []
        for router_id, device, method, step in self.sites:
            self._plant.router_id = router_id
            device.faults.clear()
            device.faults.add(Fault("hang", "/", after=step))
            operation_id = await self._plant.ask(NAME, isolated=isolated, method=method, watch_s=0.2)
            assert operation_id is not None
            asked.append(operation_id)
        return asked

    async def all_hang(self, asked: list[UUID]) -> bool:
        """Or have ended, in fewer steps."""
        for operation_id, (_, device, _, _) in zip(asked, self.sites, strict=True):
            state = await self._plant.site.ledger.state(OPERATION, operation_id)
            if device.faults.waiting and state.state not in ENDED:
                return False
        return True

    async def finish(self, asked: list[UUID]) -> None:
        for (_, device, _, _), operation_id in zip(self.sites, asked, strict=True):
            device.faults.clear()
            assert (await self._plant.ended(operation_id)).state == "succeeded"

    def secrets(self) -> list[dict[str, str]]:
        rows = [
            device.execute_line("/ppp/secret/print", f"?name={NAME}").rows[0]
            for _, device, _, _ in self.sites
        ]
        return [{key: row[key] for key in ("profile", "disabled")} for row in rows]

    def listed(self) -> list[set[str]]:
        lists = [
            device.execute_line("/ip/firewall/address-list/print").rows for _, device, _, _ in self.sites
        ]
        return [{row["address"] for row in rows} for rows in lists]

    async def states(self) -> set[str]:
        found = set()
        for router_id, _, _, _ in self.sites:
            self._plant.router_id = router_id
            found.add((await self._plant.customer(NAME)).state)
        return found


def _is_cut_off(device: SimulatedRouter, method: str) -> bool:
    (secret,) = device.execute_line("/ppp/secret/print", f"?name={NAME}").rows
    online = {row["address"] for row in device.execute_line("/ppp/active/print", f"?name={NAME}").rows}
    listed = {row["address"] for row in device.execute_line("/ip/firewall/address-list/print").rows}
    match method:
        case "disable":
            return secret["disabled"] == "true" and not online
        case "profile":
            return secret["profile"] == "isolated" and all(each.startswith("10.66.") for each in online)
        case _:
            return online <= listed


async def test_whatever_step_a_worker_is_killed_at(plant: Plant) -> None:
    walk = _Walk(plant)
    await walk.start()

    def worker() -> Any:
        return worker_process(plant.configuration, *WORK)

    with worker() as first:
        await plant.imported(len(walk.sites))
        before = walk.secrets()
        isolations = await walk.ask(isolated=True)
        await until(lambda: walk.all_hang(isolations))
        first.kill()
    with worker() as second:
        await walk.finish(isolations)
        assert await walk.states() == {"isolated"}
        assert [_is_cut_off(device, method) for _, device, method, _ in walk.sites] == [True] * len(
            walk.sites
        )
        releases = await walk.ask(isolated=False)
        await until(lambda: walk.all_hang(releases))
        second.kill()
    with worker():
        await walk.finish(releases)
        assert await walk.states() == {"active"}
        assert walk.secrets() == before and not any(walk.listed())
