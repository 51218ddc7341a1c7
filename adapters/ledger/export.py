"""A portable copy of the ledger in one file, JSON lines under zstd, that can be verified without a database."""

import struct
from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import zstandard
from psycopg import Connection

from adapters.ledger.proof import Evidence, Finding, Progress, Report, Row, Trust, prove
from adapters.ledger.seals import Checkpoint, CheckpointTail, Head, LedgerSeals
from adapters.ledger.verify import read_evidence, snapshot, stream
from domain.chain import row_content

_FORMAT = "netledger ledger 1"
_STEP = 16_384
_LINE_LIMIT = 64 * 2**20
"""Bytes of one line, at most, in a file of unknown origin."""


class ExportError(ValueError):
    """The file is no export, or cannot be read as one; the message says where."""


class _End(msgspec.Struct, frozen=True):
    position: int
    hash: bytes


class _Title(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line: what the file is and what proves it; bytes are in base64. `signed_end` is the end as signed when
    the file was written, so that the public key alone proves all of it."""

    format: str
    head: _End | None
    checkpoints: list[Checkpoint]
    tail: CheckpointTail | None
    signed_end: Checkpoint | None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event. `state` is the very text that was hashed, or a string of it where it is not one plain object."""

    position: int
    id: str
    version: int
    topic: str
    hash: str
    state: msgspec.Raw


_encoder = msgspec.json.Encoder()
_titles = msgspec.json.Decoder(_Title)
_lines = msgspec.json.Decoder(_Line)
_texts = msgspec.json.Decoder(str)


def export(
    conninfo: str,
    path: Path,
    *,
    seals: LedgerSeals | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> int:
    """Writes events, checkpoints and head of one moment to `path` and returns the number of events. Blocking.

    The file appears whole or not at all. With `seals` and `now` its end is signed, if the head is genuine.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with snapshot(conninfo) as conn, part.open("wb") as file:
            evidence = read_evidence(conn)
            head = evidence.head
            signed_end = None
            if head and seals and now and seals.head_holds(head.position, head.hash, head.mac):
                signed_end = seals.checkpoint(0, head.position, head.hash, now)
            title = _Title(
                format=_FORMAT,
                head=_End(head.position, head.hash) if head else None,
                checkpoints=sorted(evidence.checkpoints, key=lambda each: each.number),
                tail=evidence.tail,
                signed_end=signed_end,
            )
            count = _write(file, conn, title, progress)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def verify_export(path: Path, public_key: bytes, *, progress: Progress | None = None) -> Report:
    """Holds an export against the public key that signs checkpoints. Raises ExportError where it is none at all."""
    with path.open("rb") as file:
        reader: BufferedReader[Any] = BufferedReader(
            zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True), 2**20
        )
        title = _read_title(reader)
        head = Head(title.head.position, title.head.hash, b"") if title.head else None
        end = title.signed_end
        evidence = Evidence(
            head=head,
            checkpoints=title.checkpoints,
            tail=title.tail,
            witnesses=[end] if end is not None else [],
        )
        with closing(_read_rows(reader)) as rows:
            try:
                report = prove(rows, evidence, Trust(public_key), progress)
            except _Unreadable as error:
                return Report(
                    events=error.position - 1,
                    position=error.position - 1,
                    checkpoints=len(title.checkpoints),
                    proven=0,
                    finding=Finding("file", error.position, str(error)),
                )
    if report.intact and end is not None and not end.holds(public_key):
        what = "the signature over the end of the export was altered, or made with another key"
        return msgspec.structs.replace(report, finding=Finding("checkpoint", end.position, what))
    return report


class _Unreadable(Exception):
    def __init__(self, position: int) -> None:
        super().__init__(f"the file cannot be read at position {position}: it is damaged or was edited")
        self.position = position


def _write(file: BinaryIO, conn: Connection[Any], title: _Title, progress: Progress | None) -> int:
    count = 0
    goal = title.head.position if title.head else 0
    rows = stream(
        conn,
        "SELECT notification_id, originator_id::text, originator_version, topic, hash, state::text"
        " FROM ledger.events ORDER BY notification_id",
    )
    compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
    with closing(rows), compressor.stream_writer(file, closefd=False) as writer:
        writer.write(_encoder.encode(title) + b"\n")
        for position, id_, version, topic, digest, text in rows:
            state = text.encode()
            plain = state[:1] == b"{" and b"\n" not in state
            raw = msgspec.Raw(state if plain else _encoder.encode(text))
            writer.write(_encoder.encode(_Line(position, id_, version, topic, digest.hex(), raw)) + b"\n")
            count += 1
            if progress is not None and not count % _STEP:
                progress(position, goal)
    return count


def _read_title(reader: "BufferedReader[Any]") -> _Title:
    try:
        line = reader.readline(_LINE_LIMIT)
        title = _titles.decode(line)
        if title.format == _FORMAT and _encoder.encode(title) + b"\n" == line:
            return title
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, MemoryError):
        pass
    raise ExportError("the file is no export of a ledger, or its first line was altered")


def _read_rows(reader: "BufferedReader[Any]") -> Generator[Row]:
    position = 0
    try:
        while line := reader.readline(_LINE_LIMIT):
            row = _lines.decode(line)
            # Only the one way in which we write it is accepted, so that no byte can change unseen.
            if _encoder.encode(row) + b"\n" != line:
                raise _Unreadable(position + 1)
            digits = row.id.replace("-", "")
            id_, digest = bytes.fromhex(digits), bytes.fromhex(row.hash)
            if id_.hex() != digits or digest.hex() != row.hash or len(id_) != 16:
                raise _Unreadable(position + 1)
            state = bytes(row.state)
            if state[:1] != b"{":
                state = _texts.decode(state).encode()
            yield row.position, row_content(row.position, id_, row.version, row.topic.encode(), state), digest
            position = row.position
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, OverflowError, struct.error) as error:
        raise _Unreadable(position + 1) from error
