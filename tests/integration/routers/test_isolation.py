"""Isolation and release from request to evidence: by every method, over breaks, reboots, deaths and disagreements."""

import asyncio
from typing import Any

import pytest

from lab.routeros.fleet import add_customer
from tests.integration.routers.conftest import until
from tests.integration.routers.plant import Plant

WAITING = 300
WORK = ("relay", "executor", "routers", "customers")


@pytest.mark.parametrize("method", ["disable", "profile", "address-list"])
async def test_there_and_back(plant: Plant, method: Any) -> None:
    await plant.start(customers=2)
    name = "customer0001"
    async with plant.workers(*WORK):
        await plant.imported(2)
        await until(lambda: _is_online(plant, name))
        before = plant.secret(name)
        operation = await plant.ended(await plant.ask(name, method=method))
        assert operation.state == "succeeded"
        customer = await plant.customer(name)
        assert customer.state == "isolated" and customer.method == method
        assert await plant.ask(name, method=method) is None
        released = await plant.ended(await plant.ask(name, isolated=False))
        assert released.state == "succeeded"
        assert plant.secret(name) == before
        assert await plant.ask(name, isolated=False) is None
    assert await plant.topics(name) == [
        "added",
        "isolation_requested",
        "isolation_started",
        "isolated",
        "release_requested",
        "released",
    ]


async def _is_online(plant: Plant, username: str) -> bool:
    return bool(plant.online(username))


async def test_a_router_that_is_down_is_waited_for(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        plant.site.lab.reboot("127.65.70.1", 1.5)
        operation_id = await plant.ask(name)
        assert plant.secret(name)["disabled"] == "false"
        assert (await plant.ended(operation_id)).state == "succeeded"
        assert plant.secret(name)["disabled"] == "true"


async def test_hundreds_that_wait_for_routers_hold_up_nobody(plant: Plant) -> None:
    here, *away = await plant.site.start(count=1 + WAITING // 50, customers=50)
    servers = list(plant.site.lab.servers.values())[1:]
    async with plant.workers(*WORK):
        await plant.imported(WAITING + 50)
        for server in servers:
            server.router.reboot(600)
        waiting = []
        for plant.router_id in away:
            waiting += await asyncio.gather(*(plant.ask(f"customer{n:04}", watch_s=0) for n in range(50)))
        await until(lambda: plant.site.operations_in("running", WAITING), within_s=60)
        plant.router_id = here
        began = asyncio.get_running_loop().time()
        assert (await plant.ended(await plant.ask("customer0000", watch_s=0))).state == "succeeded"
        assert asyncio.get_running_loop().time() - began < 5
        await plant.cancel(waiting[0])
        assert (await plant.ended(waiting[0])).state == "cancelled"
        for server in servers:
            server.router.boot()
            await server.start()
        await until(lambda: plant.site.operations_in("succeeded", WAITING), within_s=60)
        assert all(row.attempt == 1 for row in await plant.site.operations(limit=WAITING + 1))


async def test_waiting_can_be_cancelled(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        plant.site.lab.reboot("127.65.70.1", 30)
        operation_id = await plant.ask(name)
        assert operation_id is not None

        async def waiting() -> bool:
            return (await plant.site.events_of(str(operation_id)))[-1] == "operation.started.v1"

        await until(waiting)
        await plant.cancel(operation_id)
        assert (await plant.ended(operation_id)).state == "cancelled"
        assert (await plant.customer(name)).state == "active"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("drop_before", "/ppp/secret/set"),
        ("drop_after", "/ppp/secret/set"),
        ("drop_mid_sentence", "/ppp/secret/print"),
        ("drop_after", "/ppp/active/remove"),
    ],
)
async def test_a_connection_that_breaks_in_the_middle_is_reconciled(
    plant: Plant, kind: Any, command: str
) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        await until(lambda: _is_online(plant, name))
        plant.fault(kind, command)
        operation_id = await plant.ask(name)
        assert (await plant.ended(operation_id)).state == "succeeded"
        assert plant.secret(name)["disabled"] == "true" and not plant.online(name)
        topics = await plant.site.events_of(str(operation_id))
        unknown = "operation.outcome_unknown.v1" in topics
        assert unknown == (command != "/ppp/secret/print")
        assert unknown == ("outcome_unknown" in await plant.topics(name))


async def test_a_reboot_between_disabling_and_dropping(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        await until(lambda: _is_online(plant, name))
        plant.fault("hang", "/ppp/active/remove")
        operation_id = await plant.ask(name)

        async def disabled() -> bool:
            return plant.secret(name)["disabled"] == "true"

        await until(disabled)
        plant.site.lab.reboot("127.65.70.1", 0.5)
        assert (await plant.ended(operation_id)).state == "succeeded"
        assert (await plant.customer(name)).state == "isolated"
        assert plant.secret(name)["disabled"] == "true" and not plant.online(name)


async def test_a_refusal_is_told_and_taken_back(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        await until(lambda: _is_online(plant, name))
        before = plant.secret(name)
        plant.fault("reject", "/ppp/active/remove", message="failure: not today")
        operation_id = await plant.ask(name)
        assert (await plant.ended(operation_id)).state == "failed"
        assert plant.secret(name) == before
        assert (await plant.customer(name)).state == "active"
        assert (await plant.ended(await plant.ask(name))).state == "succeeded"


async def test_two_engineers_at_once(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    async with plant.workers(*WORK):
        await plant.imported(1)
        before = plant.secret(name)
        plant.fault("slow", "/ppp/secret/set", delay_s=0.5)
        first = await plant.ask(name)
        second = await plant.ask(name, isolated=False)
        third = await plant.ask(name, isolated=True)
        fourth = await plant.ask(name, isolated=False)
        ends = [await plant.ended(each) for each in (first, second, third, fourth) if each is not None]
        assert all(each.state in ("succeeded", "failed") for each in ends)
        assert (await plant.customer(name)).state == "active"
        assert plant.secret(name) == before


async def test_a_fixed_address_beats_the_pool_and_is_not_called_isolated(plant: Plant) -> None:
    await plant.start(customers=0)
    add_customer(plant.device, "fixed", redial_s=0.02, remote_address="203.0.113.7")
    async with plant.workers(*WORK):
        await plant.imported(1)
        await until(lambda: _is_online(plant, "fixed"))
        operation_id = await plant.ask("fixed", method="profile", watch_s=3)
        assert (await plant.ended(operation_id)).state == "failed"
        assert (await plant.customer("fixed")).state == "not_effective"
        await plant.ended(await plant.ask("fixed", isolated=False))
        assert (await plant.customer("fixed")).state == "active"
        assert plant.secret("fixed")["profile"] == "home"


async def test_many_in_one_operation(plant: Plant) -> None:
    await plant.start(customers=30)
    names = [f"customer{number:04}" for number in range(30)]
    async with plant.workers(*WORK):
        await plant.imported(30)
        operation_id = await plant.ask_all([*names, "nobody"])
        assert (await plant.ended(operation_id)).state == "succeeded"
        states = [(await plant.customer(name)).state for name in names]
        assert states == ["isolated"] * 30
        assert all(plant.secret(name)["disabled"] == "true" for name in names)
        both = [await plant.ask_all(names, isolated=False) for _ in range(2)]
        await asyncio.gather(*(plant.ended(each) for each in both))
        assert all(plant.secret(name)["disabled"] == "false" for name in names)
