"""Which credential is tried where and in which order, over a network that exists in memory alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import SnmpAccess, SnmpV2cAccess, SnmpV3Access
from domain.observation import Observation, SnmpFacts, SystemGroup
from domain.ports import SnmpError
from domain.settings import DiscoverySettings
from workers.snmp_search import SnmpSearch, Troubles

SETTINGS = DiscoverySettings(timeout_s=0.01, rate_per_s=100_000)


def v2c(name: str) -> SnmpV2cAccess:
    return SnmpV2cAccess(id=name, community=name)


def v3(name: str) -> SnmpV3Access:
    return SnmpV3Access(id=name, username=name)


class MemoryNetwork:
    """Satisfies SnmpReader: which credentials open which address. `late`: addresses and credentials (or "v3") where the
    answer comes after the first try's time."""

    def __init__(self, opens: Mapping[str, Sequence[str]], late: Collection[tuple[str, str]] = ()) -> None:
        self.opens = opens
        self.late = late
        self.asked: Counter[tuple[str, str]] = Counter()
        self.logins: Counter[tuple[str, str]] = Counter()
        self.speaks_v3 = {
            address for address, names in opens.items() if any(n.startswith("v3") for n in names)
        }

    async def sweep(
        self,
        addresses: Sequence[str],
        access: SnmpAccess,
        *,
        rate_per_s: int,
        timeout_s: float,
        asked: Callable[[float], None],
    ) -> AsyncIterator[str]:
        is_v3 = isinstance(access, SnmpV3Access)
        question = "v3" if is_v3 else access.id
        self.asked.update((address, question) for address in addresses)
        answering = [
            address
            for address in addresses
            if (address in self.speaks_v3 if is_v3 else access.id in self.opens.get(address, ()))
        ]
        for address in answering:
            if (address, question) not in self.late:
                yield address
        await asyncio.sleep(timeout_s)
        for address in answering:
            if (address, question) in self.late:
                yield address
        if len(answering) < len(addresses):
            await asyncio.sleep(timeout_s)
        asked(1.0)

    async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
        self.logins[address, access.id] += 1
        await asyncio.sleep(0)
        if access.id not in self.opens.get(address, ()):
            raise SnmpError("auth", f"{address} refuses")
        return SnmpFacts(system=SystemGroup(sys_name=address))


async def search(
    network: MemoryNetwork,
    accesses: Sequence[SnmpAccess],
    addresses: Sequence[str],
    known: Mapping[str, str] | None = None,
) -> tuple[dict[str, str], Troubles]:
    """The credential that opened each address that was found."""
    troubles = Troubles()
    found: dict[str, str] = {}

    async def met(observation: Observation) -> None:
        assert observation.address not in found
        found[observation.address] = observation.snmp_access_id

    await SnmpSearch(network, accesses, SETTINGS, troubles).find(addresses, known or {}, met)
    return found, troubles


NAMES = ("one", "two", "v3 ada", "v3 bob")
ACCESSES = {name: v3(name) if name.startswith("v3") else v2c(name) for name in NAMES}
ADDRESSES = [f"192.0.2.{last}" for last in range(1, 7)]


@given(
    opens=st.dictionaries(st.sampled_from(ADDRESSES), st.sets(st.sampled_from(NAMES), min_size=1)),
    late=st.sets(st.tuples(st.sampled_from(ADDRESSES), st.sampled_from(["one", "two", "v3"]))),
    order=st.permutations(NAMES).flatmap(
        lambda names: st.integers(0, len(names)).map(lambda count: names[:count])
    ),
    remembered=st.dictionaries(st.sampled_from(ADDRESSES), st.sampled_from(NAMES)),
)
def test_everyone_is_found_with_what_worked_before_or_else_the_first_that_fits(
    opens: dict[str, set[str]], late: set[tuple[str, str]], order: list[str], remembered: dict[str, str]
) -> None:
    network = MemoryNetwork({address: sorted(names) for address, names in opens.items()}, late)
    found, troubles = asyncio.run(search(network, [ACCESSES[name] for name in order], ADDRESSES, remembered))
    for address in ADDRESSES:
        fitting = [name for name in order if name in opens.get(address, ())]
        if remembered.get(address) in fitting:
            assert found[address] == remembered[address]
        elif fitting:
            assert found[address] == fitting[0]
        else:
            assert address not in found
            users = [name for name in order if name.startswith("v3")]
            assert troubles.answers(address) == bool(users and address in network.speaks_v3)
    assert set(network.logins.values()) <= {1}
    # Engine discovery names no user; it is asked again where the remembered user was refused.
    assert all(count == 1 or question == "v3" for (_, question), count in network.asked.items())


async def test_who_answers_to_the_first_credential_is_not_asked_for_the_next() -> None:
    network = MemoryNetwork({"192.0.2.1": ["one"]})
    await search(network, [v2c("one"), v2c("two")], ["192.0.2.1", "192.0.2.2"])
    assert ("192.0.2.1", "two") not in network.asked
    assert ("192.0.2.2", "two") in network.asked


async def test_users_of_one_port_share_a_question() -> None:
    network = MemoryNetwork({"192.0.2.1": ["v3 bob"]})
    found, troubles = await search(network, [v3("v3 ada"), v3("v3 bob")], ["192.0.2.1"])
    assert found == {"192.0.2.1": "v3 bob"}
    assert network.asked == Counter({("192.0.2.1", "v3"): 1})
    assert troubles.counts() == {}


async def test_asked_again_nobody_hears_of_another_credential() -> None:
    network = MemoryNetwork({"192.0.2.1": ["two"], "192.0.2.2": ["one"]})
    accesses = [v2c("one"), v2c("two")]
    found: list[str] = []

    async def met(observation: Observation) -> None:
        found.append(observation.address)

    asked = SnmpSearch(network, accesses, SETTINGS, Troubles())
    known = {"192.0.2.1": "one", "192.0.2.2": "one", "192.0.2.3": ""}
    await asked.find(list(known), known, met, others=False)
    assert found == ["192.0.2.2"]
    assert set(network.asked) == {("192.0.2.1", "one"), ("192.0.2.2", "one")}


async def test_a_fault_of_our_own_reader_is_one_agents_trouble() -> None:
    class Broken(MemoryNetwork):
        async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
            if address == "192.0.2.1":
                raise ZeroDivisionError
            return await super().read(address, access, timeout_s=timeout_s)

    network = Broken({"192.0.2.1": ["one"], "192.0.2.2": ["one"]})
    found, troubles = await search(network, [v2c("one")], ["192.0.2.1", "192.0.2.2"])
    assert found == {"192.0.2.2": "one"}
    assert troubles.counts() == {"snmp_internal": 1}
    assert troubles.examples() == {"snmp_internal": ["192.0.2.1"]}


async def test_tables_that_broke_off_are_counted_each() -> None:
    class Halting(MemoryNetwork):
        async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
            return SnmpFacts(incomplete=("ifTable", "lldpRemTable"))

    _, troubles = await search(Halting({"192.0.2.1": ["one"]}), [v2c("one")], ["192.0.2.1"])
    assert troubles.counts() == {"snmp_incomplete_ifTable": 1, "snmp_incomplete_lldpRemTable": 1}


@pytest.mark.parametrize("accesses", [[], [v2c("one")]])
async def test_nothing_to_ask_is_an_end(accesses: list[SnmpAccess]) -> None:
    found, _ = await search(MemoryNetwork({}), accesses, [])
    assert found == {}
    found, _ = await search(MemoryNetwork({}), accesses, ["192.0.2.1"])
    assert found == {}
