"""Restores whose worker is killed at every step of the conversation: another one finishes, and ledger and device agree."""

import asyncio
import contextlib
from collections import Counter
from uuid import UUID, uuid4

from adapters.ssh.devices import SshConfigDevices
from domain.access import SshAccess
from domain.config import CONFIG, config_id
from domain.config_orders import BackupOrder, RestoreOrder, backup, restore
from domain.config_ports import ConfigChange, ConfigStep, ConfigTarget
from domain.config_text import same
from domain.device import DEVICE
from domain.device_commands import AddDevice
from lab.faults import Faults
from lab.ssh.device import SshDevice
from lab.ssh.faults import Fault
from lab.ssh.fleet import SshFleet, SshFleetPlan
from tests.integration.workers.installation import until
from tests.integration.workers.processes import worker_process

CHANGES = {
    "ios": "interface Vlan10\n description new\nip route 10.9.0.0 255.255.0.0 10.0.0.1\n",
    "junos": "set system name-server 9.9.9.9\nset interfaces ge-0/0/0 description new\n",
    "routeros": "/ip dns set servers=9.9.9.9\n/ip firewall address-list add list=new address=1.2.3.4\n",
}
WALK = {"ios": range(4, 21), "junos": range(6, 20, 2), "routeros": range(3, 15, 2)}
"""Which command of the conversation, counted from 1, the worker dies at; nothing has happened before the first of these."""
WORKERS = 3
"""Enough to have a place for each of these restores at the same time."""


class HangAt(Faults[Fault]):
    """The device goes silent in the answer to its so-many-th command; what the command does is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def strike(self, command: str) -> Fault | None:
        self.left -= 1
        return Fault("hang") if self.left == 0 else None


async def ignore(step: ConfigStep) -> None:
    """Nobody watches."""


class Walk:
    """One device for every step of every family, configured by hand after it was backed up."""

    walk = tuple(WALK.items())
    network = "127.66.55.0/24"

    def __init__(self, netledger):
        self.netledger = netledger
        self.steps = [(family, number) for family, numbers in self.walk for number in numbers]
        families = tuple(family for family, _ in self.steps)
        self.fleet = SshFleet(
            SshFleetPlan(network=self.network, count=len(families), families=families, shared_host_key=True)
        )
        self.ids: dict[str, str] = {}
        self.before: dict[str, str] = {}

    @property
    def devices(self) -> dict[str, SshDevice]:
        return {address: server.device for address, server in self.fleet.servers.items()}

    async def start(self):
        await self.fleet.start()
        credential_id = await self.netledger.credential(self.access())
        bus, by = self.netledger.console.bus, self.netledger.console.by()
        for address, device in self.devices.items():
            device_id = uuid4()
            add = AddDevice(
                address=address,
                name=device.name,
                labels=(f"platform:{device.family}",),
                credential_ids=(credential_id,),
            )
            await bus.execute(DEVICE.to(device_id, add, new=True), by=by)
            self.ids[address] = str(device_id)
            self.before[address] = device.running()

    def access(self):
        return SshAccess(
            id="lab", username="admin", password="lab", enable_password="lab-enable", port=self.fleet.port
        )

    async def back_up(self):
        operation_id = uuid4()
        order = BackupOrder(all=True)
        await self.netledger.console.bus.execute(backup(operation_id, order), by=self.netledger.console.by())
        row = await self.netledger.ended(operation_id)
        assert row.result["changed"] == len(self.steps), row

    async def change_by_hand(self):
        devices = SshConfigDevices()

        async def change(address, device):
            target = ConfigTarget(
                device_id=address, address=address, platform=device.family, access=self.access()
            )
            change = ConfigChange(kind="merge", text=CHANGES[device.family])
            outcome = await devices.apply(target, change, report=ignore)
            assert outcome.state == "applied"

        await asyncio.gather(*(change(address, device) for address, device in self.devices.items()))

    async def restore_all(self) -> dict[str, UUID]:
        operations = {}
        for (address, device), (_, number) in zip(self.devices.items(), self.steps, strict=True):
            device.faults = HangAt(number)
            record = await self.netledger.console.bus.state(CONFIG, config_id(self.ids[address]))
            order = RestoreOrder(backup_id=record.latest, confirm_within_s=120)
            operations[address] = uuid4()
            intents = restore(self.ids[address], operations[address], order)
            await self.netledger.console.bus.execute(*intents, by=self.netledger.console.by())
        return operations


async def test_whoever_follows_a_killed_worker_finishes_from_wherever_it_was(netledger):
    walk = Walk(netledger)
    async with netledger.worker("projector", "relay"):
        await walk.start()
        async with netledger.worker("executor"):
            await walk.back_up()
        await walk.change_by_hand()
        with contextlib.ExitStack() as stack:
            workers = [
                stack.enter_context(worker_process(netledger.configuration, "executor"))
                for _ in range(WORKERS)
            ]
            operations = await walk.restore_all()

            async def all_hang() -> bool:
                return all(device.faults.left <= 0 for device in walk.devices.values())

            await until(all_hang)
            for worker in workers:
                worker.kill()
        async with netledger.worker("executor"):
            rows = {address: await netledger.ended(each, 60.0) for address, each in operations.items()}
    for address, row in rows.items():
        device = walk.devices[address]
        told = (device.family, walk.steps[list(walk.devices).index(address)], row.error, row.steps)
        assert row.state == "succeeded", told
        assert row.attempt == 2, told
        assert same(device.family, device.running(), walk.before[address]), told
        assert not device.timers, told
        events = await netledger.console.events.of_aggregate(config_id(walk.ids[address]))
        topics = Counter(each.topic for each in events)
        assert topics["config.restored.v1"] == 1, told
        assert topics["config.backed_up.v1"] == 3, told  # at first, before the restore, after it
        restored = next(each.event for each in events if each.topic == "config.restored.v1")
        backups = [each.event.backup_id for each in events if each.topic == "config.backed_up.v1"]
        assert [restored.before_id, restored.after_id] == backups[1:], told
    await walk.fleet.stop()
