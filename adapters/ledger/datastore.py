"""The library's datastore over any PostgreSQL URL, unix sockets and TLS options included."""

from typing import Any

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads


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
            kwargs={"row_factory": dict_row, "application_name": "netledger ledger"},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=configured,
            timeout=3.0,
            check=ConnectionPool.check_connection,
        )
