"""A simulated device: its account, its configuration, and what happens to it over time."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from lab.faults import Faults
from lab.ssh.console import Console, Gone
from lab.ssh.faults import Fault

LAB_PASSWORD, LAB_ENABLE = "lab", "lab-enable"

Command = tuple[str, Callable[["re.Match[str]"], "str | Awaitable[str | None] | None"]]
"""A pattern of a whole command and what it does; None ends the session."""


class SshDevice(ABC):
    """What all simulated devices have in common. A family says how it speaks."""

    family = ""

    def __init__(
        self,
        name: str,
        *,
        username: str = "admin",
        password: str = LAB_PASSWORD,
        enable_password: str = LAB_ENABLE,
    ) -> None:
        self.name = name
        self.username = username
        self.password = password
        self.enable_password = enable_password
        self.faults = Faults[Fault]()
        self.logins = 0
        self.commands: list[str] = []
        """What was typed, newest last."""
        self.latency_s = 0.0
        """Time that the device takes for a command."""
        self.on_reboot: Callable[[float], None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.minute_s = 60.0
        """How long a minute of the device's own timers is; tests are in a hurry."""

    def accepts(self, username: str, password: str) -> bool:
        return username == self.username and password == self.password

    @abstractmethod
    def shell(self, console: Console) -> "CliShell":
        """The command line of a new session."""

    @abstractmethod
    def running(self) -> str:
        """The running configuration as text."""

    @abstractmethod
    def power_cycle(self) -> None:
        """Forgets what was not saved."""

    def reboot(self, down_s: float = 0.3) -> None:
        """Restarts with the saved configuration; all timers are gone."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.power_cycle()
        if self.on_reboot is not None:
            self.on_reboot(down_s)

    def later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """One timer of a name; a new one replaces it."""
        self.cancel(name)

        def due() -> None:
            self._timers.pop(name, None)
            act()

        self._timers[name] = asyncio.get_running_loop().call_later(seconds, due)

    def cancel(self, name: str) -> bool:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    @property
    def timers(self) -> tuple[str, ...]:
        """What waits for its time."""
        return tuple(self._timers)


class CliShell(ABC):
    """One session: prompts, reads a line, answers."""

    controls = ""
    """Keys that act without return."""

    def __init__(self, device: SshDevice, console: Console) -> None:
        self.device = device
        self.console = console

    async def talk(self) -> None:
        """Until the session ends."""
        await self.greet()
        self.device.logins += 1
        try:
            while True:
                self.console.write(self.prompt())
                line = (await self.console.line(controls=self.controls)).strip()
                self.device.commands.append(line)
                if not await self._obey(line):
                    return
        except Gone:
            return
        finally:
            self.left()

    async def greet(self) -> None:
        """What comes before the first prompt."""
        return

    def left(self) -> None:
        """The session is over, however it ended."""
        return

    @abstractmethod
    def prompt(self) -> str: ...

    @abstractmethod
    async def execute(self, line: str) -> str | None:
        """The answer to a command, None to end the session."""

    @staticmethod
    async def first_of(commands: tuple[Command, ...], line: str, otherwise: str) -> str | None:
        """What the command that fits does."""
        for pattern, act in commands:
            if found := re.fullmatch(pattern, line):
                answer = act(found)
                return answer if answer is None or isinstance(answer, str) else await answer
        return otherwise

    async def _obey(self, line: str) -> bool:
        fault = self.device.faults.strike(line) if line else None
        if self.device.latency_s:
            await asyncio.sleep(self.device.latency_s)
        if fault is not None and fault.kind == "reject":
            await self.console.say(fault.message)
            return True
        answer = await self.execute(line) if line else ""
        if answer is None:
            return False
        await self.console.say(answer, fault)
        await self._after(fault)
        return True

    async def _after(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.kind == "wrong_prompt":
            self.console.write("?? ")
            while True:
                await self.console.key()
        if fault.kind == "chatty":  # a log message after the prompt hides it
            self.console.write(self.prompt() + fault.message + "\n")
            await self.console.line(controls=self.controls)
