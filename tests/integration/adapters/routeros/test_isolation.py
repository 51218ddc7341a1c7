"""Isolation and release against simulated routers: what is written, what is observed, and what others did meanwhile."""

from typing import Any

import pytest

from domain.router_isolation import IsolationPlan, RouterStep
from domain.router_ports import RouterError
from lab.routeros.fleet import add_customer

DISABLE = IsolationPlan(method="disable")
PROFILE = IsolationPlan(method="profile", profile="isolated")
LIST = IsolationPlan(method="address-list", address_list="isolated")
PLANS = [DISABLE, PROFILE, LIST]
NAME = "customer0003"
by_method = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.method)


class Killed(BaseException):
    """What a worker does not survive."""


def secret_of(bench: Any, name: str = NAME) -> dict[str, str]:
    row = bench.device.ppp.secrets.find(name=name)
    assert row is not None
    return dict(row)


def listed(bench: Any) -> list[str]:
    return [row["address"] for row in bench.device.ppp.address_lists.items.values()]


def address_of(bench: Any, name: str = NAME) -> str | None:
    row = bench.device.ppp.active.find(name=name)
    return None if row is None else row["address"]


@pytest.mark.parametrize("version", ["6.42.12", "6.49.17", "7.16.2", "7.18.2"])
@by_method
async def test_there_and_back(bench: Any, plan: IsolationPlan, version: str) -> None:
    await bench.start(versions=(version,))
    router = bench.own()
    bench.device.execute_line("/ppp/secret/set", f"=.id={NAME}", "=comment=7 Main St", "=limit-bytes-in=5")
    before = secret_of(bench)
    isolated = await router.ensure_isolated(NAME, plan, report=bench.report)
    assert isolated.changed
    assert isolated.effective
    assert ("session.drop", "observed") in bench.told()
    assert ("traffic", "observed") in bench.told()
    if plan is DISABLE:
        assert address_of(bench) is None
        assert isolated.session.state == "gone"
    else:
        assert isolated.session.state == "returned_restricted"
        assert isolated.session.address == address_of(bench)
    again = await router.ensure_isolated(NAME, plan, report=bench.report, memento=isolated.memento)
    assert not again.changed
    assert again.effective
    released = await router.ensure_released(isolated.memento, report=bench.report)
    assert released.changed
    assert released.effective
    assert released.session.state == "returned_unrestricted"
    assert released.session.address == address_of(bench)
    assert released.differences == ()
    assert secret_of(bench) == before
    assert listed(bench) == []
    writes = len(bench.device.history.items)
    assert not (await router.ensure_released(isolated.memento, report=bench.report)).changed
    assert len(bench.device.history.items) == writes
    assert router.connection.logins == 1


@by_method
async def test_every_write_is_intended_sent_and_confirmed_in_that_order(
    bench: Any, plan: IsolationPlan
) -> None:
    await bench.start()
    await bench.own().ensure_isolated(NAME, plan, report=bench.report)
    assert bench.steps[0].memento is not None
    assert bench.steps[0].memento.before.name == NAME
    write = "address-list" if plan is LIST else "secret"
    assert [state for name, state in bench.told() if name == write][:3] == ["intended", "sent", "confirmed"]
    assert bench.told().index((write, "confirmed")) < bench.told().index(("session.drop", "intended"))


@by_method
async def test_a_worker_killed_at_any_step_is_followed_by_one_that_finishes(
    bench: Any, plan: IsolationPlan
) -> None:
    await bench.start(customers=40)
    router = bench.own()

    async def walk(name: str, killed_at: int) -> bool:
        """One attempt that dies while it reports step `killed_at`, then another; False when there is no such step."""
        seen: list[RouterStep] = []

        async def report(step: RouterStep) -> None:
            seen.append(step)
            if len(seen) == killed_at:
                raise Killed

        before = secret_of(bench, name)
        try:
            await router.ensure_isolated(name, plan, report=report)
            return False
        except Killed:
            memento = seen[0].memento
        outcome = await router.ensure_isolated(name, plan, report=bench.report, memento=memento)
        assert outcome.effective, (killed_at, outcome)
        await router.ensure_released(outcome.memento, report=bench.report)
        assert secret_of(bench, name) == before, killed_at
        assert listed(bench) == []
        return True

    killed_at = 1
    while await walk(f"customer{killed_at:04}", killed_at):
        killed_at += 1
    assert killed_at > 6


