"""Every recorded dialogue gives its configuration, whole and byte by byte, without a secret once it is masked."""

import pytest

from adapters.ssh.channel import Channel
from adapters.ssh.command_line import CommandLine
from adapters.ssh.drivers import DRIVERS, driver_of
from adapters.ssh.session import Session
from domain.access import SshAccess
from domain.config_mask import keyed_tokens, mask, secrets
from domain.config_ports import HostKeySeen
from domain.config_text import ConfigAuthor, normalise
from tests.unit.adapters.ssh.dialogue import FOLDER, Dialogue

NAMES = sorted(path.name.removesuffix("#dialogue.txt") for path in FOLDER.glob("*#dialogue.txt"))
ACCESS = SshAccess(id="lab", username="ada", password="geheim-login", enable_password="geheim-enable")
AUTHORS = {"ios": "ada", "iosxr": "ada", "junos": "ada", "vrp": "ada", "routeros": "ada", "nxos": "ada"}


async def play(name: str, portion: int) -> tuple[str, ConfigAuthor, Dialogue]:
    platform = name.split("#", maxsplit=1)[0]
    driver = driver_of(platform)
    dialogue = Dialogue.of(name, portion=portion)
    channel = Channel(
        dialogue,
        pager=driver.pager,
        pager_key=driver.pager_key,
        line_end=driver.line_end,
        silence_s=5,
        nudge_s=5,
    )
    cli = CommandLine(driver, channel, ACCESS, platform=platform)
    await cli.begin()
    session = Session(cli, HostKeySeen(host_key="", first_sight=True), platform)
    text, _ = await session.config()
    return normalise(platform, text), await session.author(text), dialogue


@pytest.mark.parametrize("portion", [65_536, 7, 1])
@pytest.mark.parametrize("name", NAMES)
async def test_a_dialogue_gives_its_configuration(name: str, portion: int) -> None:
    text, author, dialogue = await play(name, portion)
    assert text == (FOLDER / f"{name}#config.txt").read_text()
    assert author.by == AUTHORS.get(name.split("#", maxsplit=1)[0], "")
    assert dialogue.over, "all that was recorded was said"


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_left_when_it_is_masked(name: str) -> None:
    platform = name.split("#", maxsplit=1)[0]
    text = (FOLDER / f"{name}#config.txt").read_text()
    masked = mask(platform, text, keyed_tokens(b"key of the test"))
    assert masked == (FOLDER / f"{name}#masked.txt").read_text()
    assert "geheim" not in masked
    assert all("geheim" in secret for secret in secrets(platform, text))


def test_every_driver_has_a_dialogue() -> None:
    recorded = {name.split("#", maxsplit=1)[0] for name in NAMES}
    assert all(recorded & set(driver.platforms) for driver in DRIVERS)
