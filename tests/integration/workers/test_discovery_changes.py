"""What happens to devices between discoveries, and what the inventory and the alerts make of it."""

import msgspec

from domain.access import SnmpV3Access
from domain.device import DEVICE
from domain.device_commands import JoinDevice, MergeDevice, SeparateDevice, SplitDevice
from lab.snmp_faults import Fault, FaultKind
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import topics, until

SILENT = [Fault(FaultKind.DROPS)]
A, B, C = "127.66.1.1", "127.66.1.2", "127.66.1.3"
MACS = ("00:1b:21:00:00:01", "00:1b:21:00:00:02")


async def test_a_device_that_vanishes_is_down_with_an_alert_until_it_comes_back(netledger, lab):
    agents = {A: agent("here", serial="HEX010297"), B: agent("gone", serial="HEX020297")}
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A, B)
        head = await netledger.settled()

        agents[B].misbehave(SILENT)
        missed = await netledger.discover(A, B)
        gone = await netledger.device_at(B)
        assert missed.result["unreachable"] == 1
        assert gone.status == "down"

        async def told() -> bool:
            """By the shipped rule on devices that are down."""
            found = [(each.state, each.severity, each.title) for each in await netledger.alerts(gone.id)]
            return found == [("firing", "critical", "gone does not answer")]

        await until(told)
        still = await netledger.discover(A, B)
        assert still.result["unreachable"] == 0  # it is no news that it is down

        agents[B].misbehave([])
        back = await netledger.discover(A, B)
        assert back.result["unreachable"] == back.result["new"] == 0
        assert (await netledger.device_at(B)).status == "up"
        (alert,) = await netledger.alerts(gone.id)
        assert (alert.state, alert.reason) == ("resolved", "the device answers again")
        history = await netledger.events("device.", "alert.", after=head)
        assert topics(history) == [
            "device.went_down.v1",
            "alert.raised.v1",
            "alert.ruled.v1",
            "device.came_up.v1",
            "alert.resolved.v1",
        ]
        assert (await netledger.device_at(A)).status == "up"


async def test_a_device_outside_of_the_scan_or_without_its_credential_is_not_called_down(netledger, lab):
    agents = {A: agent("asked", serial="HEX110297"), B: agent("not asked", serial="HEX120297")}
    server = await lab(Network(agents))
    first = await netledger.credential(access(server.port))
    other = await netledger.credential(access(server.port, id="other", community="other"))
    async with netledger.worker():
        await netledger.discover(A, B, credential_ids=[first])
        for each in agents.values():
            each.misbehave(SILENT)
        await netledger.discover(A, credential_ids=[other])
        assert {device.status for device in await netledger.devices()} == {"up"}
        await netledger.discover(A, credential_ids=[first])
        assert (await netledger.device_at(A)).status == "down"
        assert (await netledger.device_at(B)).status == "up"


async def test_a_device_that_refuses_us_is_not_down(netledger, lab):
    opens = SnmpV3Access(id="v3", username="ops", auth_protocol="SHA256", auth_password="authentication")
    server = await lab(Network({A: agent("strict", serial="HEX310297", opens=opens)}))
    credential = await netledger.credential(msgspec.structs.replace(opens, port=server.port))
    async with netledger.worker():
        await netledger.discover(A)
        await netledger.replace_secret(credential, {"auth_password": "changed on the device"})
        operation = await netledger.discover(A)
        assert operation.result["errors"] == {"snmp_auth": 1}
        assert operation.result["unreachable"] == 0
        assert (await netledger.device_at(A)).status == "up"


