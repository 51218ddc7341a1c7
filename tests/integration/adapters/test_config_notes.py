"""What is noted of configurations, in a real PostgreSQL."""

from typing import Any
from uuid import uuid4

from adapters.config_notes import PostgresConfigNotes
from domain.config_notes import ConfigRead
from domain.config_text import ConfigAuthor


async def test_whoever_follows_knows_what_an_operation_has_read_and_tries_the_rest(pool: Any) -> None:
    notes = PostgresConfigNotes(pool)
    operation_id = str(uuid4())
    read = [
        ConfigRead(
            device_id=str(uuid4()),
            credential_id="c",
            content="x",
            backup_id=str(uuid4()),
            changed=changed,
            operation_id=operation_id,
        )
        for changed in (True, False)
    ]
    for note in read:
        await notes.read(note)
    await notes.failed(str(uuid4()), operation_id, "SSH_TIMEOUT", "a NUL \0 in what the device said")
    known = await notes.read_by(operation_id)
    assert {device: note.changed for device, note in known.items()} == {
        read[0].device_id: True,
        read[1].device_id: False,
    }
    assert known[read[0].device_id].backup_id == read[0].backup_id
    await notes.failed(read[0].device_id, str(uuid4()), "SSH_TIMEOUT", "later")
    assert list(await notes.read_by(operation_id)) == [read[1].device_id]


async def test_what_is_heard_many_times_is_due_once_it_is_quiet_or_has_waited_long(pool: Any) -> None:
    notes = PostgresConfigNotes(pool)
    device_id = str(uuid4())
    await notes.configured(device_id)
    await notes.configured(device_id, ConfigAuthor(by="ada"))
    await notes.configured(device_id)
    assert await notes.due(quiet_s=60, at_most_s=60) == []
    (due,) = await notes.due(quiet_s=60, at_most_s=0)
    assert (due.device_id, due.author.by) == (device_id, "ada")
    await notes.configured(device_id)  # heard of again while the backup is asked for
    await notes.requested([due])
    (again,) = await notes.due(quiet_s=0, at_most_s=0)
    await notes.requested([again])
    assert await notes.due(quiet_s=0, at_most_s=0) == []
