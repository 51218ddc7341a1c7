"""Routers are owned by one worker each, seen by all, and asked over NATS whoever owns them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.router_isolation import RouterStep
from domain.router_ports import RouterError
from domain.router_secrets import WantedSecret
from projections import routers
from tests.integration.routers.conftest import Site, running, until


async def _cached(site: Site, router_id: str) -> Any:
    async with site.pool.connection() as conn:
        (found,) = await routers.cached(conn, router_id=router_id)
    return found if found.active else None


async def test_a_router_is_connected_read_and_asked(site: Site) -> None:
    (router_id,) = await site.start(customers=3)
    assert [row.connection for row in await site.rows()] == ["connecting"]
    async with site.worker():
        (row,) = await site.connected(1)
        assert row.logins == 1 and row.latency_ms is not None and row.owner == "w1"
        cached = await until(lambda: _cached(site, router_id))
        assert cached.health.board and len(cached.active) == 3
        router = site.calls.router(router_id)
        health = await router.health()
        assert health.version and health.cpu_percent is not None
        assert (await router.user_traffic("CUSTOMER0001")).queue == "<pppoe-customer0001>"
        with pytest.raises(RouterError) as refusal:
            await router.user_traffic("nobody")
        assert refusal.value.code.endswith("NOT_FOUND")
    assert [row.owner for row in await site.rows()] == [""]
    with pytest.raises(RouterError) as alone:
        await router.health()
    assert alone.value.code == "ROUTER_NOT_OWNED" and not alone.value.sent


async def test_workers_share_and_take_over(site: Site) -> None:
    await site.start(count=4, customers=1)
    async with site.worker("w1"):
        assert {row.owner for row in await site.connected(4)} == {"w1"}
        async with site.worker("w2"):

            async def shared() -> bool:
                owners = [row.owner for row in await site.connected(4)]
                return sorted(owners) == ["w1", "w1", "w2", "w2"]

            assert await until(shared)

        async def back() -> bool:
            return {row.owner for row in await site.connected(4)} == {"w1"}

        assert await until(back, within_s=10)


async def test_a_worker_that_is_slow_to_ask_for_more_keeps_what_it_has(site: Site) -> None:
    """As on a machine so busy that reading what there is takes longer than a lease lasts."""
    await site.start(count=2, customers=1)
    in_time = asyncio.Event()
    in_time.set()

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        await in_time.wait()
        async with site.pool.connection() as conn:
            yield conn

    async def renewed() -> bool:
        async with site.pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT min(expires_at) > %s::timestamptz + interval '8 seconds' FROM work.router_leases",
                (slow_at,),
            )
            return (await cursor.fetchone())[0]

    async with running(site.service("w1", connect).run()):
        before = {row.id: row.since for row in await site.connected(2)}
        async with site.pool.connection() as conn:
            slow_at = (await (await conn.execute("SELECT now()")).fetchone())[0]
        in_time.clear()
        async with site.worker("w2"):
            assert await until(renewed)
            rows = await site.connected(2)
            assert {row.id: row.since for row in rows} == before
            assert {row.owner for row in rows} == {"w1"}
            in_time.set()


async def test_a_worker_that_dies_without_a_word_is_followed(site: Site) -> None:
    (router_id,) = await site.start(customers=1)
    async with site.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO work.router_leases VALUES (%s, 'dead', now() + interval '6 seconds')", (router_id,)
        )
    async with site.worker("w1"):

        async def taken() -> bool:
            return [row.owner for row in await site.rows()] == ["w1"]

        assert await until(taken, within_s=10)
        await site.connected(1)


async def test_the_credential_that_works_is_found_and_remembered(site: Site) -> None:
    await site.start(customers=1)
    wrong = await site.credential(name="wrong", password="nonsense")
    router_id = await site.device("127.65.70.1", wrong, site.credential_id)
    async with site.worker():

        async def found() -> bool:
            rows = {row.id: row for row in await site.rows()}
            row = rows[router_id]
            return row.connection == "connected" and row.credential_id == site.credential_id

        assert await until(found)


async def test_steps_reach_the_caller_before_anything_is_written(site: Site) -> None:
    (router_id,) = await site.start(customers=1)
    wanted = WantedSecret(name="new", password="s3cret", profile="home")
    async with site.worker():
        await site.connected(1)
        router = site.calls.router(router_id)
        steps: list[RouterStep] = []

        async def keep(step: RouterStep) -> None:
            steps.append(step)

        async def refuse(step: RouterStep) -> None:
            raise ValueError("not kept")

        with pytest.raises(ValueError, match="not kept"):
            await router.ensure_secret(wanted, report=refuse)
        assert await router.secret("new") is None
        change = await router.ensure_secret(wanted, report=keep)
        assert change.changed and [step.state for step in steps] == ["intended", "sent", "confirmed"]
        assert (await router.passwords())["new"] == "s3cret"


async def test_a_reboot_is_seen_and_survived(site: Site) -> None:
    (router_id,) = await site.start(customers=1)
    async with site.worker():
        (before,) = await site.connected(1)
        site.lab.reboot("127.65.70.1", 0.3)

        async def broken() -> bool:
            return (await site.rows())[0].connection != "connected"

        assert await until(broken)
        (after,) = await site.connected(1)
        assert after.since != before.since and after.last_error
        answers = await asyncio.gather(*(site.calls.router(router_id).health() for _ in range(10)))
        assert len(answers) == 10
