"""Backups that nobody asks for: scheduled ones, and of devices that were heard to be configured."""

from uuid import uuid4

from adapters.config_notes import PostgresConfigNotes
from domain.access import SshAccess
from domain.config_orders import BACKUP
from domain.config_text import ConfigAuthor
from domain.device import DEVICE
from domain.device_commands import AddDevice
from lab.ssh.fleet import SshFleet, SshFleetPlan
from projections import operations
from tests.integration.workers.installation import until
from workers.config_schedule import HEARD, REASON, ConfigSchedule


async def test_backups_are_requested_on_schedule_and_when_devices_say_that_they_were_configured(netledger):
    fleet = SshFleet(SshFleetPlan(network="127.66.56.0/28", count=2, families=("ios", "procurve")))
    await fleet.start()
    console = netledger.console
    access = SshAccess(
        id="lab", username="admin", password="lab", enable_password="lab-enable", port=fleet.port
    )
    credential_id = await netledger.credential(access)
    ids = {}
    for address, server in fleet.servers.items():
        ids[server.device.family] = str(uuid4())
        add = AddDevice(
            address=address, labels=(f"platform:{server.device.family}",), credential_ids=(credential_id,)
        )
        await console.bus.execute(DEVICE.to(ids[server.device.family], add, new=True), by=console.by())

    async def requested(reason):
        async with console.pool.connection() as conn:
            rows = await operations.find(conn, kind=BACKUP, limit=50)
        return [row for row in rows if row.reason == reason]

    async with netledger.worker("projector", "relay", "executor"):
        notes = PostgresConfigNotes(console.pool)
        schedule = ConfigSchedule(console.bus, console.pool.connection, notes, quiet_s=0.3)
        await netledger.settled()
        for _ in range(3):  # as two leaders would, or one that looks again
            await schedule.back_up_all()
        (row,) = await until(lambda: requested(REASON))
        done = await netledger.ended(row.id)
        assert done.actor["name"] == "scheduler"
        assert done.result["changed"] == 2

        await notes.configured(ids["procurve"])
        await notes.configured(ids["procurve"], ConfigAuthor(by="ada", at="12:00"))
        await schedule.back_up_configured()
        assert await requested(HEARD) == [], "it may be heard of again in a moment"

        async def heard():
            await schedule.back_up_configured()
            return await requested(HEARD)

        (row,) = await until(heard)
        assert row.params["device_ids"] == [ids["procurve"]]
        assert row.params["authors"][ids["procurve"]]["by"] == "ada"
        assert (await netledger.ended(row.id)).state == "succeeded"
        await schedule.back_up_configured()
        assert len(await requested(HEARD)) == 1
    await fleet.stop()
