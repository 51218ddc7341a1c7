"""Configurations of simulated devices, read whole however they are shown, or not at all."""

import asyncio
from typing import Any

import msgspec
import pytest

from domain.config_ports import ConfigError
from domain.config_text import normalise, same
from lab.ssh.faults import Fault
from tests.integration.adapters.ssh.conftest import FAMILIES, Bench

LOG = "*Jan  1 10:00:00.123: %SYS-5-CONFIG_I: Configured from console by ada on vty0 (10.0.0.9)"


@pytest.mark.parametrize("family", FAMILIES)
async def test_the_text_is_what_the_device_runs(bench: Bench, family: str) -> None:
    await bench.start(family, interfaces=40)
    read = await bench.read()
    assert normalise(family, read.text) == normalise(family, bench.device().running())
    assert read.seen.first_sight
    assert read.seen.host_key.startswith("ssh-ed25519 SHA256:")


@pytest.mark.parametrize("family", FAMILIES)
async def test_two_reads_of_an_unchanged_device_are_the_same(bench: Bench, family: str) -> None:
    await bench.start(family)
    assert same(family, (await bench.read()).text, (await bench.read()).text)


@pytest.mark.parametrize("family", ["ios", "junos", "vrp", "procurve"])
async def test_a_device_that_keeps_its_pages_is_read_page_by_page(bench: Bench, family: str) -> None:
    await bench.start(family, interfaces=40)
    for command in (
        "terminal length",
        "set cli screen-length",
        "show configuration | no-more",
        "screen-length",
        "no page",
    ):
        bench.device().faults.add(
            Fault("reject", command, times=0, message="% Invalid input\nunknown command.\nError: no")
        )
    read = await bench.read()
    assert normalise(family, read.text) == normalise(family, bench.device().running())


async def test_one_byte_at_a_time_is_as_good(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("trickle", "show running-config"))
    read = await bench.read()
    assert normalise("ios", read.text) == normalise("ios", bench.device().running())


async def test_log_messages_are_not_configuration(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("chatty", "show running-config", message=LOG))
    read = await bench.read()
    assert normalise("ios", read.text) == normalise("ios", bench.device().running())


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_cut_configuration_is_read_again(bench: Bench, family: str) -> None:
    await bench.start(family, interfaces=10)
    bench.device().faults.add(Fault("truncate", "show run" if family != "junos" else "show configuration"))
    bench.device().faults.add(Fault("truncate", "display current"))
    bench.device().faults.add(Fault("truncate", "/export"))
    read = await bench.read()
    assert read.reads > 1
    assert normalise(family, read.text) == normalise(family, bench.device().running())


@pytest.mark.parametrize(("family", "command"), [("ios", "show"), ("vrp", "display"), ("arista_eos", "show")])
async def test_a_configuration_that_is_always_cut_is_refused(bench: Bench, family: str, command: str) -> None:
    await bench.start(family)
    bench.device().faults.add(Fault("truncate", command, times=0))
    with pytest.raises(ConfigError) as raised:
        await bench.read()
    assert raised.value.code == "CONFIG_INCOMPLETE"


async def test_words_of_regret_make_a_configuration_incomplete(bench: Bench) -> None:
    await bench.start("junos")
    bench.device().faults.add(
        Fault("interrupt", "show", times=0, message="error: timeout communicating with mgd")
    )
    with pytest.raises(ConfigError, match="timeout communicating"):
        await bench.read()


async def test_a_connection_that_breaks_in_the_middle_is_opened_again(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("drop", "show running-config"))
    read = await bench.read()
    assert normalise("ios", read.text) == normalise("ios", bench.device().running())
    assert bench.device().logins == 2


async def test_a_connection_that_always_breaks_is_an_error(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("drop", "show running-config", times=0))
    with pytest.raises(ConfigError) as raised:
        await bench.read()
    assert raised.value.code == "SSH_CONNECTION_LOST"
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize(
    ("fault", "code"),
    [("hang", "SSH_PROMPT_NOT_FOUND"), ("wrong_prompt", "SSH_PROMPT_NOT_FOUND"), ("flood", "SSH_TOO_LARGE")],
)
async def test_a_broken_shell_hangs_nobody(bench: Bench, fault: str, code: str) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault(fault, "show running-config", times=0))  # type: ignore[arg-type]  # parametrised
    with pytest.raises(ConfigError) as raised:
        await bench.read()
    assert raised.value.code == code


async def test_a_slow_device_has_until_the_deadline(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("slow", "show running-config", delay_s=1.0))
    assert (await bench.read()).reads == 1
    bench.device().faults.add(Fault("slow", "show running-config", delay_s=30.0))
    with pytest.raises(ConfigError) as raised:
        await bench.read(deadline_s=1.0)
    assert raised.value.code == "SSH_TIMEOUT"


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ({"password": "wrong"}, "SSH_LOGIN_REFUSED"),
        ({"enable_password": "wrong"}, "SSH_ENABLE_REFUSED"),
        ({"port": 1}, "SSH_UNREACHABLE"),
        ({"private_key": "nonsense"}, "SSH_KEY_UNREADABLE"),
    ],
)
async def test_what_cannot_be_logged_in_to_says_why(bench: Bench, access: dict[str, Any], code: str) -> None:
    await bench.start("ios")
    with pytest.raises(ConfigError) as raised:
        await bench.read(**access)
    assert raised.value.code == code
    assert "wrong" not in str(raised.value)


async def test_one_broken_device_does_not_stop_a_hundred(bench: Bench) -> None:
    await bench.start("ios", count=100, shared_host_key=True)
    bench.device().faults.add(Fault("hang", "show", times=0))
    addresses = list(bench.fleet.servers)

    async def read(address: str) -> str:
        target = bench.target()
        return (
            await bench.devices.read(msgspec.structs.replace(target, address=address), deadline_s=120)
        ).text

    results = await asyncio.gather(*(read(address) for address in addresses), return_exceptions=True)
    assert [isinstance(result, ConfigError) for result in results] == [True] + [False] * 99


async def test_who_changed_a_device_is_told_by_itself(bench: Bench) -> None:
    await bench.start("ios", "junos", "routeros", "vrp")
    await bench.apply("routeros", "/ip dns set servers=9.9.9.9")
    assert (await bench.read("ios")).author.by == "admin"
    assert (await bench.read("junos")).author.by == "admin"
    assert (await bench.read("vrp")).author.by == "admin"
    assert (await bench.read("routeros")).author.by == "admin"
