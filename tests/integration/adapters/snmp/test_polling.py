"""Polling of real and of broken agents."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto import api  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.rfc1902 import (  # type: ignore[import-untyped] # has no stubs
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    OctetString,
    TimeTicks,
)

from adapters.snmp.polling import GufoSnmpPolling
from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.metering import sample
from domain.ports import SnmpError
from domain.snmp_polling import Column, InterfacesRead, PollPlan
from tests.integration.adapters.snmp.conftest import BadAgent, Request, Snmpd, Values

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
Start = Callable[..., Awaitable[BadAgent]]
TALL = 130


def told(plan: PollPlan, read: InterfacesRead, column: Column) -> dict[int, int]:
    """By ifIndex, what the agent told."""
    values = read.columns[column].values
    assert len(values) == len(read.columns[column].at_s) == len(plan.interfaces)
    return {
        interface.if_index: value
        for interface, value in zip(plan.interfaces, values, strict=True)
        if value is not None
    }


@pytest.fixture
def polling() -> Iterator[GufoSnmpPolling]:
    made = GufoSnmpPolling(request_timeout_s=0.3)
    yield made
    made.close()


@pytest.fixture
def counting(switch: Values) -> Values:
    for index in range(1, 41):
        for column in (13, 14, 19, 20):
            switch[f"{IF}.{column}.{index}"] = Counter32(index)
        for column in (10, 11, 16, 17):
            switch[f"{IF}.{column}.{index}"] = Counter32(column * index)
        if index <= 30:
            for column in (6, 7, 10, 11):
                switch[f"{IFX}.{column}.{index}"] = Counter64(column * index * 10**12)
        switch[f"{IFX}.15.{index}"] = Gauge32(1000)
    return switch


@pytest.mark.needs_package("snmpd")
@pytest.mark.parametrize("version", ["v1", "v2c", "v3"])
async def test_snmpd_tells_all_its_interfaces_and_resources(
    polling: GufoSnmpPolling, snmpd: Snmpd, version: str
) -> None:
    accesses: dict[str, SnmpAccess] = {
        "v1": SnmpV1Access(id="v1", community="public", port=snmpd.port),
        "v2c": SnmpV2cAccess(id="v2c", community="public", port=snmpd.port),
        "v3": SnmpV3Access(
            id="v3",
            username="SHA256_AES",
            auth_protocol="SHA256",
            auth_password="auth-password",
            priv_protocol="AES128",
            priv_password="privacy-password",
            port=snmpd.port,
        ),
    }
    access = accesses[version]
    plan = await polling.look("127.0.0.1", access, timeout_s=20)

    assert "lo" in [each.name for each in plan.interfaces]
    assert {"memory_percent", "storage_percent", "load_1m"} <= {gauge.metric for gauge in plan.gauges}
    for _ in range(2):
        read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=10)
        assert read.columns["oper_status"].whole and read.columns["in_octets"].whole
        assert len(read.columns["in_octets"].values) == len(plan.interfaces)
        assert read.uptime_s is not None
    oids = [oid for gauge in plan.gauges for oid in gauge.oids]
    values = await polling.values("127.0.0.1", access, oids, timeout_s=10)
    made = [sample(gauge, values.values) for gauge in plan.gauges]
    assert all(each is not None for each in made)
    assert 0 < next(each.value for each in made if each and each.metric == "memory_percent") <= 100  # type: ignore[operator]  # has a value


async def test_wide_counters_are_read_where_they_are_and_narrow_ones_elsewhere(
    polling: GufoSnmpPolling, start_agent: Start, counting: Values
) -> None:
    agent = await start_agent(counting)
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=10)
    assert [each.wide for each in plan.interfaces] == [True] * 30 + [False] * 10
    assert {each.speed_bps for each in plan.interfaces} == {10**9}

    before = len(agent.requests)
    read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=10)

    octets = told(plan, read, "in_octets")
    assert octets == {index: 6 * index * 10**12 if index <= 30 else 10 * index for index in range(1, 41)}
    assert len(told(plan, read, "out_errors")) == 40
    assert len(agent.requests) - before <= 16  # a message a column, and one to begin with


async def test_an_agent_that_drops_long_messages_is_asked_with_shorter_ones(
    polling: GufoSnmpPolling, start_agent: Start, counting: Values
) -> None:
    def drops_long(request: Request, datagrams: list[bytes]) -> list[bytes]:
        return [] if request.repetitions > 24 or len(request.oids) > 20 else datagrams

    agent = await start_agent(counting, drops_long)
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=20)
    for _ in range(2):
        before = len(agent.requests)
        read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
        assert len(told(plan, read, "in_octets")) == 40
    assert len(agent.requests) - before <= 32  # what was learned the first time is known the second time


async def test_an_agent_whose_answers_must_be_short_is_asked_with_shorter_messages(
    polling: GufoSnmpPolling, start_agent: Start, counting: Values
) -> None:
    """RFC 3416, 4.2.1: tooBig, and no variables."""

    def too_big(request: Request, datagrams: list[bytes]) -> list[bytes]:
        if len(request.oids) <= 24:
            return datagrams
        module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
        message, _ = decoder.decode(datagrams[0], asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        module.apiPDU.set_error_status(pdu, 1)
        module.apiPDU.set_varbinds(pdu, [])
        return [encoder.encode(message)]

    agent = await start_agent(counting, too_big)
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=20)
    for _ in range(3):
        before = len(agent.requests)
        read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
        assert all(column.whole and len(column.values) == 40 for column in read.columns.values())
    assert len(agent.requests) - before <= 24  # no message that is refused


@pytest.fixture
def tall() -> Values:
    """A table that is read column by column."""
    values: Values = {"1.3.6.1.2.1.1.3.0": TimeTicks(4_711), "1.3.6.1.2.1.2.1.0": Integer32(TALL)}
    for index in range(1, TALL + 1):
        values[f"{IF}.1.{index}"] = Integer32(index)
        values[f"{IF}.2.{index}"] = OctetString(f"Gi1/0/{index}".encode())
        values[f"{IF}.3.{index}"] = Integer32(6)
        for column in (7, 8):
            values[f"{IF}.{column}.{index}"] = Integer32(1)
        for column in (13, 14, 19, 20):
            values[f"{IF}.{column}.{index}"] = Counter32(column * index)
        values[f"{IFX}.1.{index}"] = OctetString(f"Gi1/0/{index}".encode())
        for column in (6, 7, 10, 11):
            values[f"{IFX}.{column}.{index}"] = Counter64(column * index * 10**12)
    return values


async def polled(
    polling: GufoSnmpPolling, agent: BadAgent, change: Callable[[BadAgent], None] = lambda agent: None
) -> tuple[dict[int, int], dict[int, int], int]:
    """States and octets of the reading after `change`, and how many requests that took."""
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=20)
    change(agent)
    before = len(agent.requests)
    read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
    return (
        told(plan, read, "oper_status"),
        told(plan, read, "in_octets"),
        len(agent.requests) - before,
    )


async def test_long_columns_are_read_in_order(
    polling: GufoSnmpPolling, start_agent: Start, tall: Values
) -> None:
    states, octets, requests = await polled(polling, await start_agent(tall))
    assert states == dict.fromkeys(range(1, TALL + 1), 1)
    assert octets == {index: 6 * index * 10**12 for index in range(1, TALL + 1)}
    assert requests <= 1 + 10 * 3  # sixty rows a message


@pytest.mark.parametrize("table", ["counting", "tall"])
async def test_a_table_out_of_order_is_read_one_by_one(
    polling: GufoSnmpPolling, start_agent: Start, request: pytest.FixtureRequest, table: str
) -> None:
    def as_text(agent: BadAgent) -> None:
        """As agents do that sort an index as text."""
        agent._order.sort(key=lambda place: (place[0][:-1], str(place[0][-1])))

    agent = await start_agent(request.getfixturevalue(table))
    states, octets, _ = await polled(polling, agent, as_text)
    assert len(states) == len(octets) == (TALL if table == "tall" else 40)


@pytest.mark.parametrize("table", ["counting", "tall"])
async def test_rows_that_are_gone_are_left_out(
    polling: GufoSnmpPolling, start_agent: Start, request: pytest.FixtureRequest, table: str
) -> None:
    def without_the_seventh(agent: BadAgent) -> None:
        for place in list(agent._order):
            if place[1].endswith(".7"):
                agent._order.remove(place)
                del agent._values[place[1]]

    agent = await start_agent(request.getfixturevalue(table))
    _, octets, _ = await polled(polling, agent, without_the_seventh)
    whole = {
        index: 10 * index if table == "counting" and index > 30 else 6 * index * 10**12
        for index in range(1, (TALL if table == "tall" else 40) + 1)
    }
    del whole[7]
    assert octets == whole


async def test_a_row_that_came_in_between_moves_no_other(
    polling: GufoSnmpPolling, start_agent: Start, tall: Values
) -> None:
    late = {name: value for name, value in tall.items() if not name.endswith(".40")}
    agent = await start_agent(late)
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=20)
    assert len(plan.interfaces) == TALL - 1
    newer = await start_agent(tall)
    agent._order, agent._values = newer._order, newer._values
    read = await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
    assert told(plan, read, "in_octets") == {
        index: 6 * index * 10**12 for index in range(1, TALL + 1) if index != 40
    }


@pytest.mark.parametrize("table", ["counting", "tall"])
async def test_an_agent_known_to_be_sound_that_cuts_its_answers_off_is_not_believed(
    polling: GufoSnmpPolling, start_agent: Start, request: pytest.FixtureRequest, table: str
) -> None:
    cut: list[int] = []

    def cuts_off(request: Request, datagrams: list[bytes]) -> list[bytes]:
        return [datagram[: cut[0]] for datagram in datagrams] if cut else datagrams

    agent = await start_agent(request.getfixturevalue(table), cuts_off)
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    plan = await polling.look("127.0.0.1", access, timeout_s=20)
    for _ in range(10):  # more answers than are looked over
        await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
    cut.append(200)
    with pytest.raises(SnmpError) as error:
        await polling.interfaces("127.0.0.1", access, plan, timeout_s=20)
    assert error.value.kind == "truncated"


async def test_a_silent_agent_is_a_timeout_within_its_time(
    polling: GufoSnmpPolling, start_agent: Start
) -> None:
    agent = await start_agent({"1.3.6.1.2.1.1.3.0": Integer32(1)}, lambda request, datagrams: [])
    access = SnmpV2cAccess(id="a", community="public", port=agent.port)
    with pytest.raises(SnmpError) as error:
        await polling.alive("127.0.0.1", access, timeout_s=0.6)
    assert error.value.kind == "timeout"
