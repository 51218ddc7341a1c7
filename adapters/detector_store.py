"""What detectors have learned, in PostgreSQL: a compressed row a device, and the place in the stream a partition."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
import structlog
import zstandard
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.detection import packed as packing
from domain.detection.alarm_rules import AlarmRules
from domain.detection.packed import PackedDevice
from domain.detection.ports import Candidate, Checkpoint, Held, SavedDevice, SavedPartition
from domain.detection.state import SnapshotError
from domain.detection.tally import Tally
from domain.errors import Conflict
from domain.telemetry import StreamPlace, partition

_DEVICES = 64
"""Devices packed or unpacked at a time: some 100 kB each."""
_LEVEL = 3
_LARGEST = 256 * 2**20
log = structlog.get_logger(__name__)

_TAKE = """
INSERT INTO detector.partitions AS p (partition, owner) VALUES (%s, %s)
ON CONFLICT (partition) DO UPDATE SET epoch = p.epoch + 1, owner = excluded.owner
RETURNING epoch, stream, sequence, rules::text
"""
_SAVE = """
UPDATE detector.partitions
SET stream = %(stream)s, sequence = %(sequence)s, rules = %(rules)s::jsonb, tally = %(tally)s::jsonb,
    saved_at = now(), noted_at = now()
WHERE partition = %(partition)s AND epoch = %(epoch)s
"""
_PUT = """
INSERT INTO detector.devices (device_id, partition, saved_at, packed) VALUES (%s, %s, now(), %s)
ON CONFLICT (device_id) DO UPDATE SET packed = excluded.packed, saved_at = excluded.saved_at
"""
_PROPOSE = """
INSERT INTO detector.candidates (device_id, metric, interface, partition, snapshot) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (device_id, metric, interface) DO UPDATE SET snapshot = excluded.snapshot
"""


class PostgresDetectorStore:
    """Satisfies DetectorStore and LearnedStates."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def take(self, partition: int, owner: str) -> Held:
        async with self._pool.connection() as conn:
            row = await (await conn.execute(_TAKE, (partition, owner))).fetchone()
        assert row is not None  # the statement returns what it wrote
        epoch, stream, sequence, rules = row
        return Held(epoch, StreamPlace(stream, sequence), _rules(rules) if rules else None)

    async def load(self, partition: int) -> AsyncIterator[Sequence[tuple[str, PackedDevice]]]:
        after = ""
        while True:
            async with self._pool.connection() as conn:
                cursor = await conn.execute(
                    "SELECT device_id, packed FROM detector.devices WHERE partition = %s AND device_id > %s"
                    " ORDER BY device_id LIMIT %s",
                    (partition, after, _DEVICES),
                )
                rows = await cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield await asyncio.to_thread(_unpacked, rows)

    async def save(
        self, partition: int, epoch: int, checkpoint: Checkpoint, devices: Iterator[tuple[str, PackedDevice]]
    ) -> None:
        values = {
            "partition": partition,
            "epoch": epoch,
            "stream": checkpoint.place.stream,
            "sequence": checkpoint.place.sequence,
            "rules": _json(checkpoint.rules),
            "tally": _json(checkpoint.tally),
        }
        async with self._pool.connection() as conn, conn.transaction():
            if not (await conn.execute(_SAVE, values)).rowcount:
                raise Conflict(f"another worker has taken partition {partition}")
            async with conn.cursor() as cursor:
                while rows := await asyncio.to_thread(_packed, devices, partition):
                    await cursor.executemany(_PUT, rows)
                await cursor.execute(
                    "DELETE FROM detector.devices WHERE device_id = ANY(%s)", (list(checkpoint.gone),)
                )
                await cursor.executemany(
                    "DELETE FROM detector.candidates"
                    " WHERE device_id = %s AND metric = %s AND interface = %s AND snapshot = %s",
                    [
                        (used.device_id, used.metric, used.interface, used.snapshot)
                        for used in checkpoint.used
                    ],
                )

    async def note(self, partition: int, epoch: int, tally: Tally) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE detector.partitions SET tally = %s::jsonb, noted_at = now()"
                " WHERE partition = %s AND epoch = %s",
                (_json(tally), partition, epoch),
            )

    async def candidates(self, partition: int) -> Sequence[Candidate]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT device_id, metric, interface, snapshot FROM detector.candidates WHERE partition = %s",
                (partition,),
            )
            rows = await cursor.fetchall()
        return [
            Candidate(device_id=device_id, metric=metric, interface=interface, snapshot=bytes(snapshot))
            for device_id, metric, interface, snapshot in rows
        ]

    async def waiting(self) -> set[int]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT DISTINCT partition FROM detector.candidates")
            return {row[0] for row in await cursor.fetchall()}

    async def propose(self, candidates: Sequence[Candidate]) -> None:
        rows = [
            (each.device_id, each.metric, each.interface, partition(each.device_id), each.snapshot)
            for each in candidates
        ]
        async with self._pool.connection() as conn, conn.transaction(), conn.cursor() as cursor:
            await cursor.executemany(_PROPOSE, rows)

    async def partitions(self) -> Sequence[SavedPartition]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT partition, owner, sequence, rules::text, tally::text, to_json(noted_at)#>>'{}',"
                " to_json(saved_at)#>>'{}' FROM detector.partitions ORDER BY partition"
            )
            rows = await cursor.fetchall()
        return [
            SavedPartition(
                partition=number,
                owner=owner,
                sequence=sequence,
                rules=_rules(rules) if rules else AlarmRules(),
                tally=msgspec.json.decode(tally, type=Tally) if tally else Tally(),
                noted_at=noted_at,
                saved_at=saved_at,
            )
            for number, owner, sequence, rules, tally, noted_at, saved_at in rows
        ]

    async def device(self, device_id: str) -> SavedDevice | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT packed, to_json(saved_at)#>>'{}' FROM detector.devices WHERE device_id = %s",
                (device_id,),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        found = await asyncio.to_thread(_unpacked, [(device_id, row[0])])
        return SavedDevice(row[1], found[0][1]) if found else None

    async def device_ids(self, after: str, limit: int) -> Sequence[str]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT device_id FROM detector.devices WHERE device_id > %s ORDER BY device_id LIMIT %s",
                (after, limit),
            )
            return [row[0] for row in await cursor.fetchall()]


def _packed(devices: Iterator[tuple[str, PackedDevice]], partition: int) -> list[tuple[str, int, bytes]]:
    """The next few devices."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return [
        (device_id, partition, compressor.compress(packing.encode(device)))
        for device_id, device in islice(devices, _DEVICES)
    ]


def _unpacked(rows: Sequence[tuple[str, bytes]]) -> list[tuple[str, PackedDevice]]:
    decompressor = zstandard.ZstdDecompressor()
    found = []
    for device_id, data in rows:
        try:
            plain = decompressor.decompress(bytes(data), max_output_size=_LARGEST)
            found.append((device_id, packing.decode(plain)))
        except (SnapshotError, zstandard.ZstdError) as error:
            log.warning("what was learned of a device is dropped", device=device_id, why=str(error))
    return found


def _rules(text: str) -> AlarmRules:
    """Those that a later release no longer allows give way to the defaults; the present ones follow soon."""
    try:
        return msgspec.json.decode(text, type=AlarmRules)
    except msgspec.DecodeError:
        return AlarmRules()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
