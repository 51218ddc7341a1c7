"""What is asked and what is not: names, exclusions, IPv6, silence; and how a discovery is followed and stopped."""

import socket
import time

import msgspec
import nats
import pytest

from domain.operation import OPERATION, CancelOperation
from lab.snmp_faults import Fault, FaultKind
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import until

A, B, C = "127.66.3.1", "127.66.3.2", "127.66.3.3"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def test_a_name_that_does_not_resolve_is_told_and_the_rest_is_scanned(netledger, lab):
    server = await lab(Network({A: agent("here", serial="HEX010397")}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        operation = await netledger.discover("no-such-host.invalid", A)
        assert operation.state == "succeeded"
        assert operation.result["errors"] == {"name_not_resolved": 1}
        assert operation.result["unresolved"] == ["no-such-host.invalid"]
        assert operation.result["found"] == 1

        nothing = await netledger.discover("no-such-host.invalid")
        assert nothing.state == "succeeded"
        assert (nothing.result["total"], nothing.result["found"]) == (0, 0)


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")
async def test_an_ipv6_agent_and_a_name_that_means_it(netledger, lab):
    server = await lab(Network({"::1": agent("six", serial="HEX060397")}))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        operation = await netledger.discover("::1")
        assert operation.result["found"] == 1
        assert (await netledger.device_at("::1")).name == "six"


async def test_what_is_excluded_is_not_asked(netledger, lab):
    agents = {each: agent(f"at {each}", serial=f"HEX{number}20397") for number, each in enumerate((A, B, C))}
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        operation = await netledger.discover("127.66.3.0/29", exclude=[B, "127.66.3.4-127.66.3.6"])
        assert operation.result["total"] == 2
        assert sorted(device.address for device in await netledger.devices()) == [A, C]


async def test_a_network_in_silence_is_an_empty_result_soon(netledger):
    await netledger.set(timeout_s=1.0)
    for each in ("one", "two", "three"):
        await netledger.credential(access(9, id=each, community=each))
    async with netledger.worker():
        await netledger.settled()
        began = time.monotonic()
        operation = await netledger.discover("127.66.4.0/24")
        took_s = time.monotonic() - began
        assert operation.state == "succeeded"
        assert (operation.result["total"], operation.result["found"], operation.result["errors"]) == (
            254,
            0,
            {},
        )
        assert took_s < 6.0  # three credentials, asked twice each, with a second of patience


async def test_without_any_credential_there_is_an_end_too(netledger):
    async with netledger.worker():
        operation = await netledger.discover(A)
        assert (operation.state, operation.result["found"]) == ("succeeded", 0)


async def test_progress_goes_on_where_nobody_answers(netledger, lab):
    server = await lab(Network({"127.66.9.1": agent("alone", serial="HEX9130397")}))
    for community in ("first", "second"):
        await netledger.credential(access(server.port, id=community, community=community))
    await netledger.set(rate_per_s=100, timeout_s=0.5)
    async with netledger.worker():
        operation_id = await netledger.request("127.66.8.1-127.66.8.64")

        async def part_way():
            row = await netledger.operation_or_none(operation_id)
            return row if row and row.state == "running" and 0 < row.progress["done"] < 64 else None

        row = await until(part_way)
        assert row.progress["found"] == 0
        assert (await netledger.ended(operation_id)).progress["done"] == 64


async def test_progress_is_shown_while_it_runs(netledger, lab):
    agents = {f"127.66.3.{last}": agent(f"n{last}", serial=f"HEX{last}30397") for last in range(10, 30)}
    for slow in list(agents.values())[10:]:
        slow.misbehave([Fault(FaultKind.LATE, delay_s=0.2)])
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    heard: dict[str, list[dict[str, object]]] = {}
    client = await nats.connect(netledger.configuration.nats_url)

    async def hear(message: nats.aio.msg.Msg) -> None:
        heard.setdefault(message.subject, []).append(msgspec.json.decode(message.data))

    await client.subscribe("progress.*", cb=hear)
    await client.flush()
    async with netledger.worker():
        operation_id = await netledger.request("127.66.3.10-127.66.3.40")

        async def half_way():
            row = await netledger.operation_or_none(operation_id)
            return row if row and row.state == "running" and 0 < row.progress["done"] < 31 else None

        row = await until(half_way)
        assert row.progress["total"] == 31
        assert row.progress["found"] <= row.progress["done"]
        assert "checkpoint" not in row.progress
        last = await netledger.ended(operation_id)
        assert (last.progress["done"], last.progress["total"]) == (31, 31)
        assert last.progress["found"] == last.result["found"] == 20
    await client.close()
    told = heard[f"progress.{operation_id}"]
    assert [each["done"] for each in told] == sorted(each["done"] for each in told)
    assert told[-1]["done"] == told[-1]["total"] == 31
    assert "checkpoint" not in told[-1]


async def test_a_discovery_is_cancelled_in_the_middle(netledger, lab):
    agents = {A: agent("quick", serial="HEX400397"), B: agent("slow", serial="HEX410397")}
    agents[B].misbehave([Fault(FaultKind.LATE, delay_s=0.2), Fault(FaultKind.WALK_LOOP, after=3)])
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    await netledger.set(timeout_s=20.0)
    async with netledger.worker():
        operation_id = await netledger.request("127.66.3.0/24")

        async def found():
            row = await netledger.operation_or_none(operation_id)
            return row is not None and row.progress.get("found")

        await until(found)
        cancelled_at = time.monotonic()
        await netledger.console.bus.execute(
            OPERATION.to(operation_id, CancelOperation(reason="wrong network")), by=netledger.console.by()
        )
        operation = await netledger.ended(operation_id)
        assert operation.state == "cancelled"
        assert time.monotonic() - cancelled_at < 10
        assert operation.result["found"] >= 1
        assert operation.result["scanned"] < operation.result["total"] == 254
        assert (await netledger.device_at(A)).status == "up"


async def test_a_discovery_that_nobody_began_is_cancelled_at_once(netledger):
    async with netledger.worker("projector"):
        operation_id = await netledger.request(A)
        await netledger.console.bus.execute(
            OPERATION.to(operation_id, CancelOperation()), by=netledger.console.by()
        )
        assert (await netledger.ended(operation_id)).state == "cancelled"
    async with netledger.worker():
        await netledger.discover(A)
        assert (await netledger.operation(operation_id)).attempt == 0
