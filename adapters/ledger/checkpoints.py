"""Signs checkpoints of the hash chain: one every so many positions, and one now and then while the ledger moves."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, Connection

from adapters.ledger.proof import Evidence, Finding, Trust, prove
from adapters.ledger.seals import Checkpoint, LedgerSeals
from adapters.ledger.verify import read_evidence, read_rows, snapshot
from domain.ports import PositionWatch

_LEADER = 0x6E6C6C656164  # "nllead": held by the one process that signs by itself
_SIGNING = 0x6E6C7369676E  # "nlsign": held while one checkpoint is made
_RETRY_S = 5.0
_GOODBYE_S = 5.0

_log = structlog.get_logger(__name__)


class LedgerDamaged(Exception):
    """The rows since the last checkpoint are not what was written, so nothing was signed."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.what}; run `netledger verify`")
        self.finding = finding


class CheckpointSigner:
    """Run it in any number of processes: one of them signs, and another takes over when that one ends."""

    def __init__(
        self,
        conninfo: str,
        seals: LedgerSeals,
        watch: PositionWatch,
        *,
        now: Callable[[], datetime],
        every: int = 10_000,
        interval_s: float = 600.0,
    ) -> None:
        self._conninfo = conninfo
        self._seals = seals
        self._watch = watch
        self._now = now
        self._every = every
        self._interval_s = interval_s

    async def run(self) -> None:
        """Signs until it is cancelled, and once more then."""
        while True:
            try:
                await self._lead()
            except psycopg.Error as error:
                _log.warning("checkpoints wait for the database", error=type(error).__name__)
                await asyncio.sleep(_RETRY_S)

    async def sign(self) -> Checkpoint | None:
        """The checkpoint over the present head, a new one where the head has moved; None of an empty ledger.

        Raises LedgerDamaged, and psycopg.Error where the database is away.
        """
        return await asyncio.to_thread(self._sign)

    async def _lead(self) -> None:
        async with await AsyncConnection.connect(
            self._conninfo, autocommit=True, application_name="netledger checkpoints"
        ) as conn:
            while not await _is_leader(conn):  # noqa: ASYNC110  # only PostgreSQL knows when the leader ends
                await asyncio.sleep(_RETRY_S)
            try:
                while True:
                    signed = await self._sign_or_warn()
                    await self._watch.wait_for_ledger(signed + self._every, self._interval_s)
                    await conn.execute("SELECT 1")  # a lost connection is a lost lock
            except asyncio.CancelledError:
                with contextlib.suppress(
                    Exception
                ):  # we are leaving: the next leader signs what we could not
                    await asyncio.wait_for(self.sign(), _GOODBYE_S)
                raise

    async def _sign_or_warn(self) -> int:
        """The position up to which there is nothing more to do now."""
        try:
            checkpoint = await self.sign()
        except LedgerDamaged as error:
            _log.error(
                "the ledger is damaged, no checkpoint was signed",
                position=error.finding.position,
                finding=error.finding.what,
            )
            return self._watch.ledger_position()
        return checkpoint.position if checkpoint is not None else 0

    def _sign(self) -> Checkpoint | None:
        with psycopg.connect(
            self._conninfo, autocommit=True, application_name="netledger checkpoints"
        ) as conn:
            conn.execute("SET lock_timeout = '30s'")
            conn.execute("SELECT pg_advisory_lock(%s)", (_SIGNING,))
            last, checkpoint = self._proven()
            if checkpoint is not None and checkpoint is not last:
                with conn.transaction():
                    _store(conn, checkpoint, self._seals)
            return checkpoint

    def _proven(self) -> tuple[Checkpoint | None, Checkpoint | None]:
        """The last checkpoint and the one over the head, after the rows in between have been proven."""
        with snapshot(self._conninfo) as conn:
            evidence = read_evidence(conn)
            last = max(evidence.checkpoints, key=lambda each: each.number, default=None)
            if last is not None and not last.holds(self._seals.public_key):
                what = f"checkpoint {last.number} was altered or signed with another key"
                raise LedgerDamaged(Finding("checkpoint", last.position, what))
            head = evidence.head
            if head is None or (last is not None and last.position > head.position):
                if last is None:
                    return None, None
                what = f"the ledger ends before checkpoint {last.number}, at position {last.position}"
                raise LedgerDamaged(Finding("missing", last.position, what))
            if last is not None and last.position == head.position:
                return last, last
            with closing(read_rows(conn, after=last.position if last else None)) as rows:
                trust = Trust(self._seals.public_key, self._seals)
                report = prove(rows, Evidence(head=head), trust, start=last)
        if report.finding is not None:
            raise LedgerDamaged(report.finding)
        number = last.number + 1 if last is not None else 1
        return last, self._seals.checkpoint(number, head.position, head.hash, self._now())


async def _is_leader(conn: AsyncConnection[Any]) -> bool:
    cursor = await conn.execute("SELECT pg_try_advisory_lock(%s)", (_LEADER,))
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


def _store(conn: Connection[Any], checkpoint: Checkpoint, seals: LedgerSeals) -> None:
    signed_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=checkpoint.signed_at_us)
    conn.execute(
        "INSERT INTO ledger.checkpoints (number, position, hash, signed_at, public_key, signature)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (
            checkpoint.number,
            checkpoint.position,
            checkpoint.hash,
            signed_at,
            checkpoint.public_key,
            checkpoint.signature,
        ),
    )
    tail = seals.tail(checkpoint.number)
    conn.execute(
        "INSERT INTO ledger.checkpoint_tail (number, signature) VALUES (%s, %s)"
        " ON CONFLICT (one) DO UPDATE SET number = excluded.number, signature = excluded.signature",
        (tail.number, tail.signature),
    )
