"""Reading one device now."""

from uuid import uuid4

import pytest

from domain.device import DEVICE
from domain.device_commands import AddDevice, ChangeDevice, RemoveDevice
from domain.discovery import POLL
from domain.operation import OPERATION, RequestOperation
from lab.snmp_faults import Fault, FaultKind
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import topics

A, B = "127.66.8.1", "127.66.8.2"


async def poll(netledger, device_id):
    operation_id = uuid4()
    command = RequestOperation(kind=POLL, device_id=str(device_id))
    await netledger.console.bus.execute(
        OPERATION.to(operation_id, command, new=True), by=netledger.console.by()
    )
    return await netledger.ended(operation_id)


@pytest.fixture
async def device(netledger, lab):
    """A device, its agent, and the port that its network answers at."""
    first = agent("router", serial="HEX010897")
    server = await lab(Network({A: first, B: first}))
    await netledger.credential(access(server.port))
    await netledger.set(device_timeout_s=1.0)
    async with netledger.worker():
        await netledger.discover(A, B)
        yield await netledger.device_at(A), first, server


async def test_a_poll_without_news_appends_nothing_about_the_device(netledger, device):
    known, _, _ = device
    head = await netledger.settled()
    operation = await poll(netledger, known.id)
    assert operation.state == "succeeded"
    assert operation.result == {"address": A, "changed": 0, "incomplete": []}
    assert {topic.partition(".")[0] for topic in topics(await netledger.events(after=head))} == {
        "operation",
        "credential",
    }


async def test_a_silent_device_is_a_timeout_and_another_address_is_tried_first(netledger, device, lab):
    known, first, server = device
    await server.stop()
    server = await lab(Network({B: first}), server.port)
    operation = await poll(netledger, known.id)
    assert (operation.state, operation.result["address"]) == ("succeeded", B)
    first.misbehave([Fault(FaultKind.DROPS)])
    operation = await poll(netledger, known.id)
    assert (operation.state, operation.error["code"]) == ("failed", "DEVICE_TIMEOUT")
    assert B in operation.error["message"]
    assert (await netledger.device_at(A)).status == "up"  # one poll is no proof


async def test_a_device_that_answers_again_is_up_and_its_alert_resolved(netledger, device):
    known, first, _ = device
    first.misbehave([Fault(FaultKind.DROPS)])
    await netledger.discover(A, B)
    assert (await netledger.device_at(A)).status == "down"
    first.misbehave([])
    assert (await poll(netledger, known.id)).state == "succeeded"
    assert (await netledger.device_at(A)).status == "up"
    assert [alert.state for alert in await netledger.alerts(known.id)] == ["resolved"]


async def test_another_device_at_the_address_is_told(netledger, device, lab):
    known, _, server = device
    await server.stop()
    other = agent("other", serial="HEX990897")
    await lab(Network({A: other, B: other}), server.port)
    operation = await poll(netledger, known.id)
    assert (operation.state, operation.error["code"]) == ("failed", "DEVICE_REPLACED")


async def test_a_device_without_a_credential_or_a_record_cannot_be_polled(netledger, device):
    added = uuid4()
    await netledger.console.bus.execute(
        DEVICE.to(added, AddDevice(address="127.66.8.9"), new=True), by=netledger.console.by()
    )
    assert (await poll(netledger, added)).error["code"] == "NO_CREDENTIAL"
    assert (await poll(netledger, uuid4())).error["code"] == "DEVICE_NOT_FOUND"
    await netledger.console.bus.execute(DEVICE.to(added, RemoveDevice()), by=netledger.console.by())
    assert (await poll(netledger, added)).error["code"] == "DEVICE_NOT_FOUND"


async def test_a_device_added_by_hand_is_polled_with_the_credential_given(netledger, device, lab):
    _, _, server = device
    credential = await netledger.credential(access(server.port, id="given"))
    await server.stop()
    await lab(Network({"127.66.8.7": agent("by hand", serial="HEX070897")}), server.port)
    added = uuid4()
    by = netledger.console.by()
    await netledger.console.bus.execute(DEVICE.to(added, AddDevice(address="127.66.8.7"), new=True), by=by)
    change = ChangeDevice(credential_ids=(str(uuid4()), credential))  # one of them was deleted
    await netledger.console.bus.execute(DEVICE.to(added, change), by=by)
    assert (await poll(netledger, added)).state == "succeeded"
    found = await netledger.device_at("127.66.8.7")
    assert (found.id, found.name, found.status) == (str(added), "by hand", "up")
