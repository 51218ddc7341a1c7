"""How workers share telemetry's partitions."""

import asyncio
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.partition_leases import PostgresPartitionLeases
from domain.telemetry import PARTITIONS

ALL = frozenset(range(PARTITIONS))
Pool = AsyncConnectionPool[AsyncConnection[Any]]


async def test_workers_share_fairly_and_a_newcomer_gets_its_part(pool: Pool) -> None:
    leases = PostgresPartitionLeases(pool, "poller")
    assert await leases.claim("a") == ALL
    assert await leases.claim("b") == frozenset()  # nothing is taken away: `a` gives up with its next claim
    first = await leases.claim("a")
    second = await leases.claim("b")
    assert (len(first), len(second)) == (8, 8)
    assert first | second == ALL


async def test_services_do_not_know_each_other(pool: Pool) -> None:
    assert await PostgresPartitionLeases(pool, "poller").claim("a") == ALL
    assert await PostgresPartitionLeases(pool, "detector").claim("a") == ALL


async def test_who_leaves_is_followed_at_once_and_who_falls_silent_after_a_lease(pool: Pool) -> None:
    leases = PostgresPartitionLeases(pool, "poller", lease_s=0.3)
    await leases.claim("a")
    await leases.leave("a")
    assert await leases.claim("b") == ALL
    async with asyncio.timeout(5):
        while not await leases.claim("c"):  # noqa: ASYNC110  # the database has no event to wait for
            await asyncio.sleep(0.05)
    assert await leases.claim("c") == ALL


async def test_no_partition_has_two_owners_however_many_claim_at_once(pool: Pool) -> None:
    leases = PostgresPartitionLeases(pool, "poller")
    names = [f"worker {number}" for number in range(5)]
    for _ in range(3):
        await asyncio.gather(*(leases.claim(name) for name in names))
    shares = [await leases.claim(name) for name in names]
    assert sorted(partition for share in shares for partition in share) == sorted(ALL)
    assert max(map(len, shares)) == pytest.approx(4, abs=1)
