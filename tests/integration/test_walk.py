"""From a command to a read model, over real PostgreSQL."""

import asyncio

from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from projections import alerts
from projections.alerts import Alerts
from projections.audit import Audit, timeline
from projections.runner import ProjectionRunner
from workers.supervision import ended


async def test_a_command_is_seen_in_every_read_model_that_it_concerns(
    database, ledger, event_log, watch, pool, engineer
):
    runner = asyncio.create_task(ProjectionRunner(database, [Alerts(), Audit()], event_log, watch).run())
    try:
        target = alert_id("link down")
        await ledger.execute(
            ALERT.to(target, RaiseAlert(key="link down", severity="high", title="ether1 is down")),
            by=engineer,
        )
        outcome = await ledger.execute(ALERT.to(target, AcknowledgeAlert(reason="on my way")), by=engineer)
        assert outcome.position == 2
        assert await watch.wait_for_projection("alerts", 2, 10)
        assert await watch.wait_for_projection("audit", 2, 10)
        async with pool.connection() as conn:
            row = await alerts.one(conn, str(target))
            assert (row.state, row.acknowledged_by, row.reason) == ("acknowledged", "ada", "on my way")
            lines = await timeline(conn, limit=10, everything=True)
        assert [line.summary for line in lines] == [
            "acknowledged: ether1 is down",
            "high alert: ether1 is down",
        ]
        assert lines[0].changes == [{"field": "state", "old": "firing", "new": "acknowledged"}]
    finally:
        await ended([runner])
