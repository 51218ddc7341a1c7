"""The feed behind the WebSocket, over a real ledger: readers on both sides of what it keeps in memory."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from api.ending import ended
from api.event_feed import EventFeed
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.event import Actor, Attribution

KEPT = 50


@pytest.fixture
def by() -> Attribution:
    return Attribution(actor=Actor("worker", "w", "w"), correlation_id="c")


@pytest.fixture
async def feed(event_log: PostgresEventLog, watch: PostgresPositionWatch) -> AsyncIterator[EventFeed]:
    made = EventFeed(event_log, watch, kept=KEPT)
    await made.start()
    running = asyncio.create_task(made.keep_running())
    yield made
    await ended([running])


async def append(ledger: Ledger, by: Attribution, count: int) -> None:
    async def one() -> None:
        key = uuid4().hex
        await ledger.execute(ALERT.to(alert_id(key), RaiseAlert(key=key, severity="info", title="x")), by=by)

    await asyncio.gather(*(one() for _ in range(count)))


async def read(feed: EventFeed, after: int, upto: int) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(20):
        while not seen or seen[-1] < upto:
            seen.extend(frame.position for frame in await feed.after(seen[-1] if seen else after))
    return [position for position in seen if position <= upto]


async def test_readers_join_memory_and_ledger_without_a_seam(
    feed: EventFeed, ledger: Ledger, by: Attribution
) -> None:
    await append(ledger, by, 3 * KEPT)
    starts = [0, 1, KEPT, 2 * KEPT - 1, 2 * KEPT, 2 * KEPT + 1, 3 * KEPT - 1, 3 * KEPT]
    total = 6 * KEPT
    readers = [asyncio.create_task(read(feed, start, total)) for start in starts]
    for _ in range(6):
        await append(ledger, by, KEPT // 2)
    for start, reader in zip(starts, readers, strict=True):
        assert await reader == list(range(start + 1, total + 1))


async def test_after_an_interruption_nothing_is_missing_in_memory(
    event_log: PostgresEventLog, watch: PostgresPositionWatch, ledger: Ledger, by: Attribution
) -> None:
    """As when the database goes away: the feed stops, the ledger grows, and the feed is run again."""
    feed = EventFeed(event_log, watch, kept=KEPT)
    await feed.start()
    running = asyncio.create_task(feed.run())
    await append(ledger, by, 10)
    assert await read(feed, 0, 10) == list(range(1, 11))
    await ended([running])
    await append(ledger, by, 10)
    running = asyncio.create_task(feed.run())
    await append(ledger, by, 5)
    for start in (0, 5, 9, 10, 11, 15, 20, 24):
        assert await read(feed, start, 25) == list(range(start + 1, 26))
    await ended([running])


async def test_memory_is_bounded_by_bytes_too(
    event_log: PostgresEventLog, watch: PostgresPositionWatch, ledger: Ledger, by: Attribution
) -> None:
    feed = EventFeed(event_log, watch, kept_bytes=4_000)
    await feed.start()
    running = asyncio.create_task(feed.run())
    await append(ledger, by, 60)
    assert await read(feed, 0, 60) == list(range(1, 61))
    assert feed.remembered_bytes <= 4_000
    await ended([running])


async def test_a_watcher_who_does_not_read_loses_old_progress_alone(feed: EventFeed) -> None:
    queue = feed.listen()
    for number in range(1_000):
        await feed.heard("an operation", {"done": number, "total": 1_000})
    assert queue.qsize() <= 200
    last = ""
    while not queue.empty():
        last = queue.get_nowait()
    assert '"done":999' in last
    feed.leave(queue)
    await feed.heard("an operation", {"done": 1, "total": 1})
    assert queue.empty()
