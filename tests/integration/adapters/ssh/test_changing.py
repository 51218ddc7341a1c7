"""Changes of simulated devices: sent, read back, saved; or taken back whole."""

import pytest

from domain.config_ports import ConfigChange, ConfigError
from domain.config_text import same
from lab.ssh.faults import Fault
from tests.integration.adapters.ssh.conftest import FAMILIES, Bench

GOOD = {
    "ios": "interface Vlan10\n description new\nip route 10.9.0.0 255.255.0.0 10.0.0.1\n",
    "junos": "set system name-server 9.9.9.9\nset interfaces ge-0/0/0 description new\n",
    "routeros": "/ip dns set servers=9.9.9.9\n/ip firewall address-list add list=new address=1.2.3.4\n",
    "arista_eos": "interface Vlan10\n   description new\n",
    "vrp": "interface Vlanif10\n description new\n",
    "procurve": 'vlan 10\n   name "new"\n',
}
REFUSED = {
    "ios": "bogus thing",
    "junos": "set bogus thing",
    "routeros": "/ip bogus add x=1",
    "arista_eos": "bogus thing",
    "vrp": "bogus thing",
    "procurve": "bogus thing",
}


@pytest.mark.parametrize("within_s", [None, 60])
@pytest.mark.parametrize("family", FAMILIES)
async def test_a_change_is_in_force_and_back_again(bench: Bench, family: str, within_s: int | None) -> None:
    await bench.start(family)
    before = bench.device().running()
    there = await bench.apply(family, GOOD[family], confirm_within_s=within_s)
    assert (there.state, there.missing, there.rejected) == ("applied", (), None)
    assert "new" in bench.device().running() or "9.9.9.9" in bench.device().running()
    assert bool(there.confirmed_by) == bool(within_s)
    back = await bench.apply(family, before, kind="replace", confirm_within_s=within_s)
    assert back.state == "applied"
    assert same(family, bench.device().running(), before)
    assert not bench.device().timers, "no timer is left running"


@pytest.mark.parametrize("family", FAMILIES)
async def test_repeating_a_change_changes_nothing(bench: Bench, family: str) -> None:
    await bench.start(family)
    await bench.apply(family, GOOD[family])
    typed = len(bench.device().commands)
    again = await bench.apply(family, GOOD[family])
    assert again.state == "unchanged"
    assert again.plan.lines == ()
    assert not any(
        "conf" in line or "system-view" in line
        for line in bench.device().commands[typed:][3:]
        if "show" not in line
    )


@pytest.mark.parametrize("within_s", [None, 60])
@pytest.mark.parametrize("family", FAMILIES)
async def test_a_rejected_line_leaves_the_device_as_it_was(
    bench: Bench, family: str, within_s: int | None
) -> None:
    await bench.start(family)
    before = bench.device().running()
    outcome = await bench.apply(family, f"{GOOD[family]}{REFUSED[family]}\n", confirm_within_s=within_s)
    assert outcome.state == "rolled_back"
    assert outcome.rejected is not None
    assert outcome.rejected.line == REFUSED[family]
    assert outcome.rejected.answer
    assert same(family, bench.device().running(), before)
    assert same(family, outcome.after, before)
    assert not bench.device().timers


async def test_the_steps_tell_intended_sent_and_confirmed_apart(bench: Bench) -> None:
    await bench.start("ios")
    before = bench.device().running()
    await bench.apply("ios", GOOD["ios"], confirm_within_s=60)
    assert [step.state for step in bench.steps] == ["intended", "sent", "confirmed"]
    assert bench.steps[0].before is not None
    assert same("ios", bench.steps[0].before, before)


async def test_a_banner_is_one_line_of_a_change(bench: Bench) -> None:
    await bench.start("ios")
    name = bench.device().name
    outcome = await bench.apply("ios", f"banner login ^C\n{name}#\n warning\n^C\n")
    assert outcome.state == "applied"
    assert f"banner login ^C\n{name}#\n warning\n^C" in (await bench.read()).text


async def test_a_rejected_commit_takes_all_back(bench: Bench) -> None:
    await bench.start("junos")
    before = bench.device().running()
    bench.device().faults.add(
        Fault("reject", "commit", message="error: commit failed: (statements constraint check failed)")
    )
    outcome = await bench.apply("junos", GOOD["junos"])
    assert outcome.state == "rolled_back"
    assert outcome.rejected is not None
    assert "commit failed" in outcome.rejected.answer
    assert same("junos", bench.device().running(), before)


async def test_junos_loads_what_commands_cannot_order(bench: Bench) -> None:
    await bench.start("junos")
    wanted = (
        bench.device()
        .running()
        .replace(
            "        term ssh {",
            "        term first {\n            then accept;\n        }\n        term ssh {",
        )
    )
    outcome = await bench.apply("junos", wanted, kind="replace")
    assert outcome.plan.method == "load"
    assert outcome.state == "applied"
    assert same("junos", bench.device().running(), wanted)


async def test_a_configuration_that_does_not_load_is_refused_whole(bench: Bench) -> None:
    await bench.start("junos")
    before = bench.device().running()
    wanted = before.replace(
        "        term ssh {", "        nonsense here\n        term first {\n        }\n        term ssh {"
    )
    outcome = await bench.apply("junos", wanted, kind="replace")
    assert outcome.state == "rolled_back"
    assert same("junos", bench.device().running(), before)


async def test_a_password_in_a_rejected_line_is_not_shown(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(
        Fault("reject", "snmp-server", message="% Invalid value geheim in snmp-server community")
    )
    outcome = await bench.apply("ios", "snmp-server community geheim RO")
    assert outcome.rejected is not None
    assert "geheim" not in repr(outcome.rejected)
    assert "geheim" not in outcome.reason


async def test_a_connection_lost_while_sending_is_an_unknown_outcome(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("drop", "ip route"))
    with pytest.raises(ConfigError) as raised:
        await bench.apply("ios", GOOD["ios"])
    assert raised.value.outcome_unknown


async def test_an_attempt_that_died_is_finished_by_the_next(bench: Bench) -> None:
    await bench.start("ios")
    bench.device().faults.add(Fault("drop", "ip route"))
    with pytest.raises(ConfigError):
        await bench.apply("ios", GOOD["ios"], confirm_within_s=60)
    before = bench.steps[0].before
    outcome = await bench.apply("ios", GOOD["ios"], confirm_within_s=60, before=before)
    assert outcome.state == "applied"
    assert not bench.device().timers


async def test_an_attempt_that_died_before_confirming_is_confirmed_by_the_next(bench: Bench) -> None:
    await bench.start("junos")
    before = bench.device().running()

    async def die(step: object) -> None:
        if getattr(step, "state", "") == "sent":
            raise RuntimeError("the worker dies here")

    change = ConfigChange(kind="merge", text=GOOD["junos"], confirm_within_s=60)
    with pytest.raises(RuntimeError):
        await bench.devices.apply(bench.target(), change, report=die, deadline_s=20)
    assert "confirm" in bench.device().timers
    outcome = await bench.apply("junos", GOOD["junos"], confirm_within_s=60, before=before)
    assert outcome.state == "applied"
    assert "confirm" not in bench.device().timers
