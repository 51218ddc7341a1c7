"""A device that is configured as Huawei VRP 5 is: `undo`, `quit`, angle and square brackets, and a scheduled restart."""

from dataclasses import replace

from lab.ssh.console import Console, Pager
from lab.ssh.device import CliShell, Command
from lab.ssh.ios import IOS_GRAMMAR, IosDevice, IosShell

VRP_CONFIG = """
sysname {name}
vlan batch 10 20
aaa
 local-user admin password irreversible-cipher $1a$labhash$
 local-user admin privilege level 15
interface Vlanif10
 ip address 10.{number}.20.1 255.255.255.0
interface GigabitEthernet0/0/1
 description uplink
 port link-type trunk
ip route-static 0.0.0.0 0.0.0.0 10.{number}.20.254
snmp-agent community read cipher lab-community
user-interface vty 0 4
 authentication-mode aaa
 protocol inbound ssh
"""
UNKNOWN = "                ^\nError: Unrecognized command found at '^' position.\n"


class VrpDevice(IosDevice):
    family = "vrp"
    template = VRP_CONFIG
    grammar = replace(
        IOS_GRAMMAR,
        negate="undo",
        separator="#",
        headers=(
            r"interface \S+$",
            r"vlan \d+$",
            r"aaa$",
            r"user-interface \S+ [\d ]+$",
            r"acl \S+$",
            r"(ospf|bgp) \S+$",
        ),
        single=(
            r"sysname|description|mtu|ip address|port link-type|port default vlan",
            r"local-user \S+ (password|privilege)|authentication-mode|protocol inbound",
            r"snmp-agent sys-info (contact|location)",
        ),
        ordered=(r"acl",),
        top=(
            "sysname",
            "vlan",
            "acl",
            "aaa",
            "interface",
            "ospf",
            "bgp",
            "ip route-static",
            "snmp-agent",
            "user-interface",
            "ntp",
        ),
        inner=("description", "ip address", "port"),
        words=(
            "sysname vlan aaa local-user interface ip description port acl rule ospf bgp "
            "snmp-agent user-interface authentication-mode protocol mtu ntp-service idle-timeout "
            "peer network area shutdown stelnet info-center"
        ),
    )

    def shell(self, console: Console) -> CliShell:
        console.pager = Pager("  ---- More ----", "\x1b[42D" + " " * 42 + "\x1b[42D")
        return VrpShell(self, console)

    @property
    def hostname(self) -> str:
        return next(
            (line.split()[1] for line in self.config.root.lines if line.startswith("sysname ")), self.name
        )

    def running(self) -> str:
        self.displays += 1
        head = f"!Software Version V200R010C00SPC600\n!Last configuration was saved at 2024-01-01 10:{self.displays % 60:02}:00 by admin\n#\n"
        return head + "\n".join((*self.config.lines(), "return")) + "\n"


class VrpShell(IosShell):
    device: VrpDevice

    def prompt(self) -> str:
        name = self.device.hostname
        if not self.configuring:
            return f"<{name}>"
        inside = "-" + "".join(self.path[-1].split()[1:]) if self.path else ""
        return f"[{name}{inside}]"

    async def execute(self, line: str) -> str | None:
        answer = await super().execute(line)
        return UNKNOWN if answer is not None and "% Invalid input" in answer else answer

    def exec_commands(self) -> tuple[Command, ...]:
        return (
            (r"quit", lambda found: None),
            (r"screen-length (\d+) temporary", lambda found: self.length(int(found[1]))),
            (r"display current-configuration", lambda found: self.device.running()),
            (r"system-view", lambda found: self._enter_view()),
            (r"schedule reboot delay (\d+)", lambda found: self._schedule(int(found[1]))),
            (r"undo schedule reboot", lambda found: self._unschedule()),
            (r"save", lambda found: self._ask_save()),
        )

    def configure_commands(self) -> tuple[Command, ...]:
        return ((r"return", lambda found: self.leave()), (r"quit", lambda found: self.up()))

    def _enter_view(self) -> str:
        self.enter()
        return "Enter system view, return user view with Ctrl+Z.\n"

    async def _schedule(self, minutes: int) -> str:
        device = self.device
        if device.config.lines() != device.saved.lines():
            self.console.write("Info: The configuration has been modified. Save it? [Y/N]:")
            if (await self.console.line()).lower().startswith("y"):
                device.saved = device.config.copy()
        self.console.write(f"Reboot system in {minutes} minutes. Continue? [Y/N]:")
        if not (await self.console.line()).lower().startswith("y"):
            return ""
        device.later("reload", minutes * device.minute_s, device.reboot)
        return "Info: Reboot system scheduled.\n"

    def _unschedule(self) -> str:
        return (
            "Info: Schedule reboot is canceled.\n"
            if self.device.cancel("reload")
            else "Error: No reboot is scheduled.\n"
        )

    async def _ask_save(self) -> str:
        self.console.write(
            "The current configuration will be written to the device.\nAre you sure to continue?[Y/N]"
        )
        if (await self.console.line()).lower().startswith("y"):
            self.save()
            return "Info: Save the configuration successfully.\n"
        return ""
