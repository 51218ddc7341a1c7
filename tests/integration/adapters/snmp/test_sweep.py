"""The sweep: who listens is found once, who does not is asked twice, and nothing else counts as an answer."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.snmp.read import GufoSnmpReader
from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access

MakeReader = Callable[..., GufoSnmpReader]
StartAgent = Callable[..., Awaitable[Any]]
ADDRESSES = [f"127.88.{a}.{b}" for a in range(4) for b in range(256)]
AGENTS = ["127.88.0.1", "127.88.0.255", "127.88.1.0", "127.88.3.255"]


async def found(
    reader: GufoSnmpReader,
    addresses: list[str],
    access: SnmpAccess,
    *,
    rate: int = 20_000,
    timeout_s: float = 0.2,
) -> list[str]:
    return [
        address async for address in reader.sweep(addresses, access, rate_per_s=rate, timeout_s=timeout_s)
    ]


async def start_all(start_agent: StartAgent, addresses: list[str], *arguments: Any) -> dict[str, Any]:
    agents = {addresses[0]: await start_agent({}, *arguments, address=addresses[0])}
    port = agents[addresses[0]].port
    for address in addresses[1:]:
        agents[address] = await start_agent({}, *arguments, address=address, port=port)
    return agents


async def test_agents_are_found_among_many_addresses(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    agents = await start_all(start_agent, AGENTS)
    port = agents[AGENTS[0]].port
    for access in (
        SnmpV1Access(id="v1", community="public", port=port),
        SnmpV2cAccess(id="v2c", community="public", port=port),
    ):
        assert sorted(await found(make_reader(), ADDRESSES, access)) == sorted(AGENTS)
    assert {len(agent.requests) for agent in agents.values()} == {2}


async def test_how_far_it_is_is_told(make_reader: MakeReader) -> None:
    shares: list[float] = []
    silent = SnmpV2cAccess(id="v2c", community="public", port=9)
    sweeping = make_reader().sweep(ADDRESSES, silent, rate_per_s=20_000, timeout_s=0.2, asked=shares.append)
    assert [address async for address in sweeping] == []
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert any(0.4 < share < 0.6 for share in shares)
    assert shares[-1] == 1.0


async def test_a_wrong_community_is_silence_after_two_requests(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    seen: list[Any] = []

    def count(request: Any, answer: list[bytes]) -> list[bytes]:
        seen.append(request)
        return []

    agent = await start_agent({}, count, address="127.88.0.1")
    access = SnmpV2cAccess(id="x", community="public", port=agent.port)
    assert await found(make_reader(), ["127.88.0.1"], access) == []
    assert len(seen) == 2
    wrong = SnmpV2cAccess(id="x", community="wrong", port=agent.port)
    assert await found(make_reader(), ["127.88.0.1"], wrong) == []


async def test_who_answers_only_the_second_time_is_found(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    def second_time(request: Any, answer: list[bytes]) -> list[bytes]:
        return answer if len(agent.requests) == 2 else []

    agent = await start_agent({}, second_time, address="127.88.0.1")
    access = SnmpV2cAccess(id="x", community="public", port=agent.port)
    assert await found(make_reader(), ["127.88.0.1"], access) == ["127.88.0.1"]


async def test_an_agent_that_answers_often_and_with_noise_is_found_once(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    def noisy(request: Any, answer: list[bytes]) -> list[bytes]:
        return [b"", b"\xff" * 30, request.raw, answer[0][:-3], *answer * 3]

    agents = await start_all(start_agent, AGENTS, noisy)
    access = SnmpV2cAccess(id="x", community="public", port=agents[AGENTS[0]].port)
    heard = Counter(await found(make_reader(), ADDRESSES, access))
    assert heard == Counter(AGENTS)


async def test_an_answer_from_another_address_is_nobodys(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    """An agent bound to every address answers from 127.0.0.1, whichever was asked."""
    agent = await start_agent({}, address="0.0.0.0")
    access = SnmpV2cAccess(id="x", community="public", port=agent.port)
    assert await found(make_reader(), ["127.88.0.1", "127.88.0.2"], access) == []
    assert len(agent.requests) == 4
    assert await found(make_reader(), ["127.88.0.1", "127.0.0.1"], access) == ["127.0.0.1"]


async def test_answers_come_while_the_sweep_goes_on(start_agent: StartAgent, make_reader: MakeReader) -> None:
    agent = await start_agent({}, address="127.88.0.1")
    access = SnmpV2cAccess(id="x", community="public", port=agent.port)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async for address in make_reader().sweep(ADDRESSES, access, rate_per_s=500, timeout_s=5.0):
        assert address == "127.88.0.1"
        break
    assert loop.time() - begun < 2.0


@pytest.mark.parametrize("rate", [1000, 3000])
async def test_the_rate_is_kept(start_agent: StartAgent, make_reader: MakeReader, rate: int) -> None:
    loop = asyncio.get_running_loop()
    arrivals: list[float] = []

    def note(request: Any, answer: list[bytes]) -> list[bytes]:
        arrivals.append(loop.time())
        return answer

    addresses = [f"127.88.9.{n}" for n in range(1, 255)]
    agents = await start_all(start_agent, addresses, note)
    access = SnmpV2cAccess(id="x", community="public", port=agents[addresses[0]].port)
    assert sorted(await found(make_reader(), addresses, access, rate=rate, timeout_s=0.5)) == sorted(
        addresses
    )
    assert len(arrivals) == len(addresses)
    assert arrivals[-1] - arrivals[0] >= 0.8 * len(addresses) / rate


async def test_addresses_without_a_route_are_passed_over(
    start_agent: StartAgent, make_reader: MakeReader
) -> None:
    agent = await start_agent({}, address="127.88.0.1")
    access = SnmpV2cAccess(id="x", community="public", port=agent.port)
    odd = ["255.255.255.255", "fe80::1%nowhere", "::ffff:127.88.0.9", "127.88.0.1"]
    assert await found(make_reader(), odd, access) == ["127.88.0.1"]


@pytest.mark.needs_package("snmpd")
async def test_every_version_finds_snmpd(snmpd: Any, make_reader: MakeReader, loopback: str) -> None:
    accesses: list[SnmpAccess] = [
        SnmpV1Access(id="v1", community="public", port=snmpd.port),
        SnmpV2cAccess(id="v2c", community="public", port=snmpd.port),
        SnmpV3Access(id="v3", username="nobody", port=snmpd.port),
    ]
    written = "0:0:0:0:0:0:0:1" if loopback == "::1" else loopback
    for access in accesses:
        assert await found(make_reader(), [written, "127.88.0.1"], access) == [written]
