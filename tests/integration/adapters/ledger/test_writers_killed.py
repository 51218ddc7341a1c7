"""Writers in processes of their own, killed without warning: no reader skips a position, nothing acknowledged is lost."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg_pool import AsyncConnectionPool

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.vault.subjects import SubjectKeys
from domain.credential import CREDENTIAL, CreateCredential
from domain.event import Attribution
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = Path(__file__).with_name("writer_process.py")
CREDENTIAL_ID = "5d1a7f0e-3a54-4c58-9d1e-0d8c1f0a7b11"
KEY = b"0123456789abcdef0123456789abcdef".hex()

OpenLedger = Callable[[str], Awaitable[Ledger]]


class Writer:
    """One such process and what it was told is recorded."""

    def __init__(self, url: str, mode: str, clients: int) -> None:
        self.acknowledged: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), url, KEY, str(clients), mode],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._rest = b""

    def listen(self) -> None:
        """Takes in the lines that have come; half a line was not yet said."""
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read():
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self.acknowledged += [line.decode() for line in lines]

    async def until(self, number: int) -> None:
        async with asyncio.timeout(30):
            while len(self.acknowledged) < number:
                assert self._process.poll() is None
                self.listen()
                await asyncio.sleep(0.002)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.listen()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def writers(url: str, mode: str, number: int, clients: int) -> Iterator[list[Writer]]:
    running = [Writer(url, mode, clients) for _ in range(number)]
    try:
        yield running
    finally:
        for writer in running:
            with contextlib.suppress(Exception):
                writer.kill()


@asynccontextmanager
async def tailing(url: str, sealer: SubjectKeys, readers: int) -> AsyncIterator[list[asyncio.Task[int]]]:
    """Readers that follow the end; a position that is not the next one ends them with an error."""
    async with AsyncConnectionPool(
        url, min_size=readers, max_size=readers, kwargs={"autocommit": True}
    ) as pool:
        log = PostgresEventLog(pool, sealer)
        last = asyncio.Event()

        async def follow() -> int:
            after = 0
            while True:
                ending = last.is_set()
                events = await log.read(after, limit=500)
                assert [each.position for each in events] == list(range(after + 1, after + 1 + len(events)))
                after += len(events)
                if ending and not events:
                    return after

        tasks = [asyncio.create_task(follow()) for _ in range(readers)]
        yield tasks
        last.set()
        await asyncio.wait(tasks, timeout=20)


def still_writing(url: str) -> bool:
    """Whether the server still works on what a writer sent before it died."""
    with psycopg.connect(url) as conn:
        return (
            conn.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'netledger ledger writer'"
            ).fetchone()
            is not None
        )


async def test_no_reader_skips_a_position_and_no_acknowledged_command_is_lost(
    database: str, sealer: SubjectKeys, seals: LedgerSeals
) -> None:
    dice = random.Random(4)
    acknowledged: list[str] = []
    async with tailing(database, sealer, 3) as readers:
        with writers(database, "alerts", 3, clients=8) as running:
            for _ in range(6):
                victim = running.pop(0)
                await victim.until(dice.randrange(30, 250))
                victim.kill()
                acknowledged += victim.acknowledged
                running.append(Writer(database, "alerts", 8))
            for writer in running:
                await writer.until(20)
                writer.kill()
                acknowledged += writer.acknowledged
        await until(lambda: not still_writing(database))
    with psycopg.connect(database) as conn:
        stored = [row[0] for row in conn.execute("SELECT state->'data'->>'key' FROM ledger.events")]
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    assert [reader.result() for reader in readers] == [len(stored)] * 3
    assert verify(database, Trust(seals.public_key, seals)).intact


async def test_processes_that_race_on_one_aggregate_lose_no_command(
    database: str, ledger: Ledger, engineer: Attribution, event_log: PostgresEventLog
) -> None:
    create = CreateCredential(name="c", kind="snmp_v2c", secret_id="0")
    await ledger.execute(CREDENTIAL.to(CREDENTIAL_ID, create), by=engineer)
    with writers(database, "race", 2, clients=3) as running:
        for writer in running:
            await writer.until(60)
        for writer in running:
            writer.kill()
        acknowledged = [line for writer in running for line in writer.acknowledged]
    history = await event_log.read(0, limit=100_000)
    assert [each.originator_version for each in history] == list(range(1, len(history) + 1))
    stored = [getattr(each.event, "secret_id", "") for each in history]
    assert len(set(stored)) == len(stored)
    assert set(acknowledged) <= set(stored)


async def test_processes_with_the_same_idempotency_keys_act_once_each_and_a_crash_changes_nothing(
    database: str, event_log: PostgresEventLog
) -> None:
    """Both raise `keyed 0`, `keyed 1` and so on; a third begins again after they were killed."""
    with writers(database, "keyed", 2, clients=5) as running:
        for writer in running:
            await writer.until(100)
            writer.kill()
        told = {line for writer in running for line in writer.acknowledged}
    with writers(database, "keyed", 1, clients=5) as (retrying,):
        await retrying.until(200)
        retrying.kill()
        told.update(retrying.acknowledged)
    events = await event_log.read(0, limit=100_000)
    raised = [getattr(each.event, "key", "") for each in events]
    assert len(raised) == len(set(raised))
    assert {f"keyed {number}" for number in told} <= set(raised)


async def test_what_was_acknowledged_outlives_the_sudden_death_of_writer_and_server(
    mortal_postgres: EmbeddedPostgres, seals: LedgerSeals
) -> None:
    acknowledged: set[str] = set()
    for _ in range(2):
        with writers(mortal_postgres.url, "alerts", 2, clients=8) as running:
            for writer in running:
                await writer.until(150)
            kill_server(mortal_postgres)
            for writer in running:
                writer.kill()
                acknowledged.update(writer.acknowledged)
        mortal_postgres.start()
    with psycopg.connect(mortal_postgres.url) as conn:
        stored = {row[0] for row in conn.execute("SELECT state->'data'->>'key' FROM ledger.events")}
        durable = conn.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        assert durable.fetchone() == ("on", "on")
    assert acknowledged <= stored
    assert verify(mortal_postgres.url, Trust(seals.public_key, seals)).intact


def kill_server(server: EmbeddedPostgres) -> None:
    """SIGKILL to the postmaster and to each of its processes."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    for process in [postmaster, *postmaster.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    server.stop()
