"""A device that is configured as Arista EOS is: in sessions that are committed, also on trial."""

from dataclasses import replace

from lab.ssh.console import Console
from lab.ssh.device import CliShell, Command
from lab.ssh.ios import IOS_CONFIG, IOS_GRAMMAR, IosDevice, IosShell
from lab.ssh.section_config import SectionConfig

EOS_CONFIG = (
    IOS_CONFIG.split("banner motd")[0]
    .replace("version 15.2\n", "")
    .replace("secret 5", "secret sha512")
    .replace("GigabitEthernet0/", "Ethernet")
)


class EosDevice(IosDevice):
    """Candidates by the name of their session; one of them may wait for its confirmation."""

    family = "arista_eos"
    grammar = replace(IOS_GRAMMAR, indent=3)
    template = EOS_CONFIG

    def __init__(self, name: str, *, number: int = 1, interfaces: int = 0, **account: str) -> None:
        super().__init__(name, number=number, interfaces=interfaces, **account)
        self.sessions: dict[str, SectionConfig] = {}

    def shell(self, console: Console) -> CliShell:
        return EosShell(self, console)

    def running(self) -> str:
        head = f"! Command: show running-config\n! device: {self.hostname} (vEOS-lab, EOS-4.29.2F)\n!\n"
        return head + "\n".join((*self.config.lines(), "end")) + "\n"

    def power_cycle(self) -> None:
        super().power_cycle()
        self.sessions.clear()


class EosShell(IosShell):
    device: EosDevice

    def __init__(self, device: EosDevice, console: Console) -> None:
        super().__init__(device, console)
        self.device: EosDevice = device
        self.session = ""

    def mode(self) -> str:
        inside = f"-{self.path[-1].split()[0][:2]}" if self.path else ""
        return (f"-s-{self.session[:6]}" if self.session else "") + inside

    @property
    def editing(self) -> SectionConfig:
        return self.device.sessions[self.session] if self.session else self.device.config

    def exec_commands(self) -> tuple[Command, ...]:
        mine: tuple[Command, ...] = (
            (r"configure session (\S+)", lambda found: self._open(found[1])),
            (r"configure session (\S+) commit", lambda found: self._confirm_session(found[1])),
            (r"configure session (\S+) abort", lambda found: self._abort_session(found[1])),
            (r"no configure session (\S+)", lambda found: self._drop(found[1])),
        )
        not_eos = ("revert", "reload")
        theirs = (one for one in super().exec_commands() if not any(word in one[0] for word in not_eos))
        width: Command = (r"terminal width (\d+)", lambda found: f"Width set to {found[1]} columns.\n")
        return (width, *mine, *theirs) if self.privileged else (width, *theirs)

    def configure_commands(self) -> tuple[Command, ...]:
        if not self.session:
            return super().configure_commands()
        return (
            *super().configure_commands(),
            (r"commit", lambda found: self._commit(None)),
            (r"commit timer (\d\d):(\d\d):(\d\d)", lambda found: self._commit(_seconds(*found.groups()))),
            (r"abort", lambda found: self._abort()),
        )

    def _open(self, name: str) -> str:
        self.device.sessions.setdefault(name, self.device.config.copy())
        self.session = name
        return self.enter().split("\n", 1)[1]

    def length(self, lines: int) -> str:
        super().length(lines)
        return "" if lines else "Pagination disabled.\n"

    def leave(self) -> str:
        self.session = ""
        return super().leave()

    def _commit(self, seconds: float | None) -> str:
        device, name = self.device, self.session
        before, device.config = device.config, device.sessions.pop(name)
        if seconds is not None:
            device.before = before
            device.later(name, seconds * device.minute_s / 60, device.revert)
        return self.leave()

    def _abort(self) -> str:
        self.device.sessions.pop(self.session, None)
        return self.leave()

    def _confirm_session(self, name: str) -> str:
        if not self.device.cancel(name):
            return f"% Cannot commit session {name} (session does not exist)\n"
        self.device.before = None
        return ""

    def _abort_session(self, name: str) -> str:
        if self.device.cancel(name):
            self.device.revert()
            return ""
        return (
            ""
            if self.device.sessions.pop(name, None)
            else f"% Cannot abort session {name} (session does not exist)\n"
        )

    def _drop(self, name: str) -> str:
        self.device.sessions.pop(name, None)
        return ""


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
