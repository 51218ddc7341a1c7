"""Templates whose worker is killed at every step of the conversation: another one finishes, ledger and device agree."""

import contextlib
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from adapters.config_store import PostgresConfigStore
from domain.application import application_id
from domain.application_orders import (
    ApplyOrder,
    BulkOrder,
    DeviceInWave,
    SealedConfig,
    applications,
    in_waves,
)
from domain.config import CONFIG, config_id
from domain.config_text import content_address, same
from domain.errors import NotFound
from tests.integration.workers import test_restores_killed as restores
from tests.integration.workers.installation import until
from tests.integration.workers.processes import worker_process

WALK = (("ios", range(4, 18)), ("junos", range(6, 18, 2)), ("routeros", range(3, 13, 2)))
"""Which command of the conversation, counted from 1, the worker dies at."""
SECOND_WAVE = (("ios", (0,)), ("junos", (0,)))
"""These come after the worker has died, and nothing happens to them."""
NO_POOL: Any = None
"""The store is asked for its tokens alone."""
TEMPLATE_ID = "6b1f7a52-9f53-4a3e-8a3d-111111111111"


class Walk(restores.Walk):
    """The same devices, to which a template is applied instead."""

    walk = WALK + SECOND_WAVE
    network = "127.66.56.0/24"

    async def apply_to_all(self) -> tuple[UUID, dict[str, UUID], list[str]]:
        """The operation over all, that of each device by address, and what lies in the vault."""
        console = self.netledger.console
        bulk_id = uuid4()
        waves = in_waves(bulk_id, list(self.ids.values()), len(self.ids) - len(SECOND_WAVE))
        which: dict[str, Any] = {"template_id": TEMPLATE_ID, "template": "walk", "version": 1}
        devices, orders, operations = [], {}, {}
        for (address, device), (_, number) in zip(self.devices.items(), self.steps, strict=True):
            device.faults = restores.HangAt(number)
            device_id = self.ids[address]
            text = restores.CHANGES[device.family]
            sealed_id = await console.vault.put(msgspec.json.encode(SealedConfig(text=text)), purpose="test")
            operation, wave = waves[device_id]
            devices.append(
                DeviceInWave(device_id=device_id, operation_id=str(operation), wave=wave, sealed_id=sealed_id)
            )
            orders[device_id] = ApplyOrder(
                **which, sealed_id=sealed_id, bulk_id=str(bulk_id), wave=wave, confirm_within_s=120
            )
            operations[address] = operation
        order = BulkOrder(**which, devices=devices)
        await console.bus.execute(*applications(bulk_id, order, orders, reason=""), by=console.by())
        return bulk_id, operations, [device.sealed_id for device in devices]


async def test_whoever_follows_a_killed_worker_finishes_from_wherever_it_was(
    netledger: Any,
) -> None:
    walk = Walk(netledger)
    async with netledger.worker("projector", "relay"):
        await walk.start()
        async with netledger.worker("executor"):
            await walk.back_up()
        with contextlib.ExitStack() as stack:
            workers = [
                stack.enter_context(worker_process(netledger.configuration, "executor"))
                for _ in range(restores.WORKERS)
            ]
            bulk_id, operations, sealed_ids = await walk.apply_to_all()

            async def all_hang() -> bool:
                return all(device.faults.left <= 0 for device in walk.devices.values())

            await until(all_hang)
            for worker in workers:
                worker.kill()
        async with netledger.worker("executor"):
            rows = {address: await netledger.ended(each, 60.0) for address, each in operations.items()}
            whole = await netledger.ended(bulk_id, 60.0)
    assert (whole.state, whole.result["succeeded"]) == ("succeeded", len(operations)), whole
    for address, row in rows.items():
        await _agreed(netledger, walk, address, row)
    for sealed_id in sealed_ids:
        with pytest.raises(NotFound):
            await netledger.console.vault.read(sealed_id)
    await walk.fleet.stop()


async def _agreed(netledger: Any, walk: Walk, address: str, row: Any) -> None:
    """The device runs what the ledger says, once, and nothing of the way there is left on it."""
    device, device_id = walk.devices[address], walk.ids[address]
    number = walk.steps[list(walk.devices).index(address)][1]
    told = (device.family, number, row.error, row.steps)
    assert row.state == "succeeded", told
    assert row.attempt == (2 if number else 1), told
    assert not device.timers, told
    (applied,) = await netledger.console.events.of_aggregate(application_id(UUID(row.id)))
    assert applied.topic == "template.applied.v1", told
    record = await netledger.console.bus.state(CONFIG, config_id(device_id))
    events = await netledger.console.events.of_aggregate(config_id(device_id))
    topics = Counter(each.topic for each in events)
    assert topics["config.backed_up.v1"] == 2, told  # at first, and after it
    backups = [each.event.backup_id for each in events if each.topic == "config.backed_up.v1"]
    assert [applied.event.before_id, applied.event.after_id] == backups, told
    assert record.latest == applied.event.after_id, told
    token = PostgresConfigStore(
        NO_POOL, netledger.key.derive("configs"), netledger.key.derive("config tokens")
    ).token(device_id)
    assert content_address(device.family, device.running(), token) == record.latest_content, told
    assert not same(device.family, device.running(), walk.before[address]), told
