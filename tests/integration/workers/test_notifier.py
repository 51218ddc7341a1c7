"""Channels are told of each alert once, in groups, with patience for those that are away, and not of what is silenced."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from adapters.delivery_store import PostgresDeliveryStore
from adapters.leadership import PostgresLeadership
from adapters.notifications import OutgoingNotifications
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert, SilenceAlert, SilencedBy, UnsilenceAlert
from domain.channel import CHANNEL, CreateChannel
from domain.notification import Address
from projections import alert_evaluation
from projections.alert_evaluation import DeliveryRow
from tests.integration.workers.installation import Installation, until
from tests.web_receiver import Receiver, receiving
from workers.alert_surroundings import Surroundings
from workers.notifier import Notifier
from workers.supervision import ended


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def messages(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.got]


class Telling:
    """A notifier that waits little, a channel to the receiver, and alerts."""

    def __init__(self, netledger: Installation) -> None:
        self.netledger = netledger
        self.console = netledger.console

    async def do(self, *intents: Any) -> None:
        await self.console.bus.execute(*intents, by=self.console.by())

    async def channel(self, receiver: Receiver, **more: Any) -> str:
        address = Address(url=receiver.url, key="k")
        secret_id = await self.console.vault.put(msgspec.json.encode(address), purpose="channel")
        channel_id = uuid4()
        command = CreateChannel(name="pager", kind="webhook", target="http://", secret_id=secret_id, **more)
        await self.do(CHANNEL.to(channel_id, command, new=True))
        head = await self.console.events.head()
        assert await self.console.watch.wait_for_projection("channels", head, 20)
        return str(channel_id)

    async def raised(self, key: str, **more: Any) -> UUID:
        fields = {"severity": "high", "title": key, **more}
        await self.do(ALERT.to(alert_id(key), RaiseAlert(key=key, **fields)))
        return alert_id(key)

    def notifier(self) -> Notifier:
        connect = self.console.pool.connection
        return Notifier(
            connect=connect,
            bus=self.console.bus,
            events=self.console.events,
            watch=self.console.watch,
            leadership=PostgresLeadership(self.netledger.configuration.database_url),
            vault=self.console.vault,
            store=PostgresDeliveryStore(self.console.pool),
            notifications=OutgoingNotifications(),
            surroundings=Surroundings(connect),
            group_wait_s=0.5,
            group_interval_s=2.0,
            first_retry_s=0.2,
        )

    async def deliveries(self, alert: UUID) -> list[DeliveryRow]:
        async with self.console.pool.connection() as conn:
            return await alert_evaluation.deliveries(conn, str(alert), limit=50)

    async def ended(self, alert: UUID, *states: str) -> list[DeliveryRow]:
        """Waits until its deliveries, oldest first, are in these states."""

        async def so() -> list[DeliveryRow]:
            rows = (await self.deliveries(alert))[::-1]
            return rows if [row.state for row in rows] == list(states) else []

        rows: list[DeliveryRow] = await until(so)
        return rows

    async def running(self) -> bool:
        return await PostgresDeliveryStore(self.console.pool).position() is not None


@pytest.fixture
async def telling(netledger: Installation) -> AsyncIterator[Telling]:
    async with netledger.worker("projector"):
        head = await netledger.console.events.head()
        for name in ("alerts", "channels", "alert_rules", "inventory"):
            assert await netledger.console.watch.wait_for_projection(name, head, 20)
        told = Telling(netledger)
        task = asyncio.create_task(told.notifier().run())
        await until(told.running)
        yield told
        await ended([task])


async def test_alerts_of_a_group_come_in_one_message_and_once(telling: Telling, receiver: Receiver) -> None:
    await telling.channel(receiver, min_severity="medium")
    group = [await telling.raised(f"g{n}", group="rule/site") for n in range(3)]
    other = await telling.raised("other", severity="critical")
    small = await telling.raised("small", severity="low")
    for each in [*group, other]:
        await telling.ended(each, "delivered")
    assert await telling.deliveries(small) == []
    assert sorted(message["total"] for message in messages(receiver)) == [1, 3]
    together = next(message for message in messages(receiver) if message["total"] == 3)
    assert together["title"] == "[HIGH] g0 and 2 more"
    assert {row["id"] for row in together["alerts"]} == {str(each) for each in group}
    late = [await telling.raised(f"late{n}", group="rule/site") for n in range(2)]
    for each in late:
        await telling.ended(each, "delivered")
    assert [message["total"] for message in messages(receiver)].count(2) == 1, (
        "news of a group that was just told waits for more"
    )
    await telling.do(ALERT.to(other, ResolveAlert()))
    await telling.do(ALERT.to(small, ResolveAlert()))
    await telling.ended(other, "delivered", "delivered")
    assert messages(receiver)[-1]["kind"] == "resolved"
    assert await telling.deliveries(small) == []


async def test_a_channel_that_is_away_is_told_later_and_a_wrong_one_given_up(
    telling: Telling, receiver: Receiver
) -> None:
    await telling.channel(receiver)
    receiver.away = 2
    (row,) = await telling.ended(await telling.raised("late"), "delivered")
    assert row.attempts == 3
    assert len(messages(receiver)) == 1
    receiver.away, receiver.status = 1, 404
    (row,) = await telling.ended(await telling.raised("lost"), "failed")
    assert (row.attempts, row.error) == (1, "the receiver answered 404")


async def test_what_is_silenced_or_over_is_not_told(telling: Telling, receiver: Receiver) -> None:
    await telling.channel(receiver)
    by = SilencedBy(kind="silence", id="s", why="silence: new roof")
    quiet, brief = await telling.raised("quiet"), await telling.raised("brief")
    await telling.do(ALERT.to(quiet, SilenceAlert(by=by)))
    await telling.do(ALERT.to(brief, ResolveAlert()))
    (row,) = await telling.ended(quiet, "suppressed")
    assert row.error == "silence: new roof"
    rows = await telling.ended(brief, "suppressed", "suppressed")
    assert {each.error for each in rows} == {
        "it was over before it could be told",
        "nobody was told that it was raised",
    }
    assert messages(receiver) == []
    await telling.do(ALERT.to(quiet, UnsilenceAlert()))
    await telling.ended(quiet, "delivered")
    assert [message["title"] for message in messages(receiver)] == ["[HIGH] quiet"]
