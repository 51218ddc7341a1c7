"""Many simulated SSH devices, all on one port of neighbouring loopback addresses."""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncssh

from lab.addresses import addresses
from lab.ssh.device import LAB_ENABLE, LAB_PASSWORD, SshDevice
from lab.ssh.eos import EosDevice
from lab.ssh.faults import Fault
from lab.ssh.ios import IosDevice
from lab.ssh.junos import JunosDevice
from lab.ssh.procurve import ProcurveDevice
from lab.ssh.routeros import RouterOsDevice
from lab.ssh.server import SshDeviceServer, kept_host_key, new_host_key
from lab.ssh.vrp import VrpDevice

PORT_TRIES = 20

FAMILIES: dict[str, Callable[..., SshDevice]] = {
    "ios": IosDevice,
    "junos": JunosDevice,
    "routeros": RouterOsDevice,
    "arista_eos": EosDevice,
    "vrp": VrpDevice,
    "procurve": ProcurveDevice,
}


@dataclass(frozen=True, slots=True)
class SshSite:
    """One device of a fleet."""

    address: str
    name: str
    family: str


@dataclass(frozen=True, slots=True)
class SshFleetPlan:
    """What a fleet looks like. With several families, devices take them in turn; `sites` say it device by device."""

    network: str = "127.66.0.0/24"
    count: int = 1
    port: int = 0
    families: tuple[str, ...] = ("ios", "junos", "routeros")
    interfaces: int = 0
    username: str = "admin"
    password: str = LAB_PASSWORD
    enable_password: str = LAB_ENABLE
    latency_s: float = 0.0
    show_s: float = 0.0
    minute_s: float = 60.0
    """Seconds that a minute of the devices' own timers takes."""
    shared_host_key: bool = False
    """One key for all, as hundreds of keys take a while to make."""
    key_seed: str = ""
    """Devices have the same host keys at every start with it."""
    sites: tuple[SshSite, ...] = ()


def sites_of(plan: SshFleetPlan) -> Sequence[SshSite]:
    return plan.sites or [
        SshSite(address=address, name=f"lab-{number + 1}", family=plan.families[number % len(plan.families)])
        for number, address in enumerate(addresses(plan.network, plan.count))
    ]


class SshFleet:
    """Devices and their servers, by address."""

    def __init__(self, plan: SshFleetPlan) -> None:
        self.plan = plan
        self.servers: dict[str, SshDeviceServer] = {}
        self.port = plan.port

    async def start(self) -> None:
        """Listens on one port everywhere; a free one is found where the plan leaves it open."""
        for attempt in range(PORT_TRIES):
            try:
                await self._start()
                return
            except OSError as error:
                await self.stop()
                self.port = self.plan.port
                if error.errno != errno.EADDRINUSE or self.plan.port or attempt == PORT_TRIES - 1:
                    raise

    async def _start(self) -> None:
        plan = self.plan
        shared: asyncssh.SSHKey | None = new_host_key() if plan.shared_host_key else None
        for number, site in enumerate(sites_of(plan)):
            device = FAMILIES[site.family](
                site.name,
                number=number + 1,
                interfaces=plan.interfaces,
                username=plan.username,
                password=plan.password,
                enable_password=plan.enable_password,
            )
            device.latency_s, device.minute_s = plan.latency_s, plan.minute_s
            if plan.show_s:
                device.faults.add(Fault("slow", "show", times=0, delay_s=plan.show_s))
            key = kept_host_key(f"{plan.key_seed} {site.address}") if plan.key_seed else shared
            server = SshDeviceServer(device, site.address, port=self.port, host_key=key)
            self.servers[site.address] = server
            await server.start()
            self.port = server.port

    async def stop(self) -> None:
        for server in self.servers.values():
            await server.stop()
        self.servers.clear()

    def __getitem__(self, address: str) -> SshDevice:
        return self.servers[address].device
