"""A file of the whole ledger, verified without a database; whatever changes in it is found."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import zstandard
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.checkpoints import CheckpointSigner
from adapters.ledger.export import ExportError, export, verify_export
from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.proof import Report
from adapters.ledger.seals import LedgerSeals
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.event import Attribution

EVENTS = 20


@pytest.fixture
async def exported(
    database: str, ledger: Ledger, seals: LedgerSeals, engineer: Attribution, tmp_path: Path
) -> Path:
    """20 events with a checkpoint at the tenth; the end is signed."""
    signer = CheckpointSigner(database, seals, PostgresPositionWatch(database), now=lambda: datetime.now(UTC))
    for number in range(EVENTS):
        key = f'"{number}"\\ ü \n 😀'
        command = RaiseAlert(key=key, severity="low", title="t")
        await ledger.execute(ALERT.to(alert_id(key), command, new=True), by=engineer)
        if number == 9:
            await signer.sign()
    path = tmp_path / "ledger.jsonl.zst"
    assert export(database, path, seals=seals, now=datetime.now(UTC)) == EVENTS
    return path


def text_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file).read()


def test_an_export_proves_itself_by_the_public_key_alone(exported: Path, seals: LedgerSeals) -> None:
    seen: list[tuple[int, int]] = []
    report = verify_export(exported, seals.public_key, progress=lambda *at: seen.append(at))
    assert report == Report(events=EVENTS, position=EVENTS, checkpoints=1, proven=EVENTS)
    assert seen == [(EVENTS, EVENTS)]
    assert not list(exported.parent.glob(".*.part"))


def test_without_a_signature_at_its_end_the_last_checkpoint_is_what_is_proven(
    database: str, exported: Path, seals: LedgerSeals
) -> None:
    export(database, exported)
    assert verify_export(exported, seals.public_key).proven == 10


def test_it_is_readable_json_lines(exported: Path) -> None:
    title, *lines = [json.loads(line) for line in text_of(exported).splitlines()]
    assert title["format"] == "netledger ledger 1"
    assert [line["position"] for line in lines] == list(range(1, EVENTS + 1))
    assert lines[0]["topic"] == "alert.raised.v1"
    assert lines[0]["state"]["data"]["key"] == '"0"\\ ü \n 😀'


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_bit_that_changes_in_its_text_is_found(
    exported: Path, seals: LedgerSeals, place: float, bit: int
) -> None:
    text = bytearray(text_of(exported))
    text[int(place * len(text))] ^= 1 << bit
    changed = exported.with_name("changed")
    changed.write_bytes(zstandard.ZstdCompressor().compress(bytes(text)))
    assert found(changed, seals)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_bit_that_changes_in_the_file_is_found_or_means_nothing(
    exported: Path, seals: LedgerSeals, place: float, bit: int
) -> None:
    raw = bytearray(exported.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    changed = exported.with_name("changed")
    changed.write_bytes(raw)
    assert found(changed, seals) or text_of(changed) == text_of(exported)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.integers(1, EVENTS), number=st.integers(1, EVENTS))
def test_lines_that_are_missing_are_found_where_they_were(
    exported: Path, seals: LedgerSeals, first: int, number: int
) -> None:
    assume(first + number <= EVENTS + 1)
    lines = text_of(exported).splitlines(keepends=True)
    del lines[first : first + number]
    changed = exported.with_name("changed")
    changed.write_bytes(zstandard.ZstdCompressor().compress(b"".join(lines)))
    finding = verify_export(changed, seals.public_key).finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("missing", first)


def test_a_line_added_at_the_end_is_found(exported: Path, seals: LedgerSeals) -> None:
    lines = text_of(exported).splitlines(keepends=True)
    last = json.loads(lines[-1]) | {"position": EVENTS + 1}
    lines.append(json.dumps(last, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    changed = exported.with_name("changed")
    changed.write_bytes(zstandard.ZstdCompressor().compress(b"".join(lines)))
    finding = verify_export(changed, seals.public_key).finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("inserted", EVENTS + 1)


@pytest.mark.parametrize("rest", [b"more", b"\0" * 100])
def test_bytes_after_the_end_are_found(exported: Path, seals: LedgerSeals, rest: bytes) -> None:
    with exported.open("ab") as file:
        file.write(rest)
    assert found(exported, seals)


@pytest.mark.parametrize("content", [b"", b"not zstd", zstandard.ZstdCompressor().compress(b"{}\n")])
def test_another_file_is_refused_by_name(tmp_path: Path, seals: LedgerSeals, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(ExportError, match="no export of a ledger"):
        verify_export(path, seals.public_key)


def test_an_altered_row_is_exported_as_it_is_and_found(
    database: str, postgres: EmbeddedPostgres, exported: Path, seals: LedgerSeals
) -> None:
    """Also one that is no longer one plain object on one line."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    with psycopg.connect(postgres.admin_url, dbname=name, autocommit=True) as conn:
        conn.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        for position, state in ((12, '"a string"'), (7, '{\n "data": {}}')):
            conn.execute("UPDATE ledger.events SET state = %s WHERE notification_id = %s", (state, position))
            export(database, exported)
            finding = verify_export(exported, seals.public_key).finding
            assert finding is not None
            assert (finding.kind, finding.position) == ("altered", position)


def test_an_export_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl.zst"
    with pytest.raises(psycopg.OperationalError):
        export("postgresql:///nowhere?host=/nonexistent", path)
    assert not list(tmp_path.iterdir())


def found(path: Path, seals: LedgerSeals) -> bool:
    try:
        return not verify_export(path, seals.public_key).intact
    except ExportError:
        return True
