"""Devices that lose us after a change come back by themselves."""

import asyncio

import pytest

from domain.config_ports import ConfigChange, ConfigError, ConfigStep
from domain.config_text import same
from lab.ssh.faults import Fault
from tests.integration.adapters.ssh.conftest import FAMILIES, Bench
from tests.integration.adapters.ssh.test_changing import GOOD

FAST_MINUTE_S = 0.8


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_device_that_nobody_reaches_takes_the_change_back(bench: Bench, family: str) -> None:
    await bench.start(family)
    server, device = bench.server(), bench.device()
    device.minute_s = FAST_MINUTE_S
    before = device.running()

    async def cut_off(step: ConfigStep) -> None:
        if step.state == "sent":
            assert not same(family, device.running(), before), "the change was in force"
            server.cut()
            mending.append(asyncio.create_task(mend()))

    async def mend() -> None:
        while not same(family, device.running(), before):  # noqa: ASYNC110 - the device signals nothing when it reverts
            await asyncio.sleep(0.02)
        await server.mend()

    mending: list[asyncio.Task[None]] = []
    change = ConfigChange(kind="merge", text=GOOD[family], confirm_within_s=60)
    outcome = await bench.devices.apply(bench.target(), change, report=cut_off, deadline_s=20)
    assert outcome.state == "rolled_back"
    assert outcome.reason
    assert same(family, device.running(), before)
    await asyncio.gather(*mending)


async def test_ios_with_an_archive_uses_its_own_rollback(bench: Bench) -> None:
    await bench.start("ios")
    await bench.apply("ios", "archive\n path flash:backup\n")
    outcome = await bench.apply("ios", GOOD["ios"], confirm_within_s=60)
    assert "revert timer" in outcome.confirmed_by
    assert not bench.device().timers
    assert any(line.startswith("configure terminal revert timer 1") for line in bench.device().commands)


async def test_ios_with_an_archive_goes_back_at_once_after_a_rejected_line(bench: Bench) -> None:
    await bench.start("ios")
    await bench.apply("ios", "archive\n path flash:backup\n")
    before = bench.device().running()
    outcome = await bench.apply("ios", GOOD["ios"] + "bogus thing\n", confirm_within_s=60)
    assert outcome.state == "rolled_back"
    assert "configure revert now" in bench.device().commands
    assert same("ios", bench.device().running(), before)


async def test_a_device_that_stays_away_has_an_unknown_outcome(bench: Bench) -> None:
    await bench.start("ios")

    async def cut_off(step: ConfigStep) -> None:
        if step.state == "sent":
            bench.server().cut()

    change = ConfigChange(kind="merge", text=GOOD["ios"], confirm_within_s=60)
    with pytest.raises(ConfigError) as raised:
        await bench.devices.apply(bench.target(), change, report=cut_off, deadline_s=1.5)
    assert raised.value.outcome_unknown


async def test_a_device_that_will_not_confirm_is_asked_again(bench: Bench) -> None:
    await bench.start("junos")

    async def hold(step: ConfigStep) -> None:
        if step.state == "sent":
            bench.device().faults.add(
                Fault("reject", "commit", message="error: configuration database locked by: root")
            )

    change = ConfigChange(kind="merge", text=GOOD["junos"], confirm_within_s=60)
    outcome = await bench.devices.apply(bench.target(), change, report=hold, deadline_s=20)
    assert outcome.state == "applied"
    assert not bench.device().timers


async def test_a_device_that_never_confirms_is_going_back(bench: Bench) -> None:
    await bench.start("junos")

    async def hold(step: ConfigStep) -> None:
        if step.state == "sent":
            bench.device().faults.add(Fault("reject", "commit", times=0, message="error: database locked"))

    change = ConfigChange(kind="merge", text=GOOD["junos"], confirm_within_s=1)
    outcome = await bench.devices.apply(bench.target(), change, report=hold, deadline_s=20)
    assert outcome.state == "reverting"
    assert "refuses to confirm" in outcome.reason
    assert bench.device().timers == ("confirm",)


async def test_a_time_that_the_device_cannot_wait_is_refused_before_anything_is_sent(bench: Bench) -> None:
    await bench.start("ios")
    before = bench.device().running()
    with pytest.raises(ConfigError) as raised:
        await bench.apply("ios", GOOD["ios"], confirm_within_s=999 * 60 + 1)
    assert raised.value.code == "CONFIG_CONFIRM_UNSUPPORTED"
    assert same("ios", bench.device().running(), before)
