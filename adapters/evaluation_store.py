"""The state of alert evaluation in PostgreSQL: places, series, signals, what is held back, and every step."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.alerting.evaluator import Kept
from domain.alerting.finding import Finding
from domain.alerting.gate import Held, Step
from domain.alerting.ports import Overtaken, Progress
from domain.alerting.signal import Signal

_FINDINGS_LOCK = (
    0x66696E64696E67  # "finding": one writer at a time, so that their order is that of their numbers
)
_kept = msgspec.msgpack.Decoder(list[Kept])
_COMMIT = """
INSERT INTO alerting.places AS p (partition, version, place, ledger, findings)
VALUES (%(partition)s, %(version)s + 1, %(place)s::jsonb, %(ledger)s, %(findings)s)
ON CONFLICT (partition) DO UPDATE SET version = excluded.version, place = excluded.place, ledger = excluded.ledger,
    findings = excluded.findings, updated_at = now() WHERE p.version = %(version)s
RETURNING version
"""


class PostgresEvaluationStore:
    """Satisfies EvaluationStore and FindingSink."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def load(self, partition: int) -> tuple[Progress, dict[str, list[Kept]]]:
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor = await conn.execute(
                "SELECT json_build_object('version', version, 'place', place, 'ledger', ledger, 'findings', findings)::text"
                " FROM alerting.places WHERE partition = %s",
                (partition,),
            )
            row = await cursor.fetchone()
            progress = msgspec.json.decode(row[0], type=Progress) if row else Progress()
            cursor = await conn.execute(
                "SELECT device_id, series FROM alerting.devices WHERE partition = %s", (partition,)
            )
            devices = {device_id: _kept.decode(series) for device_id, series in await cursor.fetchall()}
        return progress, devices

    async def commit(
        self,
        partition: int,
        progress: Progress,
        devices: Mapping[str, Sequence[Kept]],
        signals: Sequence[Signal],
    ) -> Progress:
        gone = [device_id for device_id, series in devices.items() if not series]
        present = [
            (device_id, msgspec.msgpack.encode(series)) for device_id, series in devices.items() if series
        ]
        values = {
            "partition": partition,
            "version": progress.version,
            "place": msgspec.json.encode(progress.place).decode(),
            "ledger": progress.ledger,
            "findings": progress.findings,
        }
        async with self._pool.connection() as conn, conn.transaction():
            if await (await conn.execute(_COMMIT, values)).fetchone() is None:
                raise Overtaken(f"partition {partition} is evaluated by somebody else")
            if present:
                await conn.execute(
                    "INSERT INTO alerting.devices (partition, device_id, series)"
                    " SELECT %s, * FROM unnest(%s::text[], %s::bytea[])"
                    " ON CONFLICT (partition, device_id) DO UPDATE SET series = excluded.series",
                    (partition, [each[0] for each in present], [each[1] for each in present]),
                )
            if gone:
                await conn.execute(
                    "DELETE FROM alerting.devices WHERE partition = %s AND device_id = ANY(%s)",
                    (partition, gone),
                )
            if signals:
                await conn.execute(
                    "INSERT INTO alerting.signals (signal) SELECT s::jsonb FROM unnest(%s::text[])"
                    " WITH ORDINALITY AS each (s, n) ORDER BY n",
                    ([_json(signal) for signal in signals],),
                )
        return msgspec.structs.replace(progress, version=progress.version + 1)

    async def add(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_FINDINGS_LOCK,))
            await conn.execute(
                "INSERT INTO alerting.findings (id, finding) SELECT id, f::jsonb"
                " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS each (id, f, n) ORDER BY n"
                " ON CONFLICT (id) DO NOTHING",
                ([each.id for each in findings], [_json(each) for each in findings]),
            )

    async def findings(self, after: int, *, limit: int) -> list[tuple[int, Finding]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT seq, finding::text FROM alerting.findings WHERE seq > %s ORDER BY seq LIMIT %s",
                (after, limit),
            )
            return [(seq, msgspec.json.decode(text, type=Finding)) for seq, text in await cursor.fetchall()]

    async def signals(self, *, limit: int) -> list[tuple[int, Signal]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT seq, signal::text FROM alerting.signals ORDER BY seq LIMIT %s", (limit,)
            )
            return [(seq, msgspec.json.decode(text, type=Signal)) for seq, text in await cursor.fetchall()]

    async def held(self) -> dict[str, Held]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT key, held::text FROM alerting.held")
            return {key: msgspec.json.decode(text, type=Held) for key, text in await cursor.fetchall()}

    async def settle(
        self,
        done: Collection[int],
        held: Mapping[str, Held],
        no_longer_held: Collection[str],
        steps: Sequence[Step],
    ) -> None:
        async with self._pool.connection() as conn, conn.transaction():
            if done:
                await conn.execute("DELETE FROM alerting.signals WHERE seq = ANY(%s)", (list(done),))
            if no_longer_held:
                await conn.execute("DELETE FROM alerting.held WHERE key = ANY(%s)", (list(no_longer_held),))
            if held:
                await conn.execute(
                    "INSERT INTO alerting.held (key, held) SELECT k, h::jsonb FROM unnest(%s::text[], %s::text[]) e (k, h)"
                    " ON CONFLICT (key) DO UPDATE SET held = excluded.held",
                    (list(held), [_json(each) for each in held.values()]),
                )
            if steps:
                await conn.execute(
                    "INSERT INTO alerting.steps (alert_id, at, kind, body)"
                    " SELECT id, to_timestamp(at), kind, b::jsonb"
                    " FROM unnest(%s::uuid[], %s::float8[], %s::text[], %s::text[]) WITH ORDINALITY AS e (id, at, kind, b, n)"
                    " ORDER BY n",
                    (
                        [step.alert_id for step in steps],
                        [step.at for step in steps],
                        [step.kind for step in steps],
                        [_json(step.body) for step in steps],
                    ),
                )

    async def tidy(self, *, days: int, steps_an_alert: int) -> int:
        async with self._pool.connection() as conn:
            old = await conn.execute(
                "DELETE FROM alerting.steps WHERE recorded_at < now() - make_interval(days => %s)", (days,)
            )
            many = await conn.execute(
                "DELETE FROM alerting.steps s USING (SELECT seq FROM (SELECT seq, row_number() OVER"
                " (PARTITION BY alert_id ORDER BY seq DESC) AS place FROM alerting.steps) n WHERE place > %s) over"
                " WHERE s.seq = over.seq",
                (steps_an_alert,),
            )
            await conn.execute(
                "DELETE FROM alerting.findings WHERE recorded_at < now() - interval '1 day'"
                " AND seq <= (SELECT coalesce(max(findings), 0) FROM alerting.places)"
            )
        return old.rowcount + many.rowcount


def _json(value: Any) -> str:
    """PostgreSQL's text holds no U+0000, and devices choose the names."""
    return msgspec.json.encode(value).decode().replace("\\u0000", "\\ufffd")
