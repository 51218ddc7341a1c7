"""Visits to agents that answer late, twice, in part, in circles or with nonsense: what can be had is had."""

import asyncio
import contextlib
import gc
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto import api  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.rfc1902 import Counter64, Integer32, IpAddress, ObjectIdentifier, OctetString  # type: ignore[import-untyped] # has no stubs

from adapters.snmp.read import GufoSnmpReader
from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.observation import SnmpFacts
from domain.ports import SnmpError

MakeReader = Callable[..., GufoSnmpReader]
StartAgent = Callable[..., Awaitable[Any]]
IF_TABLE = "1.3.6.1.2.1.2.2.1."
SYS_DESCR = "1.3.6.1.2.1.1.1.0"


def v2c(agent: Any) -> SnmpV2cAccess:
    return SnmpV2cAccess(id="v2c", community="public", port=agent.port)


def versions(agent: Any) -> list[SnmpAccess]:
    return [v2c(agent), SnmpV1Access(id="v1", community="public", port=agent.port)]


def is_the_whole_switch(facts: SnmpFacts) -> bool:
    return (
        facts.incomplete == ()
        and facts.system.sys_descr == "Example Switch\nVersion 1.2"
        and [(port.name, port.alias) for port in facts.interfaces]
        == [(f"Gi0/{n}", f"to host {n}") for n in range(1, 41)]
        and all(port.mac == f"02:00:00:00:00:{port.if_index:02x}" for port in facts.interfaces)
        and {port.oper_status for port in facts.interfaces} == {"up", "down"}
        and {port.speed_bps for port in facts.interfaces} == {1_000_000_000}
    )


