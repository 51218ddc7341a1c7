"""The proof over rows in memory: whatever is done to them, the first place where they differ is named."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.ledger.proof import Evidence, Report, Row, Trust, prove
from adapters.ledger.seals import Checkpoint, CheckpointTail, Head, LedgerSeals
from domain.chain import GENESIS, row_content

SEALS = LedgerSeals(b"thirty-two bytes of a secret key")
TRUST = Trust(SEALS.public_key, SEALS)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = 12


def chain(number: int) -> list[Row]:
    rows: list[Row] = []
    digest = GENESIS
    for position in range(1, number + 1):
        content = row_content(position, UUID(int=position).bytes, 1, b"x.y.v1", b'{"n":%d}' % position)
        digest = sha256(digest + content).digest()
        rows.append((position, content, digest))
    return rows


ROWS = chain(EVENTS)
HEAD = Head(EVENTS, ROWS[-1][2], SEALS.head_mac(EVENTS, ROWS[-1][2]))
CHECKPOINTS = [SEALS.checkpoint(number, 4 * number, ROWS[4 * number - 1][2], NOW) for number in (1, 2)]
EVIDENCE = Evidence(head=HEAD, checkpoints=CHECKPOINTS, tail=SEALS.tail(2))


def test_what_was_written_is_proven() -> None:
    assert prove(ROWS, EVIDENCE, TRUST) == Report(events=12, position=12, checkpoints=2, proven=12)
    assert prove(ROWS, EVIDENCE, Trust(SEALS.public_key)).proven == 8
    assert prove([], Evidence(head=None), TRUST).intact


@given(st.integers(1, EVENTS), st.data())
def test_any_altered_byte_of_a_row_is_found(position: int, data: st.DataObject) -> None:
    place, content, digest = ROWS[position - 1]
    part = data.draw(st.sampled_from(["content", "digest"]))
    raw = bytearray(content if part == "content" else digest)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = (place, bytes(raw), digest) if part == "content" else (place, content, bytes(raw))
    finding = prove([*ROWS[: position - 1], changed, *ROWS[position:]], EVIDENCE, TRUST).finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("altered", position)
    assert ("content of the row" if part == "content" else "hash of the row") in finding.what


@settings(max_examples=200)
@given(st.lists(st.integers(0, EVENTS - 1), min_size=1, max_size=EVENTS))
def test_any_choice_of_rows_but_all_in_order_is_found(indexes: list[int]) -> None:
    assume(indexes != list(range(EVENTS)))
    rows = [ROWS[index] for index in indexes]
    finding = prove(rows, EVIDENCE, TRUST).finding
    assert finding is not None
    right = 0
    while right < len(indexes) and indexes[right] == right:
        right += 1
    # What is wrong first is the row after those that are right: gone, or another in its place.
    assert finding.position in (right + 1, *([ROWS[indexes[right]][0]] if right < len(indexes) else []))


def test_two_rows_that_changed_places_are_found() -> None:
    rows = list(ROWS)
    (one, first, _), (two, second, _) = rows[4], rows[5]
    rows[4], rows[5] = (one, second, rows[4][2]), (two, first, rows[5][2])
    finding = prove(rows, EVIDENCE, TRUST).finding
    assert finding is not None
    assert finding.position == 5


def test_a_start_is_continued() -> None:
    report = prove(ROWS[4:], Evidence(head=HEAD), TRUST, start=CHECKPOINTS[0])
    assert report == Report(events=8, position=12, checkpoints=0, proven=12)
    finding = prove(ROWS[5:], Evidence(head=HEAD), TRUST, start=CHECKPOINTS[0]).finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("missing", 5)


@pytest.mark.parametrize(
    "checkpoint",
    [
        CHECKPOINTS[0].__class__(0, 4, ROWS[3][2], 0, SEALS.public_key, b""),
        CHECKPOINTS[0].__class__(-1, 4, ROWS[3][2], 0, SEALS.public_key, b"x" * 64),
        CHECKPOINTS[0].__class__(1, 2**63, ROWS[3][2], 2**70, SEALS.public_key, b"x" * 64),
        CHECKPOINTS[0].__class__(1, 4, b"short", 0, SEALS.public_key, b"x" * 64),
        CHECKPOINTS[0].__class__(1, 4, ROWS[3][2], 0, b"no key", b"x" * 64),
    ],
)
def test_a_checkpoint_of_nonsense_does_not_hold_and_is_no_crash(checkpoint: Checkpoint) -> None:
    assert not checkpoint.holds(SEALS.public_key)
    assert not checkpoint.holds(b"no key")


def test_each_word_of_a_checkpoint_is_signed() -> None:
    one = CHECKPOINTS[0]
    assert one.holds(SEALS.public_key)
    fields = (one.number, one.position, one.hash, one.signed_at_us, one.public_key, one.signature)
    others = (9, 5, ROWS[4][2], one.signed_at_us + 1, LedgerSeals(b"x" * 32).public_key, b"\0" * 64)
    for index, other in enumerate(others):
        changed = [*fields[:index], other, *fields[index + 1 :]]
        assert not Checkpoint(*changed).holds(SEALS.public_key)  # type: ignore[arg-type]  # each in its place
    assert not CheckpointTail(3, SEALS.tail(2).signature).holds(SEALS.public_key)


def test_a_head_is_sealed_with_its_position() -> None:
    assert SEALS.head_holds(HEAD.position, HEAD.hash, HEAD.mac)
    assert not SEALS.head_holds(HEAD.position + 1, HEAD.hash, HEAD.mac)
    assert not SEALS.head_holds(-1, HEAD.hash, HEAD.mac)
    assert not LedgerSeals(b"x" * 32).head_holds(HEAD.position, HEAD.hash, HEAD.mac)
