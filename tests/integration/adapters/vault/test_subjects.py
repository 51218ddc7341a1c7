"""Keys of data subjects: shared between processes, wrapped at rest, and gone for good once destroyed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from domain.errors import Refused
from domain.ports import FORGOTTEN


@pytest.fixture
def other(database: str, master_key: MasterKey) -> Iterator[SubjectKeys]:
    """The same keys as another process has them."""
    keys = SubjectKeys(database, master_key)
    yield keys
    keys.close()


@pytest.mark.parametrize("text", ["Ada", "Ada Lovelace", "ä\n\\\"'😀", "sealed:1:not really", "x" * 100_000])
def test_text_comes_back_in_another_process(sealer: SubjectKeys, other: SubjectKeys, text: str) -> None:
    subject = uuid4()
    sealed = sealer.seal(subject, "name", text)
    assert text not in sealed
    assert other.unseal(subject, "name", sealed) == text


def test_nothing_is_nothing_personal(sealer: SubjectKeys) -> None:
    subject = uuid4()
    assert sealer.seal(subject, "name", "") == ""
    assert sealer.unseal(subject, "name", "") == ""


def test_many_at_once_make_one_key(database: str, master_key: MasterKey) -> None:
    subject = uuid4()
    processes = [SubjectKeys(database, master_key) for _ in range(4)]
    with ThreadPoolExecutor(16) as threads:
        sealed = list(threads.map(lambda n: processes[n % 4].seal(subject, "name", str(n)), range(64)))
    assert [processes[0].unseal(subject, "name", each) for each in sealed] == [str(n) for n in range(64)]
    for keys in processes:
        keys.close()
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT count(*) FROM vault.subject_keys").fetchone() == (1,)


def test_a_forgotten_subject_stays_forgotten_and_a_new_key_is_another(
    sealer: SubjectKeys, other: SubjectKeys
) -> None:
    subject = uuid4()
    before = sealer.seal(subject, "name", "Ada")
    sealer.forget(subject)
    assert sealer.unseal(subject, "name", before) == FORGOTTEN
    after = other.seal(subject, "name", "Ada again")
    assert sealer.unseal(subject, "name", after) == "Ada again"
    assert sealer.unseal(subject, "name", before) == FORGOTTEN


def test_a_process_that_still_knows_the_old_key_reads_what_is_sealed_under_the_new_one(
    sealer: SubjectKeys, other: SubjectKeys
) -> None:
    subject = uuid4()
    before = sealer.seal(subject, "name", "Ada")
    assert other.unseal(subject, "name", before) == "Ada"  # and keeps the key in memory
    sealer.forget(subject)
    after = sealer.seal(subject, "name", "Ada again")
    assert other.unseal(subject, "name", after) == "Ada again"
    assert other.unseal(subject, "name", before) == FORGOTTEN


@pytest.mark.parametrize("sealed", ["sealed:1:", "sealed:1:!!!", "sealed:1:AAAA", "sealed:1:" + "A" * 64])
def test_damaged_text_is_no_crash(sealer: SubjectKeys, sealed: str) -> None:
    subject = uuid4()
    assert sealer.unseal(subject, "name", sealed) == FORGOTTEN
    sealer.seal(subject, "name", "Ada")
    assert sealer.unseal(subject, "name", sealed) == FORGOTTEN


def test_another_master_key_is_a_clear_error(database: str, sealer: SubjectKeys) -> None:
    subject = uuid4()
    sealed = sealer.seal(subject, "name", "Ada")
    wrong = SubjectKeys(database, MasterKey(b"another master key of 32 bytes.."))
    with pytest.raises(Refused, match="another master key"):
        wrong.unseal(subject, "name", sealed)
    with pytest.raises(Refused, match="another master key"):
        wrong.seal(subject, "name", "x")
    wrong.close()


def test_keys_that_were_swapped_are_refused(database: str, sealer: SubjectKeys, other: SubjectKeys) -> None:
    one, two = uuid4(), uuid4()
    sealed = sealer.seal(one, "name", "Ada")
    sealer.seal(two, "name", "Bob")
    with psycopg.connect(database) as conn:
        conn.execute("CREATE TABLE taken AS SELECT * FROM vault.subject_keys")
        conn.execute(
            "UPDATE vault.subject_keys k SET nonce = taken.nonce, ciphertext = taken.ciphertext FROM taken"
            " WHERE taken.subject <> k.subject"
        )
    with pytest.raises(Refused, match="altered"):
        other.unseal(one, "name", sealed)


def test_a_connection_that_died_is_replaced(
    database: str, postgres: EmbeddedPostgres, sealer: SubjectKeys, other: SubjectKeys
) -> None:
    subject = uuid4()
    sealed = sealer.seal(subject, "name", "Ada")
    other.unseal(uuid4(), "name", sealed)  # connects
    with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'netledger subject keys'"
        )
    assert other.unseal(subject, "name", sealed) == "Ada"
    assert sealer.seal(uuid4(), "name", "Bob")


def test_keys_are_not_in_the_table_as_they_are(
    database: str, sealer: SubjectKeys, master_key: MasterKey
) -> None:
    """Wrapped under the master key: 32 bytes and a tag, so that a copy of the table opens nothing."""
    sealer.seal(uuid4(), "name", "Ada")
    with psycopg.connect(database) as conn:
        row = conn.execute("SELECT length(nonce), length(ciphertext) FROM vault.subject_keys").fetchone()
    assert row == (12, 48)
