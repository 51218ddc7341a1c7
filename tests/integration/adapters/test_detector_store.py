"""What detectors have learned is kept whole, for one owner at a time."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.detector_store import PostgresDetectorStore
from domain.detection import packed as packing
from domain.detection.alarm_rules import AlarmRules, DetectionSettings
from domain.detection.packed import PackedDevice
from domain.detection.partition_watch import PartitionWatch
from domain.detection.ports import Candidate, Checkpoint
from domain.errors import Conflict
from domain.telemetry import Published, StreamPlace, partition
from tests.integration.workers.imagined import device_ids, polls

Pool = AsyncConnectionPool[AsyncConnection[Any]]
RULES = AlarmRules(DetectionSettings(threshold=0.9), {"anomaly/x/cpu_percent/": 2})
PLACE = StreamPlace("made on Monday", 42)


def watch() -> PartitionWatch:
    watching = PartitionWatch(RULES)
    stream = polls(device_ids(70), 3)
    watching.observe(Published(number, poll) for number, poll in enumerate(stream, 1))
    return watching


def checkpoint(watching: PartitionWatch, **more: Any) -> Checkpoint:
    return Checkpoint(place=PLACE, rules=RULES, tally=watching.tally(), **more)


async def loaded(store: PostgresDetectorStore, number: int) -> dict[str, bytes]:
    return {device: packing.encode(packed) async for some in store.load(number) for device, packed in some}


async def test_what_is_saved_comes_back_bit_for_bit_with_its_place_and_rules(pool: Pool) -> None:
    store, watching = PostgresDetectorStore(pool), watch()
    first = await store.take(3, "a")
    assert (first.place, first.rules) == (StreamPlace(), None)
    await store.save(3, first.epoch, checkpoint(watching), watching.packed(sorted(watching.devices)))
    again = await store.take(3, "b")
    assert (again.place, again.rules, again.epoch > first.epoch) == (PLACE, RULES, True)
    packed = watching.packed(sorted(watching.devices))
    assert await loaded(store, 3) == {device: packing.encode(each) for device, each in packed}
    assert await loaded(store, 4) == {}
    (status,) = await store.partitions()
    assert (status.owner, status.sequence, status.tally) == ("b", 42, watching.tally())
    assert status.saved_at is not None


async def test_whoever_was_followed_saves_and_notes_nothing_any_more(pool: Pool) -> None:
    store, watching = PostgresDetectorStore(pool), watch()
    old = await store.take(3, "a")
    await store.take(3, "b")
    with pytest.raises(Conflict):
        await store.save(3, old.epoch, checkpoint(watching), watching.packed(sorted(watching.devices)))
    await store.note(3, old.epoch, watching.tally())
    assert await loaded(store, 3) == {}
    (status,) = await store.partitions()
    assert (status.sequence, status.saved_at, status.tally.series) == (0, None, 0)


async def test_a_checkpoint_that_breaks_keeps_nothing_of_itself(pool: Pool) -> None:
    store, watching = PostgresDetectorStore(pool), watch()
    held = await store.take(3, "a")

    def breaking() -> Iterator[tuple[str, PackedDevice]]:
        yield from watching.packed(sorted(watching.devices)[:65])
        raise RuntimeError("the worker is killed here")

    with pytest.raises(RuntimeError):
        await store.save(3, held.epoch, checkpoint(watching), breaking())
    assert await loaded(store, 3) == {}
    assert (await store.take(3, "a")).place == StreamPlace()


async def test_what_cannot_be_read_is_left_out_and_gone_devices_go(pool: Pool) -> None:
    store, watching = PostgresDetectorStore(pool), watch()
    held = await store.take(3, "a")
    await store.save(3, held.epoch, checkpoint(watching), watching.packed(sorted(watching.devices)))
    broken, gone = sorted(watching.devices)[:2]
    async with pool.connection() as conn:
        await conn.execute("UPDATE detector.devices SET packed = 'garbage' WHERE device_id = %s", (broken,))
    await store.save(3, held.epoch, checkpoint(watching, gone=[gone]), iter(()))
    assert (await loaded(store, 3)).keys() == watching.devices.keys() - {broken, gone}
    assert await store.device(broken) is None and await store.device(gone) is None
    kept = await store.device(sorted(watching.devices)[2])
    assert kept is not None and kept.packed.find("cpu_percent", "") is not None
    assert len(await store.device_ids("", 1_000)) == 69


async def test_candidates_wait_until_a_checkpoint_has_used_them(pool: Pool) -> None:
    store, watching = PostgresDetectorStore(pool), watch()
    device = device_ids(1)[0]
    number = partition(device)
    held = await store.take(number, "a")
    candidate = Candidate(device_id=device, metric="cpu_percent", interface="", snapshot=b"one")
    newer = Candidate(device_id=device, metric="cpu_percent", interface="", snapshot=b"two")
    await store.propose([candidate])
    assert await store.waiting() == {number}
    assert list(await store.candidates(number)) == [candidate]
    await store.propose([newer])  # while the first is being put in place
    await store.save(number, held.epoch, checkpoint(watching, used=[candidate]), iter(()))
    assert list(await store.candidates(number)) == [newer]
    await store.save(number, held.epoch, checkpoint(watching, used=[newer]), iter(()))
    assert await store.waiting() == set()
