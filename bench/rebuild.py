"""Measures the rebuild of inventory and audit from a long ledger against the eventsourcing library's own ProjectionRunner.

Both sides make the same rows with the same folds in tables of the same shape. Ours rebuilds both read models from the whole
ledger, one after the other, beside empty serving copies, as `netledger rebuild` does. The peer runs one ProjectionRunner a
read model over a PostgresTrackingRecorder: event by event, rows and tracking in one transaction, as the library has it.
It would take hours for the whole, so it gets a shorter history with as many events a device, and the rates are
compared; its smaller tables favour it. Our memory is noted at 10, 50 and 100 %.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
import uvloop
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection as LibraryProjection
from eventsourcing.projection import ProjectionRunner as LibraryRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.application import LedgerApplication
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.seals import LedgerSeals
from adapters.schema import migrate
from adapters.vault.subjects import SubjectKeys
from bench.ledger_database import MASTER_KEY, postgres
from bench.ledger_history import History, load
from domain.device_facts import as_json
from domain.event import Recorded
from projections.audit import Audit
from projections.inventory import Inventory
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.tables import Rows, Table

PROJECTIONS: tuple[Projection, ...] = (Inventory(), Audit())


def main() -> None:
    """Builds the ledgers, runs both sides and prints one line of JSON at the end."""
    options = _options()
    with postgres() as server:
        url = _database(server, "ours", options.events, options.devices)
        rates: dict[str, float] = {}
        memory: dict[str, list[int]] = {}
        for projection in PROJECTIONS:
            rates[projection.name], memory[projection.name] = uvloop.run(_ours(url, projection))
        share = max(1, options.devices * options.peer_events // options.events)
        peer_url = _database(server, "peer", options.peer_events, share)
        peers = {
            projection.name: _peer(peer_url, projection, options.peer_events) for projection in PROJECTIONS
        }
    ours, peer = _both(rates), _both(peers)
    print(
        json.dumps(
            {
                "bench": "rebuild",
                "ours": round(ours),
                "peer": round(peer),
                "unit": "events/s",
                "ratio": round(ours / peer, 1),
                "n": options.events,
                "peer_n": options.peer_events,
                "rss_mb_at_10_50_100_percent": memory,
            }
        )
    )


def _both(rates: dict[str, float]) -> float:
    """Ledger events a second when one read model is built after the other."""
    return 1 / sum(1 / rate for rate in rates.values())


def _database(server: EmbeddedPostgres, name: str, events: int, devices: int) -> str:
    with psycopg.connect(server.admin_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} OWNER netledger").format(sql.Identifier(name)))
    url = server.url_of(name)
    migrate(url)
    started = time.perf_counter()
    load(url, History(devices).recorded(), events)
    print(
        f"{name}: {events:,} events of {devices:,} devices in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE ledger.events")
    return url


async def _ours(url: str, projection: Projection) -> tuple[float, list[int]]:
    """Events a second, and megabytes of memory at 10, 50 and 100 %."""
    memory: list[int] = []

    def note(done: int, total: int) -> None:
        while len(memory) < 3 and done * 100 >= (10, 50, 100)[len(memory)] * total:
            memory.append(psutil.Process().memory_info().rss >> 20)

    sealer = SubjectKeys(url, MASTER_KEY)
    async with AsyncConnectionPool(
        url, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
    ) as pool:
        started = time.perf_counter()
        events = await rebuild(url, projection, PostgresEventLog(pool, sealer), progress=note)
        rate = events / (time.perf_counter() - started)
    sealer.close()
    print(f"{projection.name}: ours {rate:,.0f} events/s, {memory} MB", flush=True)
    return rate, memory


class _View(PostgresTrackingRecorder):
    """Rows of one read model, and how far they are, in one transaction an event."""

    def __init__(self, datastore: PostgresDatastore, tracking_table_name: str = "", **kwargs: Any) -> None:
        super().__init__(datastore, tracking_table_name=tracking_table_name, **kwargs)

    def fold(self, projection: Projection, recorded: Recorded, tracking: Tracking) -> None:
        schema = f"peer_{projection.name}"
        tables = {table.name: table for table in projection.tables}
        rows = Rows(projection.tables)
        with self.datastore.transaction(commit=True) as curs:
            for name, keys in rows.missing(projection.keys(recorded)).items():
                found = []
                for key in keys:
                    curs.execute(_select(schema, tables[name]), key, prepare=True)
                    found += [msgspec.json.decode(row["row"]) for row in curs.fetchall()]
                rows.learn(name, keys, found)
            projection.fold(recorded, rows)
            for table, added in rows.take_added():
                for row in added:
                    curs.execute(_insert(schema, table), _values(table, row), prepare=True)
            for table, upserts, deletes in rows.take_changes():
                for row in upserts:
                    curs.execute(_upsert(schema, table), _values(table, row), prepare=True)
                for key in deletes:
                    curs.execute(_delete(schema, table), key, prepare=True)
            self._insert_tracking(curs, tracking)


def _select(schema: str, table: Table) -> sql.Composed:
    return sql.SQL("SELECT row_to_json(t)::text AS row FROM {} t WHERE ").format(
        sql.Identifier(schema, table.name)
    ) + _keyed(table)


def _delete(schema: str, table: Table) -> sql.Composed:
    return sql.SQL("DELETE FROM {} WHERE ").format(sql.Identifier(schema, table.name)) + _keyed(table)


def _keyed(table: Table) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in table.key)


def _insert(schema: str, table: Table) -> sql.Composed:
    return sql.SQL("INSERT INTO {} VALUES ({})").format(
        sql.Identifier(schema, table.name), sql.SQL(", ").join([sql.Placeholder()] * len(table.columns))
    )


def _upsert(schema: str, table: Table) -> sql.Composed:
    return _insert(schema, table) + sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column))
            for column in table.columns
            if column not in table.key
        ),
    )


def _values(table: Table, row: dict[str, Any]) -> list[Any]:
    return [
        Jsonb(as_json(row[column])) if kind.startswith("json") else row[column]
        for column, kind in table.columns.items()
    ]


def _peer(url: str, projection: Projection, events: int) -> float:
    """Events a second of the library's runner."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(f"peer_{projection.name}")))
        for table in projection.tables:
            for statement in table.ddl(f"peer_{projection.name}"):
                conn.execute(statement)
    started = time.perf_counter()
    with LibraryRunner(
        application_class=_ledger_of(url),
        projection_class=_folding(projection),
        view_class=_View,
        env=_environment(url),
    ) as runner:
        last = events if not projection.topics else _last(url, projection.topics)
        runner.wait(last, timeout=3600)
        rate = events / (time.perf_counter() - started)
    print(f"{projection.name}: library's runner {rate:,.0f} events/s", flush=True)
    return rate


def _last(url: str, topics: Sequence[str]) -> int:
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "SELECT max(notification_id) FROM ledger.events WHERE topic LIKE ANY(%s)",
            ([topic + "%" for topic in topics],),
        ).fetchone()
    return int(row[0]) if row else 0


def _ledger_of(url: str) -> type[Application[Any]]:
    class PeerLedger(LedgerApplication):
        def __init__(self, env: Any = None) -> None:
            super().__init__(url, LedgerSeals(MASTER_KEY.derive("ledger")), SubjectKeys(url, MASTER_KEY))

    return PeerLedger


def _folding(projection: Projection) -> type[LibraryProjection[_View]]:
    class Folding(LibraryProjection[_View]):
        name = f"peer_{projection.name}"

        def process_event(self, domain_event: DomainEventProtocol[Any], tracking: Tracking) -> None:
            assert isinstance(domain_event, Recorded)
            recorded = msgspec.structs.replace(domain_event, position=tracking.notification_id)
            if not projection.topics or recorded.topic.startswith(tuple(projection.topics)):
                self.view.fold(projection, recorded, tracking)

    return Folding


def _environment(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts.get("user", "")),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--peer-events", type=int, default=10_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
