"""Many customers in one operation: the plain ones together, the others one by one, and all of them told apart."""

from typing import Any
from uuid import UUID

import pytest

from lab.routeros.fleet import add_customer
from projections import operations
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


def _steps(event: Any) -> list[tuple[str, str]]:
    return [(step.name, step.state) for step in event.event.evidence]


async def test_by_profile_both_ways_together(plant: Plant) -> None:
    """Who dials in again is seen under the profile, and out of it after the release."""
    await plant.start(customers=len(NAMES))
    add_customer(plant.device, "fixed", redial_s=0.02, remote_address="198.51.100.7")
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES) + 1)
        before = {name: plant.secret(name) for name in [*NAMES, "fixed"]}
        written = _commands(plant, "ppp secret")
        operation_id = await plant.ask_all([*NAMES, "fixed"], method="profile")
        assert (await plant.ended(operation_id)).state == "succeeded"
        result = (await plant.site.events.of_aggregate(operation_id))[-1].event.result
        assert result["states"] == {"isolated": 12, "not_effective": 1}
        assert [each["username"] for each in result["failures"]] == ["fixed"]
        assert "198.51.100.7" in " ".join(result["failures"][0]["notes"])
        assert (
            _commands(plant, "ppp secret") == written + 2
        )  # all in one command, and the special one by itself
        assert {plant.secret(name)["profile"] for name in NAMES} == {"isolated"}

        async def all_restricted() -> bool:
            there = [plant.online(name) for name in NAMES]
            return all(each and each[0]["address"].startswith("10.66.") for each in there)

        await until(all_restricted)
        isolated = (await plant.site.events_of_customer(plant.router_id, NAMES[5]))[-1]
        assert _steps(isolated)[:7] == [
            ("isolation", "intended"),
            ("secret", "intended"),
            ("secret", "sent"),
            ("secret", "confirmed"),
            ("session.drop", "intended"),
            ("session.drop", "sent"),
            ("session.drop", "observed"),
        ]
        assert isolated.event.session.state in ("gone", "returned_restricted")
        (profile_step,) = {step.detail for step in isolated.event.evidence if step.name == "secret"}
        assert profile_step == f"profile: {before[NAMES[5]]['profile']} -> isolated"

        written = _commands(plant, "ppp secret")
        await plant.ended(await plant.ask_all([*NAMES, "fixed"], isolated=False))
        assert {name: plant.secret(name) for name in before} == before
        assert await _states(plant, [*NAMES, "fixed"]) == {"active"}
        profiles = {before[name]["profile"] for name in NAMES}
        assert _commands(plant, "ppp secret") == written + len(profiles) + 1

        async def all_free() -> bool:
            there = [plant.online(name) for name in NAMES]
            return all(each and each[0]["address"].startswith("100.64.") for each in there)

        await until(all_free)


