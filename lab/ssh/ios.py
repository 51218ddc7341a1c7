"""A device that is configured as Cisco IOS is: `reload in`, and the timed rollback where an archive is configured."""

import re

from lab.ssh.console import Console
from lab.ssh.device import CliShell, Command, SshDevice
from lab.ssh.section_config import Grammar, SectionConfig

INVALID = "                ^\n% Invalid input detected at '^' marker.\n"
INCOMPLETE = "% Incomplete command.\n"

IOS_GRAMMAR = Grammar(
    headers=(
        r"interface \S+$",
        r"router \S+( \S+)*$",
        r"vlan [\d,-]+$",
        r"line (con|aux|vty) [\d ]+$",
        r"ip access-list \S+ \S+$",
        r"(vrf definition|class-map|policy-map|route-map|key chain|archive|ip dhcp pool)\b",
        r"address-family \S+",
        r"class \S+",
    ),
    single=(
        r"hostname",
        r"description",
        r"ip address(?!.*secondary)",
        r"(mtu|bandwidth|speed|duplex)\b",
        r"switchport (mode|access vlan)\b",
        r"username \S+",
        r"enable (secret|password)",
        r"exec-timeout|transport input|login",
        r"snmp-server (location|contact|community \S+)",
        r"banner \S+",
        r"ip domain.name|ip default-gateway|logging buffered|service timestamps \w+",
        r"neighbor \S+ (remote-as|description|password)",
        r"name\b|path\b",
    ),
    ordered=(r"ip access-list", r"route-map"),
    top=(
        "version",
        "service",
        "hostname",
        "enable",
        "aaa",
        "clock",
        "vrf definition",
        "ip domain",
        "ip dhcp",
        "archive",
        "username",
        "vlan",
        "class-map",
        "policy-map",
        "interface",
        "router",
        "ip default-gateway",
        "ip http",
        "ip route",
        "ip access-list",
        "logging",
        "route-map",
        "snmp-server",
        "banner",
        "line",
        "ntp",
    ),
    inner=("description", "vrf", "switchport", "ip address", "ip", "password", "login", "shutdown"),
    words=(
        "version service hostname enable aaa clock vrf ip archive username vlan class-map "
        "policy-map interface router logging route-map snmp-server banner line ntp description "
        "switchport mtu bandwidth speed duplex shutdown spanning-tree network neighbor "
        "password login transport exec-timeout permit deny remark match set class name path "
        "cdp lldp crypto redistribute passive-interface address-family key radius tacacs "
        "default access-class session-timeout"
    ),
)

IOS_CONFIG = """
version 15.2
service timestamps log datetime msec
hostname {name}
enable secret 5 $1$mERr$labenablehash
username admin privilege 15 secret 5 $1$abcd$labuserhash
vlan 10
 name customers
interface GigabitEthernet0/1
 description uplink
 switchport mode trunk
interface GigabitEthernet0/2
 shutdown
interface Vlan10
 ip address 10.{number}.10.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.{number}.10.254
ip access-list extended MGMT
 permit tcp 10.0.0.0 0.255.255.255 any eq 22
 deny ip any any
logging host 10.0.0.5
snmp-server community lab-community RO
snmp-server location lab
banner motd ^C
 Simulated device {name}#
 be kind
^C
line con 0
 exec-timeout 5 0
line vty 0 4
 login local
 transport input ssh
ntp server 10.0.0.1
"""


class IosDevice(SshDevice):
    """State of one device. `changed_by` and `changed_at` appear in the configuration's head and count as volatile."""

    family = "ios"
    grammar = IOS_GRAMMAR
    template = IOS_CONFIG

    def __init__(self, name: str, *, number: int = 1, interfaces: int = 0, **account: str) -> None:
        super().__init__(name, **account)
        text = self.template.format(name=name, number=number % 250)
        text += "".join(
            f"interface GigabitEthernet1/{port}\n description port {port}\n switchport mode access\n switchport access vlan 10\n"
            for port in range(interfaces)
        )
        self.config = SectionConfig(self.grammar, text)
        self.saved = self.config.copy()
        self.before: SectionConfig | None = None
        """What the timed rollback goes back to."""
        self.changed_by = "admin"
        self.displays = 0

    def shell(self, console: Console) -> CliShell:
        return IosShell(self, console)

    @property
    def hostname(self) -> str:
        return next(
            (line.split()[1] for line in self.config.root.lines if line.startswith("hostname ")), self.name
        )

    def running(self) -> str:
        self.displays += 1
        body = "\n".join(("!", *self.config.lines(), "end"))
        head = f"!\n! Last configuration change at 10:{self.displays % 60:02}:00 UTC Mon Jan 1 2024 by {self.changed_by}\n"
        size = len(head + body) + 1
        return f"Building configuration...\n\nCurrent configuration : {size} bytes\n{head}{body}\n"

    def power_cycle(self) -> None:
        self.config = self.saved.copy()
        self.before = None

    def revert(self) -> None:
        if self.before is not None:
            self.config, self.before = self.before, None


