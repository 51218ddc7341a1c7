"""Routers are measured over the connection that is there anyway."""

from typing import Any

from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings
from domain.telemetry import Poll
from tests.integration.routers.conftest import Site, running, until
from workers.router_polls import RouterPolls
from workers.telemetry_outbox import TelemetryOutbox


class Kept:
    """A publisher that keeps what it gets."""

    def __init__(self) -> None:
        self.polls: list[Poll] = []

    async def publish(self, polls: Any) -> int:
        self.polls += polls
        return len(polls)


async def test_users_resources_and_interfaces_are_measured_without_another_login(site: Site) -> None:
    (router_id,) = await site.start(customers=3)
    paths = {f"telemetry/{group}_s": 1.0 for group in ("queues", "resources", "interfaces")}
    changed = await site.ledger.execute(SETTINGS.to(SETTINGS_ID, ChangeSettings(changes=paths)), by=site.by)
    assert await site.watch.wait_for_projection("settings", changed.position, 10)
    kept = Kept()
    async with site.worker() as service:
        polls = RouterPolls(site.pool.connection, service.all_owned, TelemetryOutbox(kept))
        async with running(polls.run()):

            async def measured() -> bool:
                known = {
                    (each.metric, each.interface)
                    for poll in kept.polls
                    for each in poll.samples
                    if each.value is not None
                }
                return known >= {
                    ("queue_tx_bps", "customer0001"),
                    ("queue_rx_bps", "customer0002"),
                    ("cpu_percent", ""),
                    ("memory_percent", ""),
                    ("if_oper_up", "ether5"),
                    ("if_in_bps", "ether1"),
                }

            assert await until(measured, within_s=15)
        assert {poll.device_id for poll in kept.polls} == {router_id}
        assert [row.logins for row in await site.rows()] == [1]
