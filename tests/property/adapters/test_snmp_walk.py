"""Walks over made-up MIB views, orderly, disorderly and endless: all that is there is found, and every walk ends."""

import asyncio
from itertools import count
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.snmp.session import PATIENTLY, Tries
from adapters.snmp.walk import MAX_VARIABLES, MibView
from domain.observation import OidValue
from domain.ports import SnmpError

Variables = dict[str, OidValue]

# Few arcs of few values, so that subtrees begin and end next to each other.
oids = st.lists(st.integers(0, 4), min_size=2, max_size=4).map(lambda arcs: ".".join(map(str, [1, *arcs])))
views = st.sets(oids, max_size=40)
ranges = st.tuples(oids, st.integers(0, 2)).map(
    lambda pair: (pair[0], f"{pair[0].rpartition('.')[0]}.{int(pair[0].rpartition('.')[2]) + pair[1]}")
)


def arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


class Agent:
    """Stands in for AgentSession: an agent that answers at once, from a list in its own order."""

    address = "192.0.2.1"

    def __init__(self, order: list[str], *, bulk: bool = True, at_once: int = 1000) -> None:
        self.bulk = bulk
        self.requests = 0
        self._order = order
        self._at_once = at_once

    async def get_bulk(self, oid: str, repetitions: int, *, tries: Tries = PATIENTLY) -> Variables:
        self.requests += 1
        return self._behind(oid, repetitions) if repetitions <= self._at_once else {}

    async def get_next(self, oid: str, *, tries: Tries = PATIENTLY) -> Variables:
        self.requests += 1
        return self._behind(oid, 1)

    def _behind(self, oid: str, wanted: int) -> Variables:
        if oid in self._order:
            place = self._order.index(oid) + 1
        else:
            place = next(
                (n for n, known in enumerate(self._order) if arcs(known) > arcs(oid)), len(self._order)
            )
        return {known: known.encode() for known in self._order[place : place + wanted]}


def walk(agent: Agent, view: MibView, first: str, last: str, rows: int = 0) -> Variables:
    found: Variables = {}
    asyncio.run(view.walk(first, last, found, rows=rows))
    return found


def below(view: set[str], first: str, last: str) -> set[str]:
    low, high = arcs(first), arcs(last)
    return {oid for oid in view if low < arcs(oid) and arcs(oid)[: len(high)] <= high}


@given(
    views,
    st.lists(ranges, min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from([0, 1, 3, 9, 1000]),
    st.integers(0, 9),
)
def test_walks_find_all_that_is_there_and_ask_for_nothing_twice(
    view: set[str], wanted: list[tuple[str, str]], bulk: bool, at_once: int, rows: int
) -> None:
    agent = Agent(sorted(view, key=arcs), bulk=bulk, at_once=at_once)
    mib = MibView(agent)  # type: ignore[arg-type] # an agent's answers are all a walk needs
    for first, last in wanted:
        assert set(walk(agent, mib, first, last, rows)) == below(view, first, last)
    asked = agent.requests
    for first, last in wanted:
        assert set(walk(agent, mib, first, last)) == below(view, first, last)
    assert agent.requests == asked


@given(st.permutations([f"1.1.{n}" for n in range(12)]), st.booleans(), st.booleans())
def test_rows_in_any_order_are_found(order: list[str], bulk: bool, go_on: bool) -> None:
    """Some agents sort an index as text: 1, 10, 11, 2. All rows still come, as long as the agent goes on to the end."""
    agent = Agent([*order, "1.2.0"] if go_on else order, bulk=bulk)
    first = order.index(min(order, key=arcs))
    mib = MibView(agent)  # type: ignore[arg-type] # an agent's answers are all a walk needs
    assert set(walk(agent, mib, "1.1", "1.1")) >= set(order[first:])


@given(st.lists(oids, min_size=1, max_size=12), st.integers(1, 40), oids)
def test_no_answer_makes_a_walk_endless(pool: list[str], seed: int, first: str) -> None:
    """An agent that answers with whatever it likes: each request either brings something new or is the last."""

    class Chaos(Agent):
        def _behind(self, oid: str, wanted: int) -> Variables:
            place = (crc32(f"{oid} {seed}".encode()) + self.requests) % len(pool)
            return dict.fromkeys((pool[place:] + pool[:place])[:wanted], b"")

    agent = Chaos([])
    found: Variables = {}
    try:
        asyncio.run(MibView(agent).walk(first, first, found))  # type: ignore[arg-type] # as above
    except SnmpError as error:
        assert error.kind == "loop"
    assert set(found) <= below(set(pool), first, first)
    assert agent.requests <= 3 * len(pool) + 3


def test_a_table_without_end_is_given_up() -> None:
    class Endless(Agent):
        numbers = count(1)

        def _behind(self, oid: str, wanted: int) -> Variables:
            return {f"1.1.{next(self.numbers)}": 0 for _ in range(wanted)}

    found: Variables = {}
    with pytest.raises(SnmpError) as refusal:
        asyncio.run(MibView(Endless([])).walk("1.1", "1.1", found))  # type: ignore[arg-type] # as above
    assert refusal.value.kind == "loop"
    assert MAX_VARIABLES <= len(found) <= MAX_VARIABLES + 100
