"""Changes as recorded for platforms that the lab does not simulate: armed, sent, confirmed; refused and taken back."""

import pytest

from adapters.ssh.channel import Channel
from adapters.ssh.command_line import CommandLine
from adapters.ssh.drivers import driver_of
from adapters.ssh.sending import Rejected, Sending, in_order, tolerant
from domain.access import SshAccess
from domain.config_plan import ConfigPlan
from tests.unit.adapters.ssh.dialogue import FOLDER, Dialogue

LINES = {
    "nxos": ("interface Ethernet1/1", "description new", "exit"),
    "iosxr": ("interface MgmtEth0/RSP0/CPU0/0", "description new", "exit"),
    "vyos": ("set interfaces ethernet eth0 description 'new'",),
    "vrp": ("interface Vlanif10", "description new", "quit"),
}
REFUSED = {
    "nxos": ("bogus",),
    "iosxr": ("interface MgmtEth0/RSP0/CPU0/0", "bogus"),
    "vyos": ("set bogus x",),
    "vrp": ("interface Vlanif10", "bogus"),
}


async def begun(name: str, within_s: int | None) -> tuple[CommandLine, Sending, Dialogue]:
    platform = name.split("#", maxsplit=1)[0]
    driver = driver_of(platform)
    dialogue = Dialogue((FOLDER / name).read_text(), portion=3)
    channel = Channel(dialogue, pager=driver.pager, pager_key=driver.pager_key, silence_s=5, nudge_s=5)
    cli = CommandLine(driver, channel, SshAccess(id="lab", username="ada"), platform=platform)
    await cli.begin()
    return cli, Sending(driver, platform, within_s), dialogue


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*#change.txt")))
async def test_a_change_is_sent_under_a_timer_and_confirmed(name: str) -> None:
    platform = name.split("#", maxsplit=1)[0]
    cli, sending, dialogue = await begun(name, 300)
    await sending.send(cli, ConfigPlan(platform=platform, kind="merge", lines=LINES[platform]))
    assert await in_order(cli, (*sending.way.confirm, *sending.way.forget)) == ""
    assert dialogue.over


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*#refused.txt")))
async def test_a_refused_line_is_taken_back(name: str) -> None:
    platform = name.split("#", maxsplit=1)[0]
    cli, sending, dialogue = await begun(name, None)
    with pytest.raises(Rejected) as raised:
        await sending.send(cli, ConfigPlan(platform=platform, kind="merge", lines=REFUSED[platform]))
    assert raised.value.line.line == REFUSED[platform][-1]
    assert raised.value.line.answer
    await tolerant(cli, sending.way.discard or (*sending.way.leave, *sending.way.undo))
    assert dialogue.over
