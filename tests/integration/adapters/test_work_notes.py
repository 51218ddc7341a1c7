"""What workers note: an attempt replaces its own notes and never those of its successor."""

from uuid import uuid4

import pytest

from adapters.work_notes import PostgresWorkNotes
from domain.observation import Sighting


@pytest.fixture
def notes(pool):
    return PostgresWorkNotes(pool)


async def test_an_attempt_goes_on_from_the_notes_of_the_one_before(notes):
    operation = uuid4()
    assert await notes.start(operation, 1) == {}
    await notes.save(operation, 1, done=5, total=10, detail={"checkpoint": {"done": 5}})
    assert await notes.start(operation, 2) == {"checkpoint": {"done": 5}}


async def test_an_attempt_that_was_taken_over_notes_nothing_more(notes):
    operation = uuid4()
    await notes.start(operation, 1)
    await notes.start(operation, 2)
    await notes.save(operation, 2, done=7, total=10, detail={"mine": 2})
    await notes.save(operation, 1, done=1, total=10, detail={"mine": 1})
    await notes.give_up(operation, 1)
    assert await notes.start(operation, 1) == {"mine": 2}  # waking up, it goes on with nobody's attempt
    assert await notes.start(operation, 3) == {"mine": 2}
    silent = await notes.silent_for_s(operation)
    assert silent is not None
    assert silent < 60


async def test_who_gives_up_or_never_began_is_not_waited_for(notes):
    operation = uuid4()
    assert await notes.silent_for_s(operation) is None
    await notes.start(operation, 1)
    await notes.give_up(operation, 1)
    silent = await notes.silent_for_s(operation)
    assert silent is not None
    assert silent > 1_000_000
    await notes.beat({operation: 1})
    silent = await notes.silent_for_s(operation)
    assert silent is not None
    assert silent < 60


async def test_sightings_tell_since_when_a_device_is_up_and_whether_it_echoes(notes):
    told, thin = str(uuid4()), str(uuid4())
    await notes.saw(
        [
            Sighting(device_id=told, address="192.0.2.1", uptime_s=500.0),
            Sighting(device_id=told, address="192.0.2.2", rtt_ms=1.5),
            Sighting(device_id=thin, address="192.0.2.3"),
        ]
    )
    runs = await notes.runs([told, thin])
    assert list(runs) == [told]
    assert runs[told].until - runs[told].since == pytest.approx(500.0)
    assert await notes.echoing([told, thin]) == {told}
    await notes.saw([Sighting(device_id=told, address="192.0.2.1")])
    assert await notes.runs([told]) == {}  # nothing is known of it since
    assert await notes.echoing([told]) == {told}