async def test_an_address_that_another_device_took_over_moves_to_it(netledger, lab):
    server = await lab(Network({A: agent("old", serial="HEX410297"), B: agent("new", serial="HEX420297")}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A, B)
        old = await netledger.device_at(A)
        await server.stop()
        await lab(Network({A: agent("new", serial="HEX420297")}), server.port)
        await netledger.discover(A)
        taker = await netledger.device_at(A)
        assert taker.name == "new"
        assert sorted(taker.addresses) == [A, B]
        (lost,) = [device for device in await netledger.devices() if device.id == old.id]
        assert (lost.addresses, lost.status) == ([], "down")
        assert [alert.state for alert in await netledger.alerts(old.id)] == ["firing"]


async def test_an_unknown_device_at_a_known_address_is_a_new_one(netledger, lab):
    server = await lab(Network({A: agent("old", serial="HEX510297")}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A)
        old = await netledger.device_at(A)
        await server.stop()
        await lab(Network({A: agent("other", serial="HEX520297")}), server.port)
        operation = await netledger.discover(A)
        assert operation.result["new"] == 1
        assert (await netledger.device_at(A)).id != old.id


async def test_what_changed_on_a_device_is_one_event_with_old_and_new(netledger, lab):
    server = await lab(Network({A: agent("before", serial="HEX610297", mac=MACS[0])}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A)
        head = await netledger.settled()
        await server.stop()
        await lab(Network({A: agent("after", serial="HEX610297", mac=MACS[1])}), server.port)
        await netledger.discover(A)
        (changed,) = [each.event for each in await netledger.events("device.", after=head)]
        changes = {change.field: (change.old, change.new) for change in changed.changes}
        assert changes["sys_name"] == ("before", "after")
        assert changes["interfaces/1/mac"] == MACS


async def test_the_same_addresses_at_two_sites_are_two_networks(netledger, lab):
    server = await lab(Network({A: agent("twin", serial="HEX710297")}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        for site in ("north", "south", "north"):
            await netledger.discover(A, site=site)
        devices = await netledger.devices()
        assert sorted(device.site for device in devices) == ["north", "south"]
        assert len({device.id for device in devices}) == 2


async def test_records_that_prove_to_be_one_device_are_merged_and_a_split_holds(netledger, lab):
    thin = {A: agent("router", mac=MACS[0]), B: agent("router", mac=MACS[1])}
    server = await lab(Network(thin))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A, B)
        before = {device.address: device.id for device in await netledger.devices()}
        assert len(set(before.values())) == 2

        # After an upgrade it tells its serial, so that both addresses turn out to be one router.
        await server.stop()
        thick = {
            A: agent("router", serial="HEX810297", mac=MACS[0]),
            B: agent("router", serial="HEX810297", mac=MACS[1]),
        }
        await lab(Network(thick), server.port)
        operation = await netledger.discover(A, B)
        assert operation.result["merged"] == 1
        (device,) = await netledger.devices()
        assert sorted(device.addresses) == [A, B]
        (other,) = set(before.values()) - {device.id}

        by = netledger.console.by()
        await netledger.console.bus.execute(
            DEVICE.to(device.id, SplitDevice(other_id=other)),
            DEVICE.to(other, SeparateDevice(from_id=device.id)),
            by=by,
        )
        await netledger.settled()
        head = await netledger.settled()
        await netledger.discover(A, B)
        assert {device.address: device.id for device in await netledger.devices()} == before
        assert "device.merged.v1" not in topics(await netledger.events(after=head))


async def test_records_that_an_engineer_merged_stay_one_and_as_they_are(netledger, lab):
    agents = {A: agent("left", mac=MACS[0]), B: agent("right", mac=MACS[1])}
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        await netledger.discover(A, B)
        one, other = await netledger.device_at(A), await netledger.device_at(B)
        merge = MergeDevice(
            other_id=other.id,
            other_name=other.name,
            addresses=tuple(other.addresses),
            identities=tuple(other.identities),
        )
        await netledger.console.bus.execute(
            DEVICE.to(one.id, merge),
            DEVICE.to(other.id, JoinDevice(into_id=one.id)),
            by=netledger.console.by(),
        )
        head = await netledger.settled()
        await netledger.discover(A, B)
        await netledger.discover(B, A)
        (device,) = await netledger.devices()
        assert device.id == one.id
        assert sorted(device.addresses) == [A, B]
        assert topics(await netledger.events("device.", after=head)) == []

        agents[A].misbehave(SILENT)
        await netledger.discover(A, B)
        (device,) = await netledger.devices()
        assert (device.name, device.status) == ("right", "up")
