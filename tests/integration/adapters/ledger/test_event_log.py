"""Reading the ledger by position."""

import asyncio

import pytest

from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from domain.credential import CREDENTIAL, CreateCredential, ReadSecret
from domain.event import Attribution, Recorded

CREDENTIAL_ID = alert_id("some credential")


@pytest.fixture
async def written(ledger: Ledger, engineer: Attribution) -> list[Recorded]:
    """Eight events: alert, credential, credential read, then five alerts."""
    events: list[Recorded] = []
    create = CreateCredential(name="c", kind="snmp_v2c", secret_id="0")
    for intent in (
        ALERT.to(alert_id("a"), RaiseAlert(key="a", severity="low", title="t")),
        CREDENTIAL.to(CREDENTIAL_ID, create),
        CREDENTIAL.to(CREDENTIAL_ID, ReadSecret(purpose="test")),
        ALERT.to(alert_id("a"), AcknowledgeAlert()),
        *(ALERT.to(alert_id(key), RaiseAlert(key=key, severity="low", title="t")) for key in "bcde"),
    ):
        events += (await ledger.execute(intent, by=engineer)).events
    return events


async def test_a_range_is_read_in_order(event_log: PostgresEventLog, written: list[Recorded]) -> None:
    assert await event_log.read(0) == written
    assert await event_log.read(2, limit=3) == written[2:5]
    assert await event_log.read(2, upto=4) == written[2:4]
    assert await event_log.read(8) == []
    assert await event_log.head() == 8


@pytest.mark.parametrize(
    ("topics", "positions"),
    [
        (["alert.acknowledged.v1"], [4]),
        (["credential."], [2, 3]),
        (["alert.acknowledged.v1", "credential."], [2, 3, 4]),
        (["alert"], []),  # neither a whole topic nor a prefix that ends in a dot
        (["credential_secret_read_v1"], []),  # an underscore is no wildcard
        (["c%."], []),  # nor is a percent sign
    ],
)
async def test_topics_are_whole_names_or_prefixes(
    event_log: PostgresEventLog, written: list[Recorded], topics: list[str], positions: list[int]
) -> None:
    assert [each.position for each in await event_log.read(0, topics=topics)] == positions


async def test_a_stream_reads_all_in_batches(event_log: PostgresEventLog, written: list[Recorded]) -> None:
    assert [each async for each in event_log.stream(0, batch=3)] == written
    assert [each async for each in event_log.stream(1, upto=7, batch=2)] == written[1:7]


async def test_one_aggregate_is_read_up_to_a_position(
    event_log: PostgresEventLog, written: list[Recorded]
) -> None:
    assert await event_log.of_aggregate(alert_id("a")) == [written[0], written[3]]
    assert await event_log.of_aggregate(alert_id("a"), upto=3) == [written[0]]


async def test_a_watch_hears_of_an_append_at_once(
    ledger: Ledger, watch: PostgresPositionWatch, engineer: Attribution
) -> None:
    waiting = asyncio.create_task(watch.wait_for_ledger(1, 10))
    too_far = asyncio.create_task(watch.wait_for_ledger(2, 0.2))
    await ledger.execute(ALERT.to(alert_id("a"), RaiseAlert(key="a", severity="low", title="t")), by=engineer)
    assert await asyncio.wait_for(waiting, 1)  # well before it would look by itself
    assert watch.ledger_position() == 1
    assert not await too_far