async def test_by_address_list_both_ways_together(plant: Plant) -> None:
    await plant.start(customers=len(NAMES))
    add_customer(plant.device, "fixed", redial_s=0.02, remote_address="198.51.100.7")
    plant.device.execute_line("/ip/firewall/address-list/add", "=list=isolated", "=address=203.0.113.9")
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES) + 1)
        addresses = {name: plant.online(name)[0]["address"] for name in [*NAMES, "fixed"]}
        operation_id = await plant.ask_all([*NAMES, "fixed"], method="address-list")
        assert (await plant.ended(operation_id)).state == "succeeded"
        result = (await plant.site.events.of_aggregate(operation_id))[-1].event.result
        assert result["states"] == {"isolated": 13} and result["changed"] == 13
        listed = plant.device.execute_line("/ip/firewall/address-list/print").rows
        of = {row["comment"].rpartition(" ")[2]: row["address"] for row in listed if "comment" in row}
        assert of.keys() == addresses.keys() and of["fixed"] == "198.51.100.7"
        isolated = (await plant.site.events_of_customer(plant.router_id, "fixed"))[-1]
        assert _steps(isolated)[:7] == [
            ("isolation", "intended"),
            ("address-list", "intended"),
            ("address-list", "sent"),
            ("address-list", "confirmed"),
            ("session.drop", "intended"),
            ("session.drop", "sent"),
            ("session.drop", "observed"),
        ]
        await plant.ended(await plant.ask_all([*NAMES, "fixed"], isolated=False))
        assert await _states(plant, [*NAMES, "fixed"]) == {"active"}
        (other,) = plant.device.execute_line("/ip/firewall/address-list/print").rows
        assert other["address"] == "203.0.113.9"  # what others had listed stays
        released = (await plant.site.events_of_customer(plant.router_id, "fixed"))[-1]
        assert ("address-list", "confirmed") in _steps(released)


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
async def test_what_breaks_in_the_middle_is_finished(plant: Plant, kind: Any, command: str) -> None:
    """Together again where the router only has to come back, one by one where it refuses."""
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
        written = _commands(plant, "ppp secret")
        plant.fault(kind, command)
        assert (await plant.ended(await plant.ask_all(NAMES))).state == "succeeded"
        together = _commands(plant, "ppp secret") - written
        assert together == len(NAMES) if kind == "reject" else together <= 2
        assert await _states(plant, NAMES) == {"isolated"}
        assert {plant.secret(name)["disabled"] for name in NAMES} == {"true"}
        assert not any(plant.online(name) for name in NAMES)
        unknown = "outcome_unknown" in await plant.topics(NAMES[3])
        assert unknown == (kind.startswith("drop") and not command.endswith("print"))


async def _waiting(plant: Plant, operation_id: UUID) -> bool:
    async with plant.site.pool.connection() as conn:
        row = await operations.one(conn, str(operation_id))
    return row is not None and row.progress.get("waiting") == len(NAMES)


async def test_a_router_that_is_down_is_waited_for_and_done_together(plant: Plant) -> None:
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
        written = _commands(plant, "ppp secret")
        plant.site.lab.reboot("127.65.70.1", 4)
        operation_id = await plant.ask_all(NAMES)
        await until(lambda: _waiting(plant, operation_id))
        assert (await plant.ended(operation_id)).state == "succeeded"
        assert await _states(plant, NAMES) == {"isolated"}
        assert _commands(plant, "ppp secret") <= written + 1


@pytest.mark.parametrize("begun", [False, True])
async def test_waiting_for_a_router_can_be_cancelled(plant: Plant, begun: bool) -> None:
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
        if begun:
            plant.fault("hang", "/ppp/active/remove")
        else:
            plant.site.lab.reboot("127.65.70.1", 60)
        operation_id = await plant.ask_all(NAMES)
        if begun:

            async def struck() -> bool:
                return not plant.device.faults.waiting

            await until(struck)
            plant.site.lab.reboot("127.65.70.1", 60)
        await until(lambda: _waiting(plant, operation_id))
        await plant.cancel(operation_id)
        assert (await plant.ended(operation_id)).state == "cancelled"
        result = (await plant.site.events.of_aggregate(operation_id))[-1].event.result
        assert result["states"] == {"not_effective" if begun else "untouched": len(NAMES)}
        assert {each["code"] for each in result["failures"]} == {"CANCELLED"}
        # Half an isolation that could not be taken back is one from which a release leads away.
        assert await _states(plant, NAMES) == {"not_effective" if begun else "active"}


async def test_a_router_that_does_not_come_back_in_time_is_told_of_each(plant: Plant) -> None:
    await plant.start(customers=len(NAMES))
    async with plant.workers(*WORK):
        await _settled(plant, len(NAMES))
        plant.site.lab.reboot("127.65.70.1", 60)
        operation_id = await plant.ask_all(NAMES, wait_s=2)
        assert (await plant.ended(operation_id)).state == "failed"
        event = (await plant.site.events.of_aggregate(operation_id))[-1].event
        assert event.code == "NO_CUSTOMER_CHANGED"
        assert event.message.startswith(f"it failed for each of {len(NAMES)} customers; for ")
        result = event.result
        assert {each["code"] for each in result["failures"]} == {"ROUTER_DEADLINE_PASSED"}
        assert result["failed"] == len(NAMES)
        assert await _states(plant, NAMES) == {"active"}
