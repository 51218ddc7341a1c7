"""A backup of many devices whose worker is killed in the middle: another one reads what that one had not read."""

from collections import Counter
from uuid import UUID, uuid4

from domain.config import CONFIG, config_id
from domain.config_orders import BackupOrder, backup
from lab.faults import Faults
from tests.integration.workers.installation import until
from tests.integration.workers.processes import worker_process
from tests.integration.workers.test_restores_killed import HangAt, Walk


class BackupWalk(Walk):
    """Devices that go silent at some command of the reading, and as many that answer all."""

    walk = (("ios", (1, 2, 3, 99, 99, 99)), ("junos", (1, 2, 99, 99)), ("routeros", (1, 2, 99, 99)))
    network = "127.66.57.0/24"

    def spoil(self) -> None:
        for device, (_, number) in zip(self.devices.values(), self.steps, strict=True):
            device.faults = HangAt(number)

    def mend(self) -> None:
        for device in self.devices.values():
            device.faults = Faults()


async def test_whoever_follows_a_killed_worker_reads_the_rest(netledger):
    walk = BackupWalk(netledger)
    hanging = sum(number < 99 for _, number in walk.steps)
    bus, by = netledger.console.bus, netledger.console.by()
    async with netledger.worker("projector", "relay"):
        await walk.start()
        walk.spoil()
        operation_id = uuid4()
        with worker_process(netledger.configuration, "executor") as first:
            await bus.execute(backup(operation_id, BackupOrder(all=True)), by=by)

            async def read() -> int:
                found = await netledger.events("config.backed_up.v1")
                return len(found)

            async def only_the_silent_are_left() -> bool:
                silent = sum(device.faults.left <= 0 for device in walk.devices.values())
                return silent == hanging and await read() == len(walk.steps) - hanging

            await until(only_the_silent_are_left)
            first.kill()
        walk.mend()
        with worker_process(netledger.configuration, "executor"):
            row = await netledger.ended(operation_id)
        assert row.state == "succeeded", row
        counts = {name: row.result[name] for name in ("total", "changed", "unchanged", "failed")}
        assert counts == {
            "total": len(walk.steps),
            "changed": len(walk.steps),
            "unchanged": 0,
            "failed": 0,
        }
        told = Counter(UUID(each["device_id"]) for each in row.result["devices"])
        assert told == Counter(UUID(each) for each in walk.ids.values())
        taken = Counter(each.originator_id for each in await netledger.events("config.backed_up.v1"))
        assert taken == Counter(config_id(each) for each in walk.ids.values())  # each once
        for device_id in walk.ids.values():
            assert (await bus.state(CONFIG, config_id(device_id))).latest
    await walk.fleet.stop()