class IosShell(CliShell):
    device: IosDevice

    def __init__(self, device: IosDevice, console: Console) -> None:
        super().__init__(device, console)
        self.device: IosDevice = device
        self.privileged = False
        self.configuring = False
        self.path: list[str] = []

    def prompt(self) -> str:
        name = self.device.hostname
        if self.configuring:
            return f"{name}(config{self.mode()})#"
        return f"{name}{'#' if self.privileged else '>'}"

    def mode(self) -> str:
        if not self.path:
            return ""
        word = self.path[-1].split()[0]
        return {"interface": "-if", "ip": "-ext-nacl", "vrf": "-vrf"}.get(word, f"-{word}")

    async def execute(self, line: str) -> str | None:
        line = re.sub(r"^do ", "", line) if self.configuring else line
        if not self.configuring:
            return await self.first_of(self.exec_commands(), line, INVALID)
        if any(re.fullmatch(pattern, line) for pattern, _ in self.configure_commands()):
            return await self.first_of(self.configure_commands(), line, INVALID)
        return await self._configure(line)

    def exec_commands(self) -> tuple[Command, ...]:
        always: tuple[Command, ...] = (
            (r"en(?:able)?", lambda found: self._enable()),
            (r"(?:exit|quit|logout)", lambda found: None),
            (r"term(?:inal)? length (\d+)", lambda found: self.length(int(found[1]))),
            (r"term(?:inal)? width \d+", lambda found: ""),
            (r"show version", lambda found: "Cisco IOS Software, Version 15.2(4)E7\n"),
        )
        rights: tuple[Command, ...] = (
            (r"sh(?:ow)? run(?:ning-config)?", lambda found: self.device.running()),
            (r"conf(?:igure)? t(?:erminal)?", lambda found: self.enter()),
            (r"configure terminal revert timer (\d+)", lambda found: self._enter_timed(int(found[1]))),
            (r"configure confirm", lambda found: self._confirm()),
            (r"configure revert now", lambda found: self._revert_now()),
            (r"reload in (\d+)", lambda found: self._reload_in(int(found[1]))),
            (r"reload cancel", lambda found: self._reload_cancel()),
            (r"copy running-config startup-config", lambda found: self._copy()),
            (r"write(?: memory)?", lambda found: self.save()),
        )
        return (*always, *rights) if self.privileged else always

    def configure_commands(self) -> tuple[Command, ...]:
        return (
            (r"end|\x1a", lambda found: self.leave()),
            (r"exit", lambda found: self.up()),
            (r"configure confirm", lambda found: self._confirm()),
        )

    async def _enable(self) -> str:
        self.console.write("Password: ")
        typed = await self.console.line(echo=False)
        if typed != self.device.enable_password:
            return "% Access denied\n"
        self.privileged = True
        return ""

    def length(self, lines: int) -> str:
        self.console.page_lines = lines
        return ""

    def enter(self) -> str:
        self.configuring, self.path = True, []
        return "Enter configuration commands, one per line.  End with CNTL/Z.\n"

    def leave(self) -> str:
        self.configuring, self.path = False, []
        return ""

    def up(self) -> str:
        if self.path:
            self.path.pop()
        else:
            self.configuring = False
        return ""

    @property
    def editing(self) -> SectionConfig:
        """What lines are written to."""
        return self.device.config

    async def _configure(self, line: str) -> str:
        if found := re.match(r"banner \S+ (\^C|\S)", line):
            line = await self._banner(line, found[1])
        if not self.editing.knows(line):
            return INVALID
        if len(line.split()) == 1 and not re.match(r"shutdown|login|archive|name$|end", line):
            return INCOMPLETE
        if self._is_global(line):
            self.path = []
        self.editing.enter(self.path, line)
        self.device.changed_by = self.device.username
        if self.editing.is_header(line) and not line.startswith(f"{self.device.grammar.negate} "):
            self.path.append(line)
        return ""

    def _is_global(self, line: str) -> bool:
        """Whether IOS takes a line for one of the global mode though it is typed in a section."""
        word = line.removeprefix(f"{self.device.grammar.negate} ")
        return bool(
            re.match(
                r"(interface|hostname|router|vlan \d|line |ip route|ip access-list|username|snmp-server|ntp|logging|banner)",
                word,
            )
        )

    async def _banner(self, line: str, delimiter: str) -> str:
        self.console.write(f"Enter TEXT message.  End with the character '{delimiter}'.\n")
        while not line.endswith(delimiter) or line.count(delimiter) < 2:
            line += "\n" + await self.console.line()
        return line

    def _enter_timed(self, minutes: int) -> str:
        device = self.device
        if "archive" not in device.config.root.lines:
            return "% Archive must be configured first\n% Error: Rollback Confirmed Change not available\n"
        device.before = device.config.copy()
        device.later("revert", minutes * device.minute_s, device.revert)
        return "Rollback Confirmed Change: Backing up current running config\n" + self.enter()

    def _confirm(self) -> str:
        if not self.device.cancel("revert"):
            return "% No Rollback Confirmed Change pending\n"
        self.device.before = None
        return ""

    def _revert_now(self) -> str:
        self.device.cancel("revert")
        self.device.revert()
        return "Rollback Confirmed Change: rolling to the saved config\n"

    async def _reload_in(self, minutes: int) -> str:
        device = self.device
        if device.config.lines() != device.saved.lines():
            self.console.write("\nSystem configuration has been modified. Save? [yes/no]: ")
            if (await self.console.line()).lower().startswith("y"):
                device.saved = device.config.copy()
        self.console.write(f"Reload scheduled in {minutes} minutes\nProceed with reload? [confirm]")
        if (await self.console.line()).lower().startswith("n"):
            return ""
        device.later("reload", minutes * device.minute_s, device.reboot)
        return ""

    def _reload_cancel(self) -> str:
        if not self.device.cancel("reload"):
            return "%No reload is scheduled.\n"
        return "\n***\n*** --- SHUTDOWN ABORTED ---\n***\n"

    async def _copy(self) -> str:
        self.console.write("Destination filename [startup-config]? ")
        await self.console.line()
        return self.save()

    def save(self) -> str:
        self.device.saved = self.device.config.copy()
        return "Building configuration...\n[OK]\n"
