"""A prepared statement on its way to PostgreSQL and back without a thread: sent at once, its answer heard by the event loop."""

import asyncio
from collections.abc import Callable, Sequence

import psycopg
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

Answer = PGresult | psycopg.Error
"""What PostgreSQL said, or how the connection broke before it did."""


class Flight:
    """The connection is used by nobody else until the answer is there (asynchronous commands of libpq)."""

    def __init__(
        self, conn: PGconn, loop: asyncio.AbstractEventLoop, landed: Callable[[Answer], None]
    ) -> None:
        self._conn = conn
        self._loop = loop
        self._landed = landed
        self._socket = conn.socket
        self._answer: Answer | None = None

    def depart(self, statement: bytes, parameters: Sequence[bytes]) -> None:
        """`landed` is called later in any case, also where it cannot be sent. Parameters and answer are binary."""
        self._loop.add_reader(self._socket, self._hear)
        try:
            self._conn.send_query_prepared(
                statement,
                parameters,
                param_formats=[Format.BINARY] * len(parameters),
                result_format=Format.BINARY,
            )
            if self._conn.flush():
                self._loop.add_writer(self._socket, self._send_more)
        except psycopg.Error as error:
            self._land(error)

    def _send_more(self) -> None:
        try:
            if not self._conn.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._land(error)

    def _hear(self) -> None:
        try:
            self._conn.consume_input()
            while not self._conn.is_busy():
                result = self._conn.get_result()
                if result is None:
                    self._land(self._answer or psycopg.OperationalError("the server gave no answer"))
                    return
                self._answer = result
        except psycopg.Error as error:
            self._land(error)

    def _land(self, answer: Answer) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._loop.call_soon(self._landed, answer)


def value(answer: Answer) -> bytes:
    """The one value that a statement gave. Raises psycopg.Error, which is what PostgreSQL said where it refused."""
    if isinstance(answer, psycopg.Error):
        raise answer
    if answer.status != ExecStatus.TUPLES_OK:
        raise psycopg.errors.error_from_result(answer)
    return answer.get_value(0, 0) or b""