async def test_a_fixed_address_beats_the_pool_and_is_not_called_isolated(bench: Any) -> None:
    await bench.start(customers=0)
    add_customer(bench.device, NAME, remote_address="203.0.113.7", redial_s=0.02)
    outcome = await bench.own().ensure_isolated(NAME, PROFILE, report=bench.report)
    assert outcome.changed
    assert not outcome.effective
    assert outcome.session.state == "returned_unrestricted"
    assert outcome.session.address == "203.0.113.7"
    assert any("fixed remote-address" in note for note in outcome.notes)


async def test_an_offline_user_with_a_fixed_address_is_not_called_isolated_either(bench: Any) -> None:
    await bench.start(customers=0)
    add_customer(bench.device, NAME, remote_address="203.0.113.7").online = False
    bench.device.pppoe.drop_all()
    outcome = await bench.own().ensure_isolated(NAME, PROFILE, report=bench.report, watch_s=0)
    assert outcome.session.state == "none"
    assert not outcome.effective


async def test_a_profile_with_an_address_list_catches_a_fixed_address(bench: Any) -> None:
    await bench.start(customers=0)
    bench.device.ppp.profiles.set("isolated", {"address-list": "walled"})
    add_customer(bench.device, NAME, remote_address="203.0.113.7", redial_s=0.02)
    outcome = await bench.own().ensure_isolated(NAME, PROFILE, report=bench.report)
    assert outcome.effective
    assert outcome.session.state == "returned_restricted"


async def test_a_profile_that_only_limits_the_rate(bench: Any) -> None:
    await bench.start()
    bench.device.ppp.profiles.add({"name": "slow", "remote-address": "customers", "rate-limit": "64k/128k"})
    bench.device.ppp.profiles.unset("slow", "remote-address")
    bench.device.ppp.profiles.set("slow", {"remote-address": "customers"})
    plan = IsolationPlan(method="profile", profile="slow")
    outcome = await bench.own().ensure_isolated(NAME, plan, report=bench.report)
    assert outcome.effective
    assert (await bench.own().user_traffic(NAME)).tx_limit_bps == 128_000


async def test_a_radius_user_comes_back_though_the_secret_is_disabled(bench: Any) -> None:
    await bench.start(customers=0)
    add_customer(bench.device, NAME, radius=True, remote_address="100.64.0.77", redial_s=0.02)
    outcome = await bench.own().ensure_isolated(NAME, DISABLE, report=bench.report)
    assert not outcome.effective
    assert outcome.session.state == "returned_unrestricted"


async def test_routers_that_end_sessions_of_disabled_secrets(bench: Any) -> None:
    await bench.start(disable_ends_session=True)
    outcome = await bench.own().ensure_isolated(NAME, DISABLE, report=bench.report)
    assert outcome.effective
    assert outcome.session.state == "none"


