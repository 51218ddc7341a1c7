"""The library's datastore over any PostgreSQL URL, with one connection set apart for the writer."""

import select
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, TupleRow, dict_row
from psycopg.types.json import set_json_loads

_PATIENCE: dict[str, Any] = {
    "connect_timeout": 3,
    # A server that vanished without a word is noticed by TCP; a unix socket needs none of this.
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

APPEND = b"ledger_append"
"""The statement that every session of the writer has prepared."""

_WRITER_SESSION = """
PREPARE ledger_append (
    bigint, bytea, uuid[], bigint[], uuid[], bigint[], text[], json[], bytea[],
    text[], text[], bytea[], bigint[], bigint[], bigint, bytea, bytea
) AS SELECT ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);
SET lock_timeout = '10s';
SET statement_timeout = '30s';
-- A writer that is frozen between two statements must not hold up all others.
SET idle_in_transaction_session_timeout = '10s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
"""


class Backend(NamedTuple):
    """A process of the server; numbers are given out again, so its start belongs to its name."""

    pid: int
    started: datetime


def _raw_json(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


class LedgerDatastore(PostgresDatastore):
    """Sync connections for the writer and for loading aggregates. JSON comes back as the bytes that were hashed."""

    def __init__(self, conninfo: str, *, pool_size: int = 4) -> None:
        super().__init__("", "", "", "", "", schema="ledger", lock_timeout=10)
        configure = self.after_connect_func()

        def configured(conn: Connection[Any]) -> None:
            configure(conn)
            set_json_loads(_raw_json, context=conn)

        self.pool = ConnectionPool(
            conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row, "application_name": "netledger ledger", **_PATIENCE},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=configured,
            timeout=3.0,
            # After an outage a pool waits ever longer between its attempts, unless it gives up and is asked anew.
            reconnect_timeout=2.0,
            check=ConnectionPool.check_connection,
        )
        self._conninfo = conninfo
        self._writer: Connection[TupleRow] | None = None
        self.backend: Backend | None = None
        """The server's side of the last connection that the writer had."""

    def writer(self) -> tuple[Connection[TupleRow], bool]:
        """The writer's connection and whether it was just made. For one thread at a time."""
        if self._writer is not None and not self._writer.closed:
            return self._writer, False
        conn = psycopg.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=None,  # or psycopg would deallocate ours with its own after a rollback
            application_name="netledger ledger writer",
            **_PATIENCE,
        )
        cursor = conn.execute(_WRITER_SESSION)
        while cursor.nextset():
            pass
        row = cursor.fetchone()
        assert row is not None  # our own backend is always there
        self._writer, self.backend = conn, Backend(conn.info.backend_pid, row[0])
        return conn, True

    def quiet_writer(self) -> Connection[TupleRow] | None:
        """The connection that was used last, unless the server has said something since, as when it shuts down."""
        conn = self._writer
        if conn is None or conn.closed:
            return None
        news = select.poll()
        news.register(conn.pgconn.socket, select.POLLIN)
        return None if news.poll(0) else conn

    def drop_writer(self) -> None:
        """Closes it in whatever state it is: PostgreSQL rolls back what was not committed."""
        conn, self._writer = self._writer, None
        if conn is not None:
            conn.close()

    def close(self) -> None:
        if hasattr(self, "_writer"):  # the library's __del__ calls this even where __init__ failed
            self.drop_writer()
        super().close()

    def register_type_adapters(self) -> None:
        """Nothing: rows are written by COPY, without composite types, and so nothing connects at construction."""
