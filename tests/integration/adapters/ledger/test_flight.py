"""Statements that travel without a thread: whole, one answer each, and an error where there can be no answer."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from adapters.ledger.flight import Answer, Flight, value

STATEMENTS = """
PREPARE measured (bytea) AS SELECT length($1);
PREPARE slow (bytea) AS SELECT octet_length($1) FROM pg_sleep(0.2);
PREPARE refused (bytea) AS SELECT 1 / length($1);
"""


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True, prepare_threshold=None) as connected:
        connected.execute(STATEMENTS)
        yield connected


async def fly(conn: psycopg.Connection, statement: bytes, parameter: bytes) -> Answer:
    landed: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    Flight(conn.pgconn, asyncio.get_running_loop(), landed.set_result).depart(statement, [parameter])
    async with asyncio.timeout(10):
        return await landed


async def test_what_the_socket_does_not_take_at_once_arrives_whole(conn: psycopg.Connection) -> None:
    size = 30_000_000
    assert int.from_bytes(value(await fly(conn, b"measured", bytes(size)))) == size


async def test_the_loop_goes_on_while_the_answer_is_awaited(conn: psycopg.Connection) -> None:
    flying = asyncio.create_task(fly(conn, b"slow", b"abc"))
    turns = 0
    while not flying.done():
        await asyncio.sleep(0)
        turns += 1
    assert int.from_bytes(value(flying.result())) == 3
    assert turns > 100


async def test_a_refusal_is_the_answer_and_the_connection_goes_on(conn: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        value(await fly(conn, b"refused", b""))
    assert int.from_bytes(value(await fly(conn, b"measured", b"ab"))) == 2


async def test_a_connection_that_ends_on_the_way_is_told_as_that(
    database: str, conn: psycopg.Connection
) -> None:
    flying = asyncio.create_task(fly(conn, b"slow", b"abc"))
    await asyncio.sleep(0)
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        value(await flying)
    with pytest.raises(psycopg.OperationalError):
        value(await fly(conn, b"measured", b"ab"))
