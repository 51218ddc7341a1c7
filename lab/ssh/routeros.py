"""A device that is configured as MikroTik RouterOS is: exports, safe mode, backups and a scheduler that loads them."""

import re

from lab.ssh.console import Console
from lab.ssh.device import CliShell, SshDevice
from lab.ssh.menus import SERVICES, Menus, Refused

ROUTEROS_CONFIG = """
/interface bridge add name=bridge1 comment="local network"
/ip pool add name=customers ranges=100.64.0.2-100.64.3.254
/ip address add address=10.{number}.50.1/24 interface=bridge1
/ip firewall filter add chain=input action=accept protocol=tcp dst-port=22
/ip firewall filter add chain=input action=drop comment="everything else"
/ppp profile add name=home local-address=100.64.0.1 remote-address=customers rate-limit=5M/20M
/ppp secret add name=customer1 password="lab secret with blanks" profile=home service=pppoe comment="a customer with a long note"
/ip dns set servers=10.0.0.1
/system identity set name={name}
"""
SAFE, QUIT = "\x18", "\x04"


class RouterOsDevice(SshDevice):
    """`undo` is what safe mode would go back to; backups lie in files by their names."""

    family = "routeros"

    def __init__(
        self, name: str, *, number: int = 1, interfaces: int = 0, version: str = "7.14.3", **account: str
    ) -> None:
        super().__init__(name, **account)
        self.version = version
        self.menus = Menus(
            {
                "/interface ethernet": [],
                "/snmp community": [{"default": "yes", "name": "lab-community"}],
                "/ip service": [{"name": name} for name in SERVICES],
            }
        )
        self.menus.items["/interface ethernet"] = [
            {"default-name": f"ether{port}", "comment": f"port{port}"} for port in range(1, 3 + interfaces)
        ]
        for line in ROUTEROS_CONFIG.format(name=name, number=number % 250).strip().splitlines():
            run_line(self.menus, line)
        self.files: dict[str, Menus] = {}
        self.entries: dict[str, tuple[float, str]] = {}
        self.displays = 0
        self.changes: list[str] = []

    def accepts(self, username: str, password: str) -> bool:
        return super().accepts(username.split("+")[0], password)  # terminal settings follow a plus sign

    def shell(self, console: Console) -> CliShell:
        console.page_lines = 0
        return RouterOsShell(self, console)

    def running(self) -> str:
        self.displays += 1
        head = f"# 2024-01-01 10:{self.displays % 60:02}:00 by RouterOS {self.version}\n# software id = LAB1-SIM2\n#"
        return self.menus.export(head)

    def power_cycle(self) -> None:
        """Keeps everything: RouterOS saves at once. The scheduler starts again."""
        for name, (interval, event) in self.entries.items():
            self.schedule(name, interval, event)

    def load_backup(self, name: str) -> None:
        if name not in self.files:
            raise Refused("failure: file not found")
        self.menus = self.files[name].copy()
        self.entries.clear()
        self.reboot()

    def schedule(self, name: str, interval: float, event: str) -> None:
        self.entries[name] = (interval, event)
        loaded = re.search(r"/system backup load name=([\w-]+)", event)

        def run() -> None:
            if loaded is not None:
                self.load_backup(loaded[1])

        self.later(f"scheduler {name}", interval * self.minute_s / 60, run)

    def unschedule(self, name: str) -> None:
        self.entries.pop(name, None)
        self.cancel(f"scheduler {name}")


def run_line(menus: Menus, line: str) -> None:
    """Raises Refused."""
    found = re.match(r"(/[a-z][a-z0-9 -]*?) (add|set|remove|print|unset|enable|disable)(?: (.*))?$", line)
    if found is None:
        raise Refused(f"bad command name {line.split(' ')[0].strip('/')} (line 1 column 1)")
    menus.run(found[1], found[2], found[3] or "")


class RouterOsShell(CliShell):
    device: RouterOsDevice
    controls = SAFE + QUIT

    def __init__(self, device: RouterOsDevice, console: Console) -> None:
        super().__init__(device, console)
        self.device: RouterOsDevice = device
        self.before: Menus | None = None
        """What leaving safe mode the wrong way goes back to."""

    async def greet(self) -> None:
        self.console.write(
            "\n\n  MikroTik RouterOS "
            + self.device.version
            + " (c) 1999-2024       https://www.mikrotik.com/\n\n"
        )

    def prompt(self) -> str:
        identity = self.device.menus.items["/system identity"][0].get("name", "MikroTik")
        safe = "<SAFE>" if self.before is not None else ""
        text = f"[{self.device.username}@{identity}] {safe}> "
        return f"\r{text}\r{text}"  # the console paints its prompt more than once

    def left(self) -> None:
        if self.before is not None:
            self.device.menus = self.before

    async def execute(self, line: str) -> str | None:
        if line == SAFE:
            return self._safe_mode()
        if line in (QUIT, "/quit"):
            return None
        try:
            return await self._command(line)
        except Refused as refused:
            return f"{refused}\n"

    def _safe_mode(self) -> str:
        if self.before is None:
            self.before = self.device.menus.copy()
            return "\n[Safe Mode taken]\n"
        self.before = None
        return "\n[Safe Mode released]\n"

    async def _command(self, line: str) -> str:
        device = self.device
        if re.fullmatch(r"/export(?: show-sensitive)?", line):
            if "show-sensitive" in line and device.version.startswith("6"):
                raise Refused("expected end of command (line 1 column 9)")
            return device.running()
        if line.startswith("/system history print"):
            rows = [f" U  {change:<40}  {device.username:<10}  system" for change in device.changes[::-1]]
            return (
                "\n".join(
                    ("Flags: U - UNDOABLE, R - REDOABLE, F - FLOATING-UNDO", "   ACTION  BY  POLICY", *rows)
                )
                + "\n"
            )
        if found := re.match(r"/system backup (save|load) name=([\w-]+)", line):
            return await self._backup(found[1], found[2])
        if line.startswith("/system scheduler"):
            return self._scheduler(line)
        if line.startswith("/file remove"):
            return ""
        run_line(device.menus, line)
        device.changes.append(" ".join(line.split()[:3]))
        return ""

    async def _backup(self, verb: str, name: str) -> str:
        device = self.device
        if verb == "save":
            device.files[name] = device.menus.copy()
            return "Saving system configuration\nConfiguration backup saved\n"
        self.console.write("Restore and reboot? [y/N]:")
        if await self.console.key() != "y":
            return "\naction cancelled\n"
        self.before = None
        device.load_backup(name)
        return "\nRestoring system configuration\nSystem configuration restored, rebooting now\n"

    def _scheduler(self, line: str) -> str:
        if found := re.fullmatch(r"/system scheduler remove \[find name=([\w-]+)\]", line):
            self.device.unschedule(found[1])
        elif found := re.fullmatch(
            r'/system scheduler add name=([\w-]+) interval=(\d+)s on-event="(.*)"', line
        ):
            self.device.schedule(found[1], float(found[2]), found[3])
        else:
            raise Refused("syntax error (line 1 column 18)")
        return ""