async def test_a_sound_agent_is_read_whole_with_few_requests(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    agent = await start_agent(switch)
    for access in versions(agent):
        agent.requests.clear()
        assert is_the_whole_switch(await make_reader().read("127.0.0.1", access, timeout_s=20))
        # 40 rows of 9 columns: 13 answers in SNMPv2c, and one request a variable in SNMPv1.
        assert len(agent.requests) <= (22 if isinstance(access, SnmpV2cAccess) else 450)


async def test_a_thin_agent_is_read_and_not_asked_for_what_it_cannot_have(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    thin = {
        SYS_DESCR: OctetString(b"thin"),
        "1.3.6.1.2.1.1.2.0": ObjectIdentifier("1.3.6.1.4.1.32473.5"),
        "1.3.6.1.2.1.1.5.0": OctetString(b"thin-1"),
        "1.3.6.1.4.1.32473.5.1.0": OctetString(b"S123"),
        "1.3.6.1.4.1.32473.5.2.0": Integer32(4),
    }
    agent = await start_agent(thin)
    reader = make_reader(
        gets=("1.3.6.1.4.1.32473.5.1.0", "1.3.6.1.4.1.32473.5.9.0"), walks=("1.3.6.1.4.1.32473.5.2",)
    )
    for access in versions(agent):
        agent.requests.clear()
        facts = await reader.read("127.0.0.1", access, timeout_s=10)
        assert facts.system.sys_name == "thin-1"
        assert facts.system.uptime_s is None
        assert facts.values == {"1.3.6.1.4.1.32473.5.1.0": b"S123", "1.3.6.1.4.1.32473.5.2.0": 4}
        assert facts.interfaces == ()
        assert facts.incomplete == ()
        if isinstance(access, SnmpV2cAccess):
            assert len(agent.requests) <= 9


async def test_an_agent_without_any_known_object_is_still_an_agent(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    agent = await start_agent({"1.3.6.1.4.1.32473.5.1.0": OctetString(b"S123")})
    facts = await make_reader().read("127.0.0.1", v2c(agent), timeout_s=10)
    assert facts == SnmpFacts()


def twice(request: Any, answer: list[bytes]) -> list[bytes]:
    return answer * 2


def after_garbage(request: Any, answer: list[bytes]) -> list[bytes]:
    return [b"", b"\x30", os.urandom(40), request.raw, b"\x30\x03\x02\x01\x07", *answer]


def cut_first(request: Any, answer: list[bytes]) -> list[bytes]:
    return [answer[0][: len(answer[0]) // 2], *answer]


@pytest.mark.parametrize("misbehaviour", [twice, after_garbage, cut_first])
async def test_noise_around_the_answers_changes_nothing(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader, misbehaviour: Any
) -> None:
    agent = await start_agent(switch, misbehaviour)
    for access in versions(agent):
        assert is_the_whole_switch(
            await make_reader(request_timeout_s=5).read("127.0.0.1", access, timeout_s=30)
        )


async def test_an_answer_that_comes_late_is_not_taken_for_another(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    held: list[bytes] = []

    def one_behind(request: Any, answer: list[bytes]) -> list[bytes]:
        """Every third answer comes only together with the next one, after its time."""
        late, held[:] = held[:], []
        if len(agent.requests) % 3 == 0:
            held.extend(answer)
            return late
        return [*late, *answer]

    agent = await start_agent(switch, one_behind)
    assert is_the_whole_switch(
        await make_reader(request_timeout_s=0.05).read("127.0.0.1", v2c(agent), timeout_s=30)
    )


async def test_an_agent_that_drops_large_requests_is_asked_for_less(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    def small_only(request: Any, answer: list[bytes]) -> list[bytes]:
        return answer if len(request.oids) <= 5 and request.repetitions <= 10 else []

    agent = await start_agent(switch, small_only)
    facts = await make_reader(request_timeout_s=0.1).read("127.0.0.1", v2c(agent), timeout_s=30)
    assert is_the_whole_switch(facts)


@pytest.mark.parametrize("error_status", [1, 5])
@pytest.mark.parametrize("limit", [0, 10])
async def test_an_agent_that_answers_getbulk_with_an_error_is_asked_for_less(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader, error_status: int, limit: int
) -> None:
    def refuse(request: Any, answer: list[bytes]) -> list[bytes]:
        if request.kind != "bulk" or request.repetitions <= limit:
            return answer
        module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
        message, _ = decoder.decode(answer[0], asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        module.apiPDU.set_error_status(pdu, error_status)
        module.apiPDU.set_varbinds(
            pdu, [] if error_status == 1 else [(oid, module.Null("")) for oid in request.oids]
        )
        return [encoder.encode(message)]

    agent = await start_agent(switch, refuse)
    assert is_the_whole_switch(await make_reader().read("127.0.0.1", v2c(agent), timeout_s=30))


async def test_a_walk_in_circles_is_left_and_the_rest_is_kept(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    def back_to_the_start(request: Any, answer: list[bytes]) -> list[bytes]:
        if request.kind == "get" or not request.oids[0].startswith(IF_TABLE):
            return answer
        module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
        message, _ = decoder.decode(answer[0], asn1Spec=module.Message())
        rows = [(f"{IF_TABLE}2.{n}", OctetString(f"circle{n}".encode())) for n in (1, 2, 3)]
        module.apiPDU.set_varbinds(module.apiMessage.get_pdu(message), rows)
        return [encoder.encode(message)]

    agent = await start_agent(switch, back_to_the_start)
    facts = await make_reader().read("127.0.0.1", v2c(agent), timeout_s=10)
    assert facts.incomplete == ("ifTable",)
    assert [port.description for port in facts.interfaces[:4]] == ["circle1", "circle2", "circle3", ""]
    assert facts.interfaces[39].alias == "to host 40"


async def test_values_of_the_wrong_type_are_left_out(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    agent = await start_agent(
        {
            SYS_DESCR: Integer32(5),
            "1.3.6.1.2.1.1.2.0": OctetString(b".1.3.6.1.4.1.32473.5"),
            "1.3.6.1.2.1.1.3.0": OctetString(b"a while"),
            "1.3.6.1.2.1.1.5.0": OctetString(b"caf\xe9\x00\x07"),
            "1.3.6.1.2.1.1.7.0": Integer32(-1),
            "1.3.6.1.2.1.2.1.0": OctetString(b"many"),
            "1.3.6.1.2.1.2.2.1.2.1": IpAddress("192.0.2.1"),
            "1.3.6.1.2.1.2.2.1.3.1": OctetString(b"6"),
            "1.3.6.1.2.1.2.2.1.6.1": OctetString(b"\x00\x01"),
            "1.3.6.1.2.1.2.2.1.8.1": Integer32(99),
            "1.3.6.1.2.1.4.20.1.2.192.0.2.1": OctetString(b""),
            "1.3.6.1.2.1.31.1.1.1.1.1": Counter64(5),
        }
    )
    facts = await make_reader().read("127.0.0.1", v2c(agent), timeout_s=10)
    assert facts.incomplete == ()
    assert facts.system.sys_descr == ""
    assert facts.system.sys_object_id == "1.3.6.1.4.1.32473.5"
    assert facts.system.uptime_s is None
    assert facts.system.sys_name == "café"
    assert facts.system.sys_services is None
    (port,) = facts.interfaces
    assert (port.name, port.type, port.mac, port.oper_status, port.addresses) == ("", 6, "", "unknown", ())


async def test_an_object_that_cannot_be_decoded_costs_only_itself(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    def spoil(request: Any, answer: list[bytes]) -> list[bytes]:
        """The length of sysName claims more octets than there are."""
        return [answer[0].replace(b"\x04\x04sw-1", b"\x04\x84sw-1")]

    agent = await start_agent(switch, spoil)
    facts = await make_reader(request_timeout_s=0.1).read("127.0.0.1", v2c(agent), timeout_s=10)
    assert facts.system.sys_descr == "Example Switch\nVersion 1.2"
    assert facts.system.sys_name == ""
    assert len(facts.interfaces) == 40


async def test_an_agent_that_falls_silent_is_left_with_what_it_told(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    def only_ten(request: Any, answer: list[bytes]) -> list[bytes]:
        return answer if len(agent.requests) <= 10 else []

    agent = await start_agent(switch, only_ten)
    async with asyncio.timeout(5):
        facts = await make_reader(request_timeout_s=0.05).read("127.0.0.1", v2c(agent), timeout_s=60)
    assert facts.system.sys_name == "sw-1"
    assert facts.interfaces[0].name.startswith("Gi")
    assert "cdpCacheTable" in facts.incomplete


@pytest.mark.parametrize(
    ("datagrams", "kind"),
    [
        ([], "timeout"),
        ([b"not SNMP at all"], "garbage"),
        ([b"not SNMP at all"] * 50, "garbage"),
        ([b"\x30\x82\x01\x00\x02\x01\x01\x04\x06public\xa2"], "truncated"),
    ],
)
async def test_an_agent_that_says_nothing_is_an_error_after_two_requests(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader, datagrams: list[bytes], kind: str
) -> None:
    agent = await start_agent(switch, lambda request, answer: datagrams)
    for access in versions(agent):
        agent.requests.clear()
        with pytest.raises(SnmpError) as failure:
            await make_reader(request_timeout_s=0.05).read("127.0.0.1", access, timeout_s=10)
        assert failure.value.kind == kind
        assert len(agent.requests) == 2


async def test_a_closed_port_is_known_at_once(start_agent: StartAgent, make_reader: MakeReader) -> None:
    agent = await start_agent({}, address="127.0.0.1")
    access = v2c(agent)
    with pytest.raises(SnmpError) as failure:
        async with asyncio.timeout(3):
            await make_reader(request_timeout_s=5).read("127.0.0.2", access, timeout_s=60)
    assert failure.value.kind == "unreachable"


async def test_an_address_that_is_none_is_unreachable(make_reader: MakeReader) -> None:
    with pytest.raises(SnmpError) as failure:
        await make_reader().read("fe80::1%nowhere", SnmpV2cAccess(id="x", community="public"), timeout_s=5)
    assert failure.value.kind == "unreachable"


async def test_a_slow_agent_does_not_hold_up_the_others(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    silent = await start_agent(switch, lambda request, answer: [])
    sound = await start_agent(switch)
    reader = make_reader(request_timeout_s=60)
    waiting = asyncio.create_task(reader.read("127.0.0.1", v2c(silent), timeout_s=60))
    visits = await asyncio.gather(*(reader.read("127.0.0.1", v2c(sound), timeout_s=60) for _ in range(5)))
    assert all(map(is_the_whole_switch, visits))
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_no_socket_outlives_its_visit(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    """Also without the garbage collector, which comes too late for a sweep of thousands of silent agents."""
    agents = [
        await start_agent(switch),
        await start_agent(switch, lambda request, answer: []),
        await start_agent(switch, lambda request, answer: [b"garbage"]),
    ]
    reader = make_reader(request_timeout_s=0.02)
    gc.collect()
    gc.disable()
    try:
        before = open_files()
        for agent in agents:
            for access in (v2c(agent), SnmpV3Access(id="v3", username="nobody", port=agent.port)):
                for _ in range(3):
                    with contextlib.suppress(SnmpError):
                        await reader.read("127.0.0.1", access, timeout_s=2)
        assert open_files() <= before
    finally:
        gc.enable()


async def test_the_time_for_a_visit_is_kept(
    start_agent: StartAgent, switch: Any, make_reader: MakeReader
) -> None:
    """An agent that answers every second request only makes the visit long, not endless."""

    def every_second(request: Any, answer: list[bytes]) -> list[bytes]:
        return answer if len(agent.requests) % 2 else []

    agent = await start_agent(switch, every_second)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    facts = await make_reader(request_timeout_s=0.2).read("127.0.0.1", v2c(agent), timeout_s=1.0)
    assert loop.time() - begun < 2.0
    assert facts.system.sys_name == "sw-1"
    assert facts.incomplete
