"""The database goes away in the middle of things: what a command is told afterwards is the truth."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit
from uuid import uuid4

import psutil
import psycopg
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from domain.aggregate import IdempotencyKey, Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from domain.errors import Unavailable
from domain.event import Attribution
from tests.waiting import until

OpenLedger = Callable[[str], Awaitable[Ledger]]
Cut = Literal["before the commit", "after the commit", "while the commit is on its way"]


COMMITS = (b"COMMIT\0", b"ledger_append\0\0")
"""How the writer commits: in so many words, or with the one statement that does all and was prepared before."""


class CuttingProxy:
    """Stands between a ledger and PostgreSQL, and breaks the connection at the next commit when it is told to."""

    def __init__(self, url: str) -> None:
        host = parse_qs(urlsplit(url).query)["host"][0]
        self._target = f"{host}/.s.PGSQL.5432"
        self._folder = tempfile.TemporaryDirectory(prefix="cut-")
        self.url = url.replace(quote(host, safe=""), quote(self._folder.name, safe=""))
        assert unquote(self.url) != unquote(url)
        self.cut: Cut | None = None
        self.at = COMMITS[0]
        self.cuts = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "CuttingProxy":
        path = Path(self._folder.name) / ".s.PGSQL.5432"
        self._server = await asyncio.start_unix_server(self._serve, str(path))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.wait(self._tasks, timeout=5) if self._tasks else None
        self._folder.cleanup()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError):
            upstream = await asyncio.open_unix_connection(self._target)
            back = asyncio.create_task(self._pump(upstream[0], writer))
            try:
                await self._forward(reader, writer, upstream[1])
            finally:
                back.cancel()
                writer.close()
                upstream[1].close()
        self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _forward(
        self, reader: asyncio.StreamReader, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            if self.cut and self.at in data:
                cut, self.cut = self.cut, None
                self.cuts += 1
                client.transport.abort()
                if cut == "before the commit":
                    return
                if cut == "while the commit is on its way":
                    await asyncio.sleep(0.4)  # the network holds it back; the client asks meanwhile
                server.write(data)
                await server.drain()
                await asyncio.sleep(0.2)  # or closing would overtake it
                return
            server.write(data)
            await server.drain()


@pytest.fixture
async def proxy(database: str) -> AsyncIterator[CuttingProxy]:
    async with CuttingProxy(database) as standing:
        yield standing


def raise_alert(key: str) -> RaiseAlert:
    return RaiseAlert(key=key, severity="low", title="t")


@pytest.mark.parametrize("warm", [True, False], ids=["on a connection in use", "on a fresh connection"])
@pytest.mark.parametrize("cut", ["before the commit", "after the commit", "while the commit is on its way"])
async def test_what_a_command_is_told_after_a_lost_connection_is_the_truth(
    cut: Cut,
    warm: bool,
    proxy: CuttingProxy,
    open_ledger: OpenLedger,
    event_log: PostgresEventLog,
    engineer: Attribution,
) -> None:
    ledger = await open_ledger(proxy.url)
    if warm:
        await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    proxy.cut, proxy.at = cut, COMMITS[warm]
    outcomes = await asyncio.gather(
        *(ledger.execute(ALERT.to(alert_id(key), raise_alert(key), new=True), by=engineer) for key in "bcd"),
        return_exceptions=True,
    )
    assert proxy.cuts == 1
    told: set[int] = set()
    for outcome in outcomes:
        if isinstance(outcome, Outcome):
            told.update(each.position for each in outcome.events)
        else:
            assert isinstance(outcome, Unavailable)
            assert "nothing was recorded" in outcome.message
    recorded = [each.position for each in await event_log.read(int(warm))]
    assert sorted(told) == recorded
    if warm or cut == "after the commit":
        assert len(told) == 3
    after = await ledger.execute(ALERT.to(alert_id("z"), raise_alert("z")), by=engineer)
    assert after.position == int(warm) + len(told) + 1


async def test_an_idle_connection_that_died_costs_no_command(
    database: str,
    postgres: EmbeddedPostgres,
    open_ledger: OpenLedger,
    engineer: Attribution,
) -> None:
    ledger = await open_ledger(database)
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
        killed = conn.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE application_name LIKE 'netledger ledger%%' AND datname = %s",
            (psycopg.conninfo.conninfo_to_dict(database)["dbname"],),
        ).fetchone()
    assert killed is not None
    assert killed[0] >= 2  # the writer's and one that loads
    ledger._states.clear()  # so that it has to load as well
    await ledger.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer)


class Load:
    """Clients that go on whatever happens, and remember what they were told."""

    def __init__(self, ledger: Ledger, by: Attribution) -> None:
        self._ledger, self._by = ledger, by
        self.recorded: dict[str, int] = {}
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.ended = False

    async def client(self) -> None:
        while not self.ended:
            key = str(uuid4())
            intent = ALERT.to(alert_id(key), raise_alert(key), new=True)
            try:
                outcome = await self._ledger.execute(
                    intent, by=self._by, key=IdempotencyKey("load", key, b"") if key < "8" else None
                )
            except Unavailable as error:
                (self.refused if "nothing was recorded" in error.message else self.unknown).add(key)
                await asyncio.sleep(0.02)
            else:
                assert isinstance(outcome, Outcome)
                self.recorded[key] = outcome.position

    async def more(self, number: int) -> None:
        """Until that many further commands have been acknowledged."""
        wanted = len(self.recorded) + number
        await until(lambda: len(self.recorded) >= wanted)

    def holds(self, url: str) -> None:
        with psycopg.connect(url) as conn:
            rows = conn.execute("SELECT state->'data'->>'key', notification_id FROM ledger.events").fetchall()
            stored: dict[str, int] = dict(rows)
        assert self.recorded.items() <= stored.items()
        assert not self.refused & stored.keys()


async def test_a_server_restarted_under_load_answers_unavailable_and_then_works_again(
    mortal_postgres: EmbeddedPostgres, open_ledger: OpenLedger, seals: LedgerSeals, engineer: Attribution
) -> None:
    ledger = await open_ledger(mortal_postgres.url)
    load = Load(ledger, engineer)
    clients = [asyncio.create_task(load.client()) for _ in range(16)]
    await load.more(200)
    mortal_postgres.stop()
    await until(lambda: load.refused)
    mortal_postgres.start()
    await load.more(200)
    assert mortal_postgres.pid is not None
    psutil.Process(mortal_postgres.pid).kill()
    mortal_postgres.stop()
    mortal_postgres.start()
    await load.more(200)
    kill_writers_backend(mortal_postgres)
    await load.more(200)
    load.ended = True
    await asyncio.gather(*clients)
    load.holds(mortal_postgres.url)
    assert verify(mortal_postgres.url, Trust(seals.public_key, seals)).intact


def kill_writers_backend(server: EmbeddedPostgres) -> None:
    """SIGKILL, which makes PostgreSQL end all others and recover, as when the kernel is out of memory."""
    with psycopg.connect(server.admin_url, autocommit=True) as conn:
        row = conn.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'netledger ledger writer'"
        ).fetchone()
    assert row is not None
    psutil.Process(row[0]).send_signal(signal.SIGKILL)


async def test_connections_cut_at_any_moment_leave_no_doubt(
    mortal_postgres: EmbeddedPostgres, open_ledger: OpenLedger, seals: LedgerSeals, engineer: Attribution
) -> None:
    load = Load(await open_ledger(mortal_postgres.url), engineer)
    clients = [asyncio.create_task(load.client()) for _ in range(8)]
    async with await psycopg.AsyncConnection.connect(mortal_postgres.admin_url, autocommit=True) as admin:
        for _ in range(25):
            await load.more(10)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'netledger %'"
            )
    await load.more(50)
    load.ended = True
    await asyncio.gather(*clients)
    assert not load.unknown
    load.holds(mortal_postgres.url)
    assert verify(mortal_postgres.url, Trust(seals.public_key, seals)).intact
