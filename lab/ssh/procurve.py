"""A device that is configured as an HP ProVision switch is: a key to begin, a full-screen terminal, `reload after`."""

from dataclasses import replace

from lab.ssh.console import Console, Pager
from lab.ssh.device import CliShell, Command
from lab.ssh.ios import IOS_GRAMMAR, IosDevice, IosShell

PROCURVE_CONFIG = """
hostname "{name}"
snmp-server community "lab-community" unrestricted
vlan 1
   name "DEFAULT_VLAN"
   untagged 1-24
   ip address 10.{number}.30.1 255.255.255.0
vlan 10
   name "customers"
   tagged 24
ip default-gateway 10.{number}.30.254
ip route 10.0.0.0 255.0.0.0 10.{number}.30.253
"""


class ProcurveDevice(IosDevice):
    family = "procurve"
    template = PROCURVE_CONFIG
    grammar = replace(
        IOS_GRAMMAR,
        indent=3,
        separator="   exit",
        headers=(r"vlan \d+$", r"interface \S+$"),
        single=(
            r"hostname|name|ip address|ip default-gateway|untagged|tagged|snmp-server (contact|location)",
        ),
        ordered=(),
        top=("hostname", "module", "interface", "snmp-server", "ip", "vlan"),
        inner=("name", "untagged", "tagged", "ip address"),
        words=(
            "hostname snmp-server vlan interface ip name untagged tagged no disable enable "
            "speed-duplex timesync sntp"
        ),
    )

    def shell(self, console: Console) -> CliShell:
        console.pager = Pager("-- MORE --, next page: Space, next line: Enter, quit: Control-C", "\r\x1b[K")
        return ProcurveShell(self, console)

    @property
    def hostname(self) -> str:
        line = next(
            (line for line in self.config.root.lines if line.startswith("hostname ")),
            f'hostname "{self.name}"',
        )
        return line.split(" ", 1)[1].strip('"')

    def running(self) -> str:
        head = "\nRunning configuration:\n\n; J9773A Configuration Editor; Created on release #YA.16.10.0012\n; Ver #14:01.4f\n"
        return head + "\n".join(self.config.lines()) + "\n\n"


class ProcurveShell(IosShell):
    device: ProcurveDevice

    def __init__(self, device: ProcurveDevice, console: Console) -> None:
        super().__init__(device, console)
        self.privileged = True

    async def greet(self) -> None:
        self.console.write(
            "\x1b[2J\x1b[1;1H(C) Copyright Hewlett Packard Enterprise\n\nPress any key to continue"
        )
        await self.console.key()
        self.console.write("\x1b[2J\x1b[24;1H\x1b[?25h")

    def prompt(self) -> str:
        inside = (
            f"({self.path[-1].replace(' ', '-')})" if self.path else "(config)" if self.configuring else ""
        )
        text = f"{self.device.hostname}{inside}# "
        return f"\x1b[24;1H\x1b[2K{text}\x1b[24;1H\x1b[24;{len(text) + 1}H\x1b[?25h"

    async def execute(self, line: str) -> str | None:
        answer = await super().execute(line)
        if answer is not None and "% Invalid input" in answer:
            return f"Invalid input: {line.split(' ')[0]}\n"
        return answer

    def exec_commands(self) -> tuple[Command, ...]:
        return (
            (r"exit|logout", lambda found: None),
            (r"no page", lambda found: self.length(0)),
            (r"terminal (?:width|length) \d+", lambda found: ""),
            (r"show running-config", lambda found: self.device.running()),
            (r"configure(?: terminal)?", lambda found: self.enter() and ""),
            (r"write memory", lambda found: self.save() and ""),
            (
                r"reload after (\d\d):(\d\d):(\d\d)",
                lambda found: self._reload_after(int(found[1]) * 1440 + int(found[2]) * 60 + int(found[3])),
            ),
            (r"no reload", lambda found: self._no_reload()),
        )

    def configure_commands(self) -> tuple[Command, ...]:
        return ((r"end", lambda found: self.leave()), (r"exit", lambda found: self.up()))

    async def _reload_after(self, minutes: int) -> str:
        device = self.device
        if device.config.lines() != device.saved.lines():
            self.console.write("Do you want to save current configuration [y/n/^C]? ")
            if await self.console.key() == "y":
                device.saved = device.config.copy()
            self.console.write("\n")
        self.console.write(f"Reload scheduled in {minutes} minutes. Continue [y/n]? ")
        if await self.console.key() != "y":
            return ""
        self.console.write("\n")
        device.later("reload", minutes * device.minute_s, device.reboot)
        return ""

    def _no_reload(self) -> str:
        return "" if self.device.cancel("reload") else "No reload is scheduled.\n"
