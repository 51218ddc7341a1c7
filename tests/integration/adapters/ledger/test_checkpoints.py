"""Checkpoints are signed as the ledger grows, by one process at a time, and only over rows that prove themselves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.checkpoints import CheckpointSigner, LedgerDamaged
from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.proof import Trust
from adapters.ledger.seals import Checkpoint, LedgerSeals
from adapters.ledger.verify import read_evidence, verify
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.event import Attribution
from tests.waiting import until

Raise = Callable[[int], Awaitable[None]]


@pytest.fixture
def raise_alerts(ledger: Ledger, engineer: Attribution) -> Raise:
    async def raise_(number: int) -> None:
        head = ledger_position[0]
        for key in map(str, range(head, head + number)):
            command = RaiseAlert(key=key, severity="low", title="t")
            await ledger.execute(ALERT.to(alert_id(key), command, new=True), by=engineer)
        ledger_position[0] += number

    ledger_position = [0]
    return raise_


def signer(
    url: str,
    seals: LedgerSeals,
    watch: PostgresPositionWatch,
    *,
    every: int = 1_000_000,
    interval_s: float = 3600,
) -> CheckpointSigner:
    return CheckpointSigner(
        url, seals, watch, now=lambda: datetime.now(UTC), every=every, interval_s=interval_s
    )


@asynccontextmanager
async def running(signing: CheckpointSigner) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(signing.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def checkpoints(url: str) -> list[Checkpoint]:
    with psycopg.connect(url) as conn:
        return sorted(read_evidence(conn).checkpoints, key=lambda each: each.number)


def last_signed(url: str) -> int:
    return max((each.position for each in checkpoints(url)), default=0)


async def test_a_checkpoint_says_where_the_ledger_is_and_is_made_once(
    database: str, seals: LedgerSeals, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    signing = signer(database, seals, watch)
    assert await signing.sign() is None  # there is nothing yet
    await raise_alerts(3)
    first = await signing.sign()
    assert first is not None
    assert (first.number, first.position) == (1, 3)
    assert first.holds(seals.public_key)
    assert await signing.sign() == first
    await raise_alerts(1)
    second = await signing.sign()
    assert second is not None
    assert (second.number, second.position) == (2, 4)
    assert checkpoints(database) == [first, second]
    assert verify(database, Trust(seals.public_key)).proven == 4


async def test_one_is_signed_every_so_many_positions(
    database: str, seals: LedgerSeals, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    async with running(signer(database, seals, watch, every=10)):
        await raise_alerts(12)
        await until(lambda: last_signed(database) > 0)
        await raise_alerts(12)
        await until(lambda: len(checkpoints(database)) == 2)
        signed = [each.position for each in checkpoints(database)]
    assert all(later - earlier >= 10 for earlier, later in pairwise(signed))


async def test_one_is_signed_after_a_while_if_the_ledger_moved(
    database: str, seals: LedgerSeals, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    async with running(signer(database, seals, watch, interval_s=0.1)):
        await raise_alerts(1)
        await until(lambda: last_signed(database) == 1)
        await raise_alerts(1)
        await until(lambda: last_signed(database) == 2)
    assert [each.position for each in checkpoints(database)] == [1, 2]


async def test_one_is_signed_at_the_end(
    database: str, seals: LedgerSeals, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    await raise_alerts(1)
    async with running(signer(database, seals, watch)):
        await until(lambda: last_signed(database) == 1)
        await raise_alerts(4)
    assert [each.position for each in checkpoints(database)] == [1, 5]


async def test_of_several_processes_one_signs_and_another_takes_over(
    database: str,
    seals: LedgerSeals,
    watch: PostgresPositionWatch,
    raise_alerts: Raise,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.ledger.checkpoints._RETRY_S", 0.05)
    await raise_alerts(1)
    async with contextlib.AsyncExitStack() as stack:
        tasks = [
            await stack.enter_async_context(running(signer(database, seals, watch, every=5)))
            for _ in range(3)
        ]
        await until(lambda: last_signed(database) == 1)
        for _ in range(2):
            leader = leader_pid(database)
            with psycopg.connect(database, autocommit=True) as conn:
                conn.execute("SELECT pg_terminate_backend(%s, 5000)", (leader,))
            await until(lambda: leader_pid(database) not in (None, leader))  # noqa: B023  # called before it changes
            before = last_signed(database)
            await raise_alerts(6)
            await until(lambda: last_signed(database) > before)  # noqa: B023  # the same
        assert not any(task.done() for task in tasks)
    assert verify(database, Trust(seals.public_key, seals)).intact


def leader_pid(url: str) -> int | None:
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = %s",
            (0x6E6C6C656164,),
        ).fetchone()
    return int(row[0]) if row else None


async def test_signers_at_the_same_moment_number_their_checkpoints_apart(
    database: str, seals: LedgerSeals, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    signers = [signer(database, seals, watch) for _ in range(4)]
    for _ in range(3):
        await raise_alerts(1)
        made = await asyncio.gather(*(each.sign() for each in signers))
        assert all(each == made[0] for each in made)
    assert [each.number for each in checkpoints(database)] == [1, 2, 3]


async def test_nothing_is_signed_over_rows_that_were_altered(
    database: str,
    postgres: EmbeddedPostgres,
    seals: LedgerSeals,
    watch: PostgresPositionWatch,
    raise_alerts: Raise,
) -> None:
    signing = signer(database, seals, watch)
    await raise_alerts(3)
    await signing.sign()
    await raise_alerts(3)
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    with psycopg.connect(postgres.admin_url, dbname=name, autocommit=True) as conn:
        conn.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        conn.execute("UPDATE ledger.events SET topic = 'alert.resolved.v1' WHERE notification_id = 5")
    with pytest.raises(LedgerDamaged) as damage:
        await signing.sign()
    assert damage.value.finding.position == 5
    with psycopg.connect(postgres.admin_url, dbname=name, autocommit=True) as conn:
        conn.execute("DELETE FROM ledger.events WHERE notification_id > 2")
        conn.execute("UPDATE ledger.head SET position = 2")
    with pytest.raises(LedgerDamaged, match="ends before checkpoint 1"):
        await signing.sign()
    assert len(checkpoints(database)) == 1


async def test_a_head_that_another_key_sealed_is_not_signed(
    database: str, watch: PostgresPositionWatch, raise_alerts: Raise
) -> None:
    await raise_alerts(1)
    other = LedgerSeals(b"another master key of 32 bytes..")
    with pytest.raises(LedgerDamaged):
        await signer(database, other, watch).sign()
