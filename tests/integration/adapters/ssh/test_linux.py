"""A Linux host, by a real OpenSSH server: files read byte by byte, written in one step, and brought back by the host itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import msgspec
import pytest

from adapters.ssh.linux import LinuxDevice
from domain.config_ports import ChangeOutcome, ConfigChange, ConfigError, ConfigStep, ConfigTarget
from domain.config_text import flaw
from tests.openssh import sshd

pytestmark = pytest.mark.needs_package("openssh-server")

ADDRESS = "127.66.52.1"


class Host:
    """A server with a folder of configuration files."""

    def __init__(self, folder: Path, target: ConfigTarget) -> None:
        self.etc = folder / "etc"
        self.undo = folder / "undo"
        self.target = target

    def device(self) -> LinuxDevice:
        return LinuxDevice(self.target, paths=(f"{self.etc}/*.conf",), undo=str(self.undo))

    async def apply(self, text: str, **change: object) -> ChangeOutcome:
        return await self.device().apply(ConfigChange(kind="merge", text=text, **change), ignore)  # type: ignore[arg-type]  # passed on

    def heading(self, name: str) -> str:
        return f"### file {self.etc}/{name} 0644"


async def ignore(step: ConfigStep) -> None:
    """Nobody watches."""


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    (tmp_path / "etc").mkdir()
    async with sshd(tmp_path, ADDRESS) as access:
        yield Host(tmp_path, ConfigTarget(device_id="host", address=ADDRESS, platform="linux", access=access))


async def test_files_are_read_byte_by_byte(host: Host) -> None:
    (host.etc / "a.conf").write_text("one\n two \t\n\n### file /not/one 0644 5\nlast line without an end")
    (host.etc / "empty.conf").write_text("")
    read = await host.device().read()
    assert flaw("linux", read.text) == ""
    assert "one\n two \t\n\n### file /not/one 0644 5\nlast line without an end\n### file" in read.text
    assert read.seen.host_key.startswith("ssh-ed25519 SHA256:")


async def test_what_is_no_text_is_named(host: Host) -> None:
    (host.etc / "picture.conf").write_bytes(b"\x89PNG\xff\xfe")
    text = (await host.device().read()).text
    assert f"### no text {host.etc}/picture.conf\n" in text


async def test_files_are_written_and_left_alone_when_repeated(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")
    text = f"{host.heading('a.conf')}\nnew\n{host.heading('b.conf')}\nfresh\n"
    first = await host.apply(text)
    assert (first.state, first.missing) == ("applied", ())
    assert (host.etc / "a.conf").read_text() == "new\n"
    assert (host.etc / "b.conf").read_text() == "fresh\n"
    assert (host.etc / "b.conf").stat().st_mode & 0o777 == 0o644
    assert not host.undo.exists()
    assert (await host.apply(text)).state == "unchanged"


async def test_a_whole_configuration_is_restored(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")
    before = (await host.device().read()).text
    await host.apply(f"{host.heading('a.conf')}\nnew\n")
    change = ConfigChange(kind="replace", text=before)
    outcome = await host.device().apply(change, ignore)
    assert outcome.state == "applied"
    assert (host.etc / "a.conf").read_text() == "old\n"


async def test_a_file_that_cannot_be_written_brings_back_the_others(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")
    text = f"{host.heading('a.conf')}\nnew\n### file {host.etc}/missing/folder/b.conf 0644\nfresh\n"
    outcome = await host.apply(text)
    assert outcome.state == "rolled_back"
    assert outcome.rejected is not None
    assert "missing/folder" in outcome.rejected.line
    assert (host.etc / "a.conf").read_text() == "old\n"
    assert not host.undo.exists()


async def test_a_confirmed_change_stays(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")
    outcome = await host.apply(f"{host.heading('a.conf')}\nnew\n", confirm_within_s=20)
    assert outcome.state == "applied"
    assert "puts the files back" in outcome.confirmed_by
    assert not host.undo.exists(), "the process on the host finds nothing to undo"
    assert (host.etc / "a.conf").read_text() == "new\n"


async def test_a_change_that_nobody_confirms_goes_back(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")
    sent = []

    async def die(step: ConfigStep) -> None:
        if step.state == "sent":
            sent.append((host.etc / "a.conf").read_text())
            raise RuntimeError("the worker dies here")

    text = f"{host.heading('a.conf')}\nnew\n{host.heading('b.conf')}\nfresh\n"
    with pytest.raises(RuntimeError):
        await host.device().apply(ConfigChange(kind="merge", text=text, confirm_within_s=2), die)
    assert sent == ["new\n"]
    async with asyncio.timeout(10):
        while host.undo.exists():  # noqa: ASYNC110 - a process of the host does it
            await asyncio.sleep(0.02)
    assert (host.etc / "a.conf").read_text() == "old\n"
    assert not (host.etc / "b.conf").exists()


async def test_what_an_attempt_left_half_done_is_made_up_for(host: Host) -> None:
    (host.etc / "a.conf").write_text("old\n")

    async def die(step: ConfigStep) -> None:
        if step.state == "sent":
            raise RuntimeError("the worker dies here")

    before = (await host.device().read()).text
    text = f"{host.heading('a.conf')}\nnew\n"
    with pytest.raises(RuntimeError):
        await host.device().apply(ConfigChange(kind="merge", text=text), die)
    assert host.undo.exists()
    outcome = await host.apply(text, before=before)
    assert outcome.state == "applied"
    assert (host.etc / "a.conf").read_text() == "new\n"
    assert not host.undo.exists()


async def test_a_key_that_the_host_does_not_know_is_refused(host: Host) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    access = msgspec.structs.replace(host.target.access, private_key=stranger)
    with pytest.raises(ConfigError) as raised:
        await LinuxDevice(msgspec.structs.replace(host.target, access=access)).read()
    assert raised.value.code == "SSH_LOGIN_REFUSED"


async def test_all_that_a_host_has_by_default_is_read_whole(host: Host) -> None:
    read = await LinuxDevice(host.target).read()
    assert flaw("linux", read.text) == ""
    assert "### file /etc/hosts " in read.text
