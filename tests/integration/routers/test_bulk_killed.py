"""A worker killed without a word in the middle of operations on many customers, at every step of a router's batch."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import msgspec

from domain.customer_orders import ISOLATE_BULK, BulkItem, BulkOrder, plan_of
from domain.operation import OPERATION, RequestOperation
from domain.router_isolation import IsolationMethod
from domain.settings import IsolationSettings
from lab.routeros.faults import Fault
from lab.routeros.router import SimulatedRouter
from tests.integration.routers.conftest import until
from tests.integration.routers.plant import Plant
from tests.integration.workers.processes import worker_process

WORK = ("relay", "executor", "routers", "customers")
CUSTOMERS = 3
NAMES = [f"customer{number:04}" for number in range(CUSTOMERS)]
STEPS = 13
"""As many commands as a batch of three takes at most, and one."""


class _Walk:
    """A router for each method and each step: its worker is killed while it waits for that command's answer."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self.sites: list[tuple[str, SimulatedRouter, IsolationMethod, int]] = []

    async def start(self) -> None:
        plan = [(method, step) for method in get_args(IsolationMethod) for step in range(STEPS)]
        ids = await self._plant.site.start(count=len(plan), customers=CUSTOMERS, redial_s=30.0)
        devices = [server.router for server in self._plant.site.lab.servers.values()]
        self.sites = [
            (router_id, device, method, step)
            for router_id, device, (method, step) in zip(ids, devices, plan, strict=True)
        ]

    async def ask(self, *, isolated: bool) -> list[UUID]:
        """An operation for each method, with the faults in place that the routers hang with."""
        asked = []
        for method in get_args(IsolationMethod):
            items = []
            for router_id, device, its_method, step in self.sites:
                if its_method == method:
                    device.faults.clear()
                    device.faults.add(Fault("hang", "/", after=step))
                    items += [
                        BulkItem(router_id=router_id, username=name, isolated=isolated) for name in NAMES
                    ]
            order = BulkOrder(
                items=items,
                plan=plan_of(IsolationSettings(), method),
                until=datetime.now(UTC) + timedelta(seconds=120),
            )
            asked.append(uuid4())
            request = RequestOperation(kind=ISOLATE_BULK, params=msgspec.to_builtins(order))
            await self._plant.site.ledger.execute(
                OPERATION.to(asked[-1], request, new=True), by=self._plant.site.by
            )
        return asked

    async def states(self) -> list[set[str]]:
        """By router."""
        found = []
        for router_id, _, _, _ in self.sites:
            self._plant.router_id = router_id
            found.append({(await self._plant.customer(name)).state for name in NAMES})
        return found

    async def all_hang(self, wanted: str) -> bool:
        """Or are done, in fewer steps."""
        return all(
            not device.faults.waiting or states == {wanted}
            for (_, device, _, _), states in zip(self.sites, await self.states(), strict=True)
        )

    async def finish(self, asked: list[UUID], wanted: str) -> None:
        for _, device, _, _ in self.sites:
            device.faults.clear()
        for operation_id in asked:
            assert (await self._plant.ended(operation_id, within_s=60)).state == "succeeded"
            result = (await self._plant.site.events.of_aggregate(operation_id))[-1].event.result
            assert result["states"] == {wanted: STEPS * CUSTOMERS} and not result["failed"], result

    async def concluded(self, topic: str) -> set[int]:
        """How often a customer's change was concluded."""
        found = set()
        for router_id, _, _, _ in self.sites:
            self._plant.router_id = router_id
            found |= {(await self._plant.topics(name)).count(topic) for name in NAMES}
        return found

    def rows(self, path: str) -> list[list[dict[str, Any]]]:
        return [list(device.execute_line(path).rows) for _, device, _, _ in self.sites]

    def secrets(self) -> list[list[dict[str, str]]]:
        return [
            [{key: row.get(key, "") for key in ("name", "profile", "disabled", "comment")} for row in rows]
            for rows in self.rows("/ppp/secret/print")
        ]


async def test_nothing_is_lost_and_nothing_done_twice(plant: Plant) -> None:
    walk = _Walk(plant)
    await walk.start()

    def worker() -> Any:
        return worker_process(plant.configuration, *WORK)

    with worker() as first:
        await plant.imported(len(walk.sites) * CUSTOMERS)
        before = walk.secrets()
        isolations = await walk.ask(isolated=True)
        await until(lambda: walk.all_hang("isolated"), within_s=30)
        first.kill()
    assert {"isolation_requested"} in await walk.states()
    with worker() as second:
        await walk.finish(isolations, "isolated")
        assert await walk.states() == [{"isolated"}] * len(walk.sites)
        assert await walk.concluded("isolated") == {1}
        for (_, _, method, _), secrets, listed, online in zip(
            walk.sites,
            walk.secrets(),
            walk.rows("/ip/firewall/address-list/print"),
            walk.rows("/ppp/active/print"),
            strict=True,
        ):
            assert {each["disabled"] for each in secrets} == {"true" if method == "disable" else "false"}
            assert ({each["profile"] for each in secrets} == {"isolated"}) == (method == "profile")
            assert len(listed) == (CUSTOMERS if method == "address-list" else 0)
            assert not online
        releases = await walk.ask(isolated=False)
        await until(lambda: walk.all_hang("active"), within_s=30)
        second.kill()
    assert {"release_requested"} in await walk.states()
    with worker():
        await walk.finish(releases, "active")
        assert await walk.states() == [{"active"}] * len(walk.sites)
        assert await walk.concluded("released") == {1}
        assert walk.secrets() == before
        assert not any(walk.rows("/ip/firewall/address-list/print"))
