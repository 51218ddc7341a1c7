"""Readiness waits until routers have been tried and read, for a while."""

from api.service_health import ServiceHealth
from projections.catalogue import projections
from tests.integration.routers.conftest import Site, until


def _health(site: Site, warm_s: float) -> ServiceHealth:
    return ServiceHealth(site.pool.connection, lambda: True, len(projections()), warm_s=warm_s)


async def test_ready_once_all_routers_were_tried_and_read(site: Site) -> None:
    connected, _ = await site.start(count=2, customers=1)
    await site.lab.servers["127.65.70.2"].stop()
    health = _health(site, 60)
    cold = await health.look()
    assert not cold.ready and cold.services.routers.status == "warming" and cold.services.routers.known == 2

    async def ready() -> bool:
        return (await health.look()).ready

    async with site.worker():
        await until(ready)
        rows = {row.id: row for row in await site.rows()}
        assert rows[connected].connection == "connected" and rows[connected].active_users == 1
        assert sorted(row.connection for row in rows.values()) == ["connected", "down"]
    assert await ready()  # what was warm stays so, whoever leaves


async def test_a_start_waits_no_longer_than_allowed(site: Site) -> None:
    await site.start(customers=1)
    health = _health(site, 0.3)
    assert not (await health.look()).ready

    async def ready() -> bool:
        return (await health.look()).ready

    await until(ready)  # no worker is there who would try a router
    late = await health.look()
    assert late.services.routers.connected == 0
