"""Many customers in one operation: the plain ones together, the others one by one, and all of them told apart."""

from typing import Any

import pytest

from lab.routeros.fleet import add_customer
from tests.integration.routers.conftest import until
from tests.integration.routers.plant import Plant

WORK = ("relay", "executor", "routers", "customers")
NAMES = [f"customer{number:04}" for number in range(12)]


async def _settled(plant: Plant, count: int) -> None:
    """All online, imported, and shown by the read model."""

    async def shown() -> bool:
        online = plant.device.execute_line("/ppp/active/print").rows
        async with plant.site.pool.connection() as conn:
            cursor = await conn.execute("SELECT count(*) FROM customers.customers")
            return (await cursor.fetchone())[0] == count == len(online)

    await until(shown)


async def _states(plant: Plant, names: list[str]) -> set[str]:
    return {(await plant.customer(name)).state for name in names}


def _commands(plant: Plant, path: str) -> int:
    return sum(path in row["action"] for row in plant.device.execute_line("/system/history/print").rows)


async def test_the_plain_ones_are_done_together_and_the_others_one_by_one(plant: Plant) -> None:
    await plant.start(customers=len(NAMES))
    add_customer(plant.device, "radius", redial_s=60, radius=True)
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES) + 1)
        before = {name: plant.secret(name) for name in NAMES}
        assert (await plant.ended(await plant.ask(NAMES[0]))).state == "succeeded"
        written = _commands(plant, "ppp secret")
        operation_id = await plant.ask_all([*NAMES, "radius", "nobody"])
        assert (await plant.ended(operation_id)).state == "succeeded"
        result = (await plant.site.events.of_aggregate(operation_id))[-1].event.result
        assert result["states"] == {"isolated": 13, "untouched": 1}
        assert result["changed"] == 12
        assert [(each["username"], each["code"]) for each in result["failures"]] == [
            ("nobody", "CUSTOMER_NOT_FOUND")
        ]
        assert _commands(plant, "ppp secret") == written + 1  # twelve secrets in one command
        assert not any(plant.online(name) for name in NAMES)
        assert await _states(plant, NAMES) == {"isolated"}
        isolated = (await plant.site.events_of_customer(plant.router_id, NAMES[5]))[-1]
        assert [(step.name, step.state) for step in isolated.event.evidence] == [
            ("isolation", "intended"),
            ("secret", "intended"),
            ("secret", "sent"),
            ("secret", "confirmed"),
            ("session.drop", "intended"),
            ("session.drop", "sent"),
            ("session.drop", "observed"),
            ("traffic", "observed"),
        ]
        await plant.ended(await plant.ask_all([*NAMES, "radius"], isolated=False))
        assert {name: plant.secret(name) for name in NAMES} == before
        assert await _states(plant, [*NAMES, "radius"]) == {"active"}


async def test_a_hand_in_between_is_told_at_the_release(plant: Plant) -> None:
    await plant.start(customers=3)
    async with plant.workers(*WORK):
        await _settled(plant, 3)
        await plant.ended(await plant.ask_all(NAMES[:3]))
        plant.device.execute_line("/ppp/secret/set", f"=numbers={NAMES[1]}", "=profile=business")
        await plant.ended(await plant.ask_all(NAMES[:3], isolated=False))
        released = (await plant.site.events_of_customer(plant.router_id, NAMES[1]))[-1]
        assert [(each.field, each.found) for each in released.event.differences] == [("profile", "business")]
        assert plant.secret(NAMES[1])["profile"] == "family"
        assert await _states(plant, NAMES[:3]) == {"active"}


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("drop_before", "/ppp/secret/set"),
        ("drop_after", "/ppp/secret/set"),
        ("drop_after", "/ppp/active/remove"),
        ("drop_mid_sentence", "/ppp/active/print"),
        ("reject", "/ppp/secret/set"),
    ],
)
async def test_what_breaks_in_the_middle_is_finished_one_by_one(
    plant: Plant, kind: Any, command: str
) -> None:
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
        plant.fault(kind, command)
        assert (await plant.ended(await plant.ask_all(NAMES))).state == "succeeded"
        assert await _states(plant, NAMES) == {"isolated"}
        assert {plant.secret(name)["disabled"] for name in NAMES} == {"true"}
        assert not any(plant.online(name) for name in NAMES)
        unknown = "outcome_unknown" in await plant.topics(NAMES[3])
        assert unknown == (kind.startswith("drop") and not command.endswith("print"))


async def test_a_worker_that_dies_in_the_middle_is_followed(plant: Plant) -> None:
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
    before = {name: plant.secret(name) for name in NAMES}
    operation_id = await plant.ask_all(NAMES)
    plant.fault("hang", "/ppp/active/remove")
    async with plant.workers("relay", "executor", "routers"):

        async def struck() -> bool:
            return not plant.device.faults.waiting

        await until(struck)
    plant.device.faults.clear()
    async with plant.workers(*WORK):
        assert (await plant.ended(operation_id)).state == "succeeded"
        assert await _states(plant, NAMES) == {"isolated"}
        await plant.ended(await plant.ask_all(NAMES, isolated=False))
        assert {name: plant.secret(name) for name in NAMES} == before
