"""A device that is configured as Juniper Junos is: a candidate, commit, commit confirmed, rollback."""

from lab.ssh.console import Console, Pager
from lab.ssh.device import CliShell, Command, SshDevice
from lab.ssh.statements import NotKnown, Statement, delete, parse, path_of, put, render

JUNOS_CONFIG = """
version 21.4R3.15;
system {{
    host-name {name};
    root-authentication {{
        encrypted-password "$6$labroot$hash"; ## SECRET-DATA
    }}
    login {{
        user admin {{
            class super-user;
            authentication {{
                encrypted-password "$6$lab$hash"; ## SECRET-DATA
            }}
        }}
    }}
    services {{
        ssh;
    }}
}}
interfaces {{
    ge-0/0/0 {{
        description uplink;
        unit 0 {{
            family inet {{
                address 10.{number}.40.1/24;
            }}
        }}
    }}
}}
snmp {{
    community lab-community {{
        authorization read-only;
    }}
}}
firewall {{
    filter protect {{
        term ssh {{
            then accept;
        }}
        term rest {{
            then discard;
        }}
    }}
}}
"""


class JunosDevice(SshDevice):
    """`history` holds what was committed, newest first."""

    family = "junos"

    def __init__(self, name: str, *, number: int = 1, interfaces: int = 0, **account: str) -> None:
        super().__init__(name, **account)
        config = parse(JUNOS_CONFIG.format(name=name, number=number % 250))
        for port in range(interfaces):
            put(config, ["interfaces", f"ge-1/0/{port}", f"description port-{port}"])
        self.history = [config]
        self.candidate = config.copy()
        self.exclusive: JunosShell | None = None
        self.commits = 0

    def shell(self, console: Console) -> CliShell:
        console.pager = Pager("---(more)---", "\r            \r")
        return JunosShell(self, console)

    @property
    def hostname(self) -> str:
        names = self.history[0].children.get("system", Statement()).children
        return next((line.split()[1] for line in names if line.startswith("host-name ")), "Amnesiac")

    def running(self) -> str:
        head = f"## Last commit: 2024-01-01 10:{self.commits % 60:02}:00 UTC by {self.username}\n"
        return head + "\n".join(render(self.history[0])) + "\n"

    def power_cycle(self) -> None:
        self.candidate = self.history[0].copy()

    def commit(self) -> None:
        self.commits += 1
        self.history.insert(0, self.candidate.copy())
        del self.history[50:]

    def rollback(self, number: int) -> None:
        self.candidate = self.history[number].copy()

    def take_back(self) -> None:
        """The time to confirm is over."""
        self.rollback(1)
        self.commit()


class JunosShell(CliShell):
    device: JunosDevice
    controls = "\x04"

    def __init__(self, device: JunosDevice, console: Console) -> None:
        super().__init__(device, console)
        self.device: JunosDevice = device
        self.configuring = False

    def prompt(self) -> str:
        return f"{'[edit]' + chr(10) if self.configuring else ''}{self.device.username}@{self.device.hostname}{'#' if self.configuring else '>'} "

    def left(self) -> None:
        if self.device.exclusive is self:
            self.device.exclusive = None
            self.device.rollback(0)

    async def execute(self, line: str) -> str | None:
        unknown = "                   ^\nunknown command.\n"
        return await self.first_of(self._editing() if self.configuring else self._operating(), line, unknown)

    def _operating(self) -> tuple[Command, ...]:
        return (
            (r"exit|quit", lambda found: None),
            (r"set cli screen-length (\d+)", lambda found: self._length(int(found[1]))),
            (r"set cli screen-width (\d+)", lambda found: f"Screen width set to {found[1]}\n"),
            (r"set cli complete-on-space off", lambda found: "Disabling complete-on-space\n"),
            (r"show configuration", lambda found: self.device.running()),
            (r"show configuration \| no-more", lambda found: self._all(self.device.running())),
            (r"show configuration \| display set(?: \| no-more)?", lambda found: "error: not simulated\n"),
            (
                r"configure(?: exclusive| private)?",
                lambda found: self._configure("exclusive" in found.group()),
            ),
        )

    def _editing(self) -> tuple[Command, ...]:
        return (
            (r"exit(?: configuration-mode)?", lambda found: self._exit()),
            (r"set (.+)", lambda found: self._set(found[1])),
            (r"delete (.+)", lambda found: self._delete(found[1])),
            (r"commit check", lambda found: "configuration check succeeds\n"),
            (r"commit", lambda found: self._commit(None)),
            (r"commit confirmed(?: (\d+))?", lambda found: self._commit(int(found[1] or 10))),
            (r"rollback(?: (\d+))?", lambda found: self._rollback(int(found[1] or 0))),
            (r"load override terminal", lambda found: self._load()),
            (r"\x04", lambda found: ""),
        )

    def _length(self, lines: int) -> str:
        self.console.page_lines = lines
        return f"Screen length set to {lines}\n"

    def _all(self, text: str) -> str:
        self.console.page_lines = 0
        return text

    def _configure(self, exclusive: bool) -> str:
        device = self.device
        if device.exclusive is not None:
            return "error: configuration database locked by:\n  admin terminal pts/0\n"
        if exclusive:
            device.exclusive = self
        self.configuring = True
        return "warning: uncommitted changes will be discarded on exit\nEntering configuration mode\n"

    async def _exit(self) -> str:
        if render(self.device.candidate) != render(self.device.history[0]):
            self.console.write(
                "The configuration has been changed but not committed\nExit with uncommitted changes? [yes,no] (yes) "
            )
            if (await self.console.line()).startswith("n"):
                return ""
        self.configuring = False
        self.left()
        return "Exiting configuration mode\n"

    def _set(self, line: str) -> str:
        try:
            put(self.device.candidate, path_of(line))
        except NotKnown:
            return "                     ^\nsyntax error.\n"
        return ""

    def _delete(self, line: str) -> str:
        try:
            found = delete(self.device.candidate, path_of(line))
        except NotKnown:
            return "                     ^\nsyntax error.\n"
        return "" if found else "warning: statement not found\n"

    def _commit(self, minutes: int | None) -> str:
        device = self.device
        confirmed = device.cancel("confirm")
        if not (confirmed and render(device.candidate) == render(device.history[0])):
            if "system" not in device.candidate.children:
                return "error: Missing mandatory statement: 'system'\nerror: configuration check-out failed\n"
            device.commit()
        if minutes is not None:
            device.later("confirm", minutes * device.minute_s, device.take_back)
            return f"commit confirmed will be automatically rolled back in {minutes} minutes unless confirmed\ncommit complete\n"
        return "commit complete\n"

    def _rollback(self, number: int) -> str:
        if number >= len(self.device.history):
            return "error: rollback index out of range\n"
        self.device.rollback(number)
        return "load complete\n"

    async def _load(self) -> str:
        self.console.write("[Type ^D at a new line to end input]\n")
        lines: list[str] = []
        while (line := await self.console.line(controls="\x04")) != "\x04":
            lines.append(line)
        try:
            self.device.candidate = parse("\n".join(lines))
        except ValueError as error:
            return f"terminal:1:(1) {error}\nload complete (1 errors)\n"
        return "load complete\n"
