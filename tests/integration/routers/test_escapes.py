"""Isolated customers who come online: an address list follows them, and any other escape is told, once."""

from typing import Any

from domain.alert import ALERT, alert_id
from domain.customer import customer_id
from lab.routeros.fleet import add_customer
from tests.integration.routers.conftest import until
from tests.integration.routers.plant import Plant
from workers.customer_change import effect_alert

WORK = ("relay", "executor", "routers", "customers")


def _listed(plant: Plant) -> set[str]:
    rows = plant.device.execute_line("/ip/firewall/address-list/print", "?list=isolated").rows
    return {row["address"] for row in rows}


async def _state(plant: Plant, name: str, state: str) -> bool:
    return (await plant.customer(name)).state == state


async def test_an_address_list_follows_who_was_offline_and_who_gets_another_address(plant: Plant) -> None:
    await plant.start(customers=1)
    name = "customer0000"
    modem = plant.device.pppoe.subscribers[name]
    modem.online = False
    plant.device.execute_line("/ppp/active/remove", f"=numbers={name}")
    async with plant.workers(*WORK):
        await plant.imported(1)
        operation_id = await plant.ask(name, method="address-list")
        assert (await plant.ended(operation_id)).state == "succeeded"
        isolated = (await plant.site.events_of_customer(plant.router_id, name))[-1].event
        assert "offline" in isolated.notes[0] and not _listed(plant)
        modem.online = True
        plant.device.pppoe.dial(modem)

        async def follows() -> bool:
            online = {row["address"] for row in plant.online(name)}
            return bool(online) and online == _listed(plant) and await _state(plant, name, "isolated")

        await until(follows)
        first = _listed(plant)
        neighbour = add_customer(plant.device, "neighbour", redial_s=60)
        plant.device.execute_line("/ppp/active/remove", f"=numbers={name}")

        async def moved() -> bool:
            return await follows() and _listed(plant) != first

        await until(moved)
        assert neighbour.online
        again = [each for each in await plant.topics(name) if each == "isolation_requested"]
        assert len(again) >= 3
        await plant.ended(await plant.ask(name, isolated=False))
        assert not _listed(plant)


async def test_who_comes_back_past_the_isolation_is_told_once_and_left_alone(plant: Plant) -> None:
    await plant.start(customers=0)
    add_customer(plant.device, "radius", redial_s=0.8, radius=True)

    async def online() -> list[Any]:
        return plant.online("radius")

    async with plant.workers(*WORK):
        await plant.imported(1)
        await until(online)
        operation_id = await plant.ask("radius", watch_s=0)
        assert (await plant.ended(operation_id)).state == "succeeded"
        await until(lambda: _state(plant, "radius", "not_effective"))
        told = (await plant.site.events_of_customer(plant.router_id, "radius"))[-1].event
        assert told.session.state == "returned_unrestricted" and told.notes
        key = alert_id(effect_alert(customer_id(plant.router_id, "radius")))
        assert (await plant.site.ledger.state(ALERT, key)).state == "firing"
        (session,) = plant.online("radius")
        before = await plant.topics("radius")
        add_customer(
            plant.device, "other", redial_s=0.02
        )  # another dial, so that sessions are looked at again
        await plant.site.calls.sync(plant.router_id)
        assert await plant.topics("radius") == before and plant.online("radius")[0][".id"] == session[".id"]
        assert (await plant.ended(await plant.ask("radius", isolated=False))).state == "succeeded"
        assert (await plant.site.ledger.state(ALERT, key)).state == "resolved"