async def test_a_list_entry_follows_the_address(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    outcome = await router.ensure_isolated(NAME, LIST, report=bench.report)
    assert listed(bench) == [address_of(bench)]
    bench.device.execute_line("/ppp/active/remove", f"=.id={bench.device.ppp.active.find(name=NAME)['.id']}")
    bench.device.pppoe.dial(bench.device.pppoe.subscribers[NAME])
    assert listed(bench) != [address_of(bench)]
    again = await router.ensure_isolated(NAME, LIST, report=bench.report, memento=outcome.memento)
    assert again.effective
    assert listed(bench) == [address_of(bench)]


async def test_an_offline_user_cannot_be_listed_yet(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    outcome = await router.ensure_isolated(NAME, LIST, report=bench.report)
    bench.device.pppoe.subscribers[NAME].online = False
    stale = listed(bench)[0]
    bench.device.pppoe.hang_up(bench.device.ppp.active.find(name=NAME))
    again = await router.ensure_isolated(NAME, LIST, report=bench.report, memento=outcome.memento, watch_s=0)
    assert again.effective and again.session.state == "none"
    assert "offline" in again.notes[0]
    assert listed(bench) == [stale], "the pool may give it back"
    bench.device.ppp.secrets.add(
        {"name": "other", "password": "x", "profile": "home", "remote-address": stale}
    )
    bench.device.pppoe.subscribe(
        type(bench.device.pppoe.subscribers[NAME])("other", "x", "02:00:00:00:00:99")
    )
    assert address_of(bench, "other") == stale
    await router.ensure_isolated(NAME, LIST, report=bench.report, memento=outcome.memento, watch_s=0)
    assert listed(bench) == [], "another customer has the address now"


async def test_entries_of_others_are_left_alone(bench: Any) -> None:
    await bench.start(customers=0)
    add_customer(bench.device, NAME, remote_address="203.0.113.7", redial_s=0.02)
    lists = bench.device.ppp.address_lists
    lists.add({"list": "isolated", "address": "203.0.113.7", "comment": "by hand"})
    lists.add({"list": "isolated", "address": "203.0.113.8"})
    router = bench.own()
    outcome = await router.ensure_isolated(NAME, LIST, report=bench.report)
    assert not outcome.changed
    assert outcome.effective
    assert outcome.memento.listed_before == ("203.0.113.7",)
    await router.ensure_released(outcome.memento, report=bench.report)
    assert listed(bench) == ["203.0.113.7", "203.0.113.8"]


@by_method
async def test_what_others_changed_meanwhile_is_undone_and_said(bench: Any, plan: IsolationPlan) -> None:
    await bench.start()
    router = bench.own()
    before = secret_of(bench)
    outcome = await router.ensure_isolated(NAME, plan, report=bench.report)
    bench.device.execute_line(
        "/ppp/secret/set", f"=.id={NAME}", "=comment=paid?", "=remote-address=100.64.7.7", "=profile=business"
    )
    released = await router.ensure_released(outcome.memento, report=bench.report)
    assert {one.field: one.found for one in released.differences} == {
        "comment": "paid?",
        "remote-address": "100.64.7.7",
        "profile": "business",
    }
    assert secret_of(bench) == before
    assert released.effective


async def test_a_user_who_was_disabled_by_hand_stays_so(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    bench.device.execute_line("/ppp/secret/disable", f"=.id={NAME}")
    outcome = await router.ensure_isolated(NAME, DISABLE, report=bench.report)
    assert outcome.changed, "the session was still up"
    assert outcome.memento.before.disabled
    await router.ensure_released(outcome.memento, report=bench.report)
    assert secret_of(bench)["disabled"] == "true"


async def test_what_is_missing_is_named_before_anything_is_written(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    for name, plan, code in (
        ("nobody", DISABLE, "ROUTER_SECRET_NOT_FOUND"),
        (NAME, IsolationPlan(method="profile", profile="nowhere"), "ROUTER_PROFILE_NOT_FOUND"),
        (NAME, IsolationPlan(method="profile"), "ROUTER_ARGUMENT_REFUSED"),
    ):
        with pytest.raises(RouterError) as missing:
            await router.ensure_isolated(name, plan, report=bench.report)
        assert missing.value.code == code
    assert len(bench.device.history.items) == 0


async def test_another_method_needs_a_release_first(bench: Any) -> None:
    """Otherwise the memento would forget what the first one changed."""
    await bench.start()
    router = bench.own()
    outcome = await router.ensure_isolated(NAME, LIST, report=bench.report)
    with pytest.raises(RouterError) as refused:
        await router.ensure_isolated(NAME, DISABLE, report=bench.report, memento=outcome.memento)
    assert refused.value.code == "ROUTER_ARGUMENT_REFUSED"
    assert secret_of(bench)["disabled"] == "false"


@by_method
async def test_a_reboot_between_change_and_session(bench: Any, plan: IsolationPlan) -> None:
    await bench.start()
    router = bench.own()

    async def report(step: RouterStep) -> None:
        await bench.report(step)
        if (step.name, step.state) == ("session.drop", "intended"):
            bench.device.reboot(0.1)

    before = secret_of(bench)
    try:
        outcome = await router.ensure_isolated(NAME, plan, report=report)
    except RouterError as error:
        assert error.outcome_unknown or error.code in ("ROUTER_CIRCUIT_OPEN", "ROUTER_UNREACHABLE")
        router.reset()
        memento = bench.steps[0].memento
        outcome = await router.ensure_isolated(NAME, plan, report=bench.report, memento=memento)
    assert outcome.effective
    if plan is DISABLE:
        assert address_of(bench) is None
    elif plan is LIST:
        assert address_of(bench) in listed(bench)
    else:
        assert (address_of(bench) or "10.66.").startswith("10.66.")
    await router.ensure_released(outcome.memento, report=bench.report)
    assert secret_of(bench) == before
