"""Follows the hash chain row by row and says where it first breaks, and what is wrong there, in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from adapters.ledger.seals import Checkpoint, CheckpointTail, Head, LedgerSeals
from domain.chain import GENESIS

Row = tuple[int, bytes, bytes]
"""Position, everything that the hash covers beside the previous hash (`domain.chain.row_content`), and the stored hash."""
Progress = Callable[[int, int], None]
"""Called now and then with the position reached and the last one."""

_STEP = 16_384


class Finding(msgspec.Struct, frozen=True):
    """The first place where the ledger is not what was written."""

    kind: Literal["altered", "missing", "inserted", "head", "checkpoint", "file"]
    position: int
    what: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`proven` is the last position that a signature or the head's keyed hash vouches for: what lies above it is
    consistent in itself, but whoever can write the table could have made it so."""

    events: int
    position: int
    checkpoints: int
    proven: int
    finding: Finding | None = None

    @property
    def intact(self) -> bool:
        return self.finding is None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept beside the rows to prove them. `witnesses` are checkpoints that were kept elsewhere, which
    alone can show that the whole ledger was rolled back to an earlier copy of itself."""

    head: Head | None
    checkpoints: Sequence[Checkpoint] = ()
    tail: CheckpointTail | None = None
    witnesses: Sequence[Checkpoint] = ()


class Trust(msgspec.Struct, frozen=True):
    """What is believed: the public key that signs checkpoints, and the seals themselves where they are at hand."""

    public_key: bytes
    seals: LedgerSeals | None = None


class _Broken(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


class _Stretch(NamedTuple):
    """The rows from the beginning up to a position."""

    position: int
    digest: bytes


def prove(
    rows: Iterable[Row],
    evidence: Evidence,
    trust: Trust,
    progress: Progress | None = None,
    *,
    start: Checkpoint | None = None,
) -> Report:
    """Reads all rows once, in order of position, and holds them against the evidence. Memory stays flat.

    `start` is a checkpoint that is believed: the rows begin right after it.
    """
    proof = _Proof(evidence, trust, progress, start)
    try:
        proof.run(iter(rows))
    except _Broken as broken:
        return proof.report(broken.finding)
    return proof.report(None)


class _Proof:
    def __init__(
        self, evidence: Evidence, trust: Trust, progress: Progress | None, start: Checkpoint | None
    ) -> None:
        self._evidence = evidence
        self._trust = trust
        self._progress = progress
        self._reached = _Stretch(start.position, start.hash) if start else _Stretch(0, GENESIS)
        self._proven = self._reached.position
        self._events = 0
        self._bad_checkpoints = list(_checkpoint_findings(evidence, trust.public_key))
        self._stops = _stops(evidence, trust.public_key)

    def report(self, finding: Finding | None) -> Report:
        return Report(
            events=self._events,
            position=self._reached.position,
            checkpoints=len(self._evidence.checkpoints),
            proven=self._proven,
            finding=finding,
        )

    def run(self, rows: Iterator[Row]) -> None:
        head = self._evidence.head
        goal = head.position if head is not None else 0
        while self._stops:
            checkpoint = self._stops.pop()
            self._walk(rows, checkpoint.position, goal)
            self._compare(checkpoint)
        self._walk(rows, None, goal)
        if self._progress is not None:
            self._progress(self._reached.position, goal)
        self._end()
        if self._bad_checkpoints:
            raise _Broken(self._bad_checkpoints[0])

    def _walk(self, rows: Iterator[Row], until: int | None, goal: int) -> None:
        """Follows the chain up to a position, or to the end."""
        position, digest = self._reached
        progress, bad_from = self._progress, self._first_bad_checkpoint()
        if until is not None and position >= until:
            return
        for found, content, stored in rows:
            position += 1
            if found != position:
                self._reached = _Stretch(position - 1, digest)
                raise _Broken(self._gap(position, found))
            previous, digest = digest, sha256(digest + content).digest()
            if digest != stored:
                self._reached = _Stretch(position - 1, previous)
                raise _Broken(self._blame(position, digest, stored, next(rows, None)))
            self._events += 1
            if position == bad_from:
                self._reached = _Stretch(position, digest)
                raise _Broken(self._bad_checkpoints[0])
            if progress is not None and not position % _STEP:
                progress(position, goal)
            if position == until:
                break
        self._reached = _Stretch(position, digest)

    def _first_bad_checkpoint(self) -> int:
        return self._bad_checkpoints[0].position if self._bad_checkpoints else -1

    def _gap(self, expected: int, found: int) -> Finding:
        head = self._evidence.head
        if found < expected:
            return Finding("inserted", found, f"a row was inserted: another one at position {found}")
        if head is not None and expected > head.position:
            what = f"a row was inserted at position {found}, beyond the ledger's end at {head.position}"
            return Finding("inserted", found, what)
        rows = f"row {expected} is" if found == expected + 1 else f"rows {expected} to {found - 1} are"
        return Finding("missing", expected, f"the {rows} missing")

    def _blame(self, position: int, computed: bytes, stored: bytes, following: Row | None) -> Finding:
        """Tells an altered content from an altered hash by what the next row, or the head, was chained to."""
        head = self._evidence.head
        if head is not None and position > head.position:
            what = f"a row was inserted at position {position}, beyond the ledger's end at {head.position}"
            return Finding("inserted", position, what)
        if following is not None:
            fits_stored = sha256(stored + following[1]).digest() == following[2]
            fits_computed = sha256(computed + following[1]).digest() == following[2]
        else:
            fits_stored = head is not None and head.hash == stored
            fits_computed = head is not None and head.hash == computed
        if fits_stored:
            what = f"the content of the row at position {position} is not what was recorded: its hash says otherwise"
        elif fits_computed:
            what = (
                f"the hash of the row at position {position} was altered; its content still fits the next one"
            )
        else:
            what = f"the row at position {position} does not follow from the one before: altered, replaced or inserted"
        return Finding("altered", position, what)

    def _compare(self, checkpoint: Checkpoint) -> None:
        position, digest = self._reached
        if position < checkpoint.position:
            raise _Broken(
                Finding(
                    "missing",
                    position + 1,
                    f"the rows from {position + 1} on are missing: checkpoint {checkpoint.number} was signed at"
                    f" position {checkpoint.position}",
                )
            )
        if digest != checkpoint.hash:
            raise _Broken(
                Finding(
                    "altered",
                    self._proven + 1,
                    f"the rows between position {self._proven + 1} and {position} were rewritten: they are"
                    f" consistent, but not those that checkpoint {checkpoint.number} was signed over",
                )
            )
        self._proven = position

    def _end(self) -> None:
        """Holds the last row against the head, so that a tail cut off or added is found."""
        head, seals = self._evidence.head, self._trust.seals
        last, digest = self._reached
        if head is None:
            if last:
                raise _Broken(
                    Finding("head", last, f"ledger.head is missing, but there are rows up to {last}")
                )
            return
        sealed = seals.head_holds(head.position, head.hash, head.mac) if seals is not None else None
        if sealed is False and seals is not None:
            raise _Broken(self._forged_head(seals, head))
        if head.position > last:
            what = f"the rows from {last + 1} to {head.position} are missing: the end was cut off"
            raise _Broken(Finding("missing", last + 1, what))
        if head.position < last:
            what = f"the rows from {head.position + 1} to {last} were added behind the ledger's back"
            raise _Broken(Finding("inserted", head.position + 1, what))
        if head.hash != digest:
            if sealed:
                what = (
                    f"the rows after position {self._proven} were rewritten: the head was sealed over others"
                )
                raise _Broken(Finding("altered", self._proven + 1, what))
            raise _Broken(Finding("head", last, "the hash in ledger.head is not that of the last row"))
        if sealed:
            self._proven = last

    def _forged_head(self, seals: LedgerSeals, head: Head) -> Finding:
        last, digest = self._reached
        if seals.head_holds(last, digest, head.mac):
            what = f"ledger.head was altered: its mac proves that the end is at {last}, with another hash or position"
        elif (head.position, head.hash) == (last, digest):
            what = (
                f"ledger.head is not vouched for: its mac was altered or made with another master key, or the rows after"
                f" position {self._proven} were rewritten"
            )
        else:
            what = f"ledger.head, at {head.position}, was not sealed by this master key"
        return Finding("head", head.position, what)


def _stops(evidence: Evidence, public_key: bytes) -> list[Checkpoint]:
    """The checkpoints that can be believed, the first one last."""
    good = [each for each in (*evidence.checkpoints, *evidence.witnesses) if each.holds(public_key)]
    return sorted(good, key=lambda each: each.position, reverse=True)


def _checkpoint_findings(evidence: Evidence, public_key: bytes) -> list[Finding]:
    """What is wrong with the checkpoints themselves, by position."""
    ordered = sorted(evidence.checkpoints, key=lambda each: each.number)
    findings = [
        Finding(
            "checkpoint",
            each.position,
            f"checkpoint {each.number}, at position {each.position}, was altered or signed with another key",
        )
        for each in ordered
        if not each.holds(public_key)
    ]
    if findings:
        return sorted(findings, key=lambda finding: finding.position)
    for expected, each in enumerate(ordered, 1):
        if each.number != expected:
            what = f"checkpoint {expected}, before the one at position {each.position}, is missing"
            return [Finding("checkpoint", each.position, what)]
    last = ordered[-1].position if ordered else 0
    tail = evidence.tail
    if tail is None:
        return [Finding("checkpoint", last, "the count of checkpoints is missing")] if ordered else []
    if not tail.holds(public_key):
        return [Finding("checkpoint", last, "the count of checkpoints was altered")]
    if tail.number != len(ordered):
        what = f"{len(ordered)} checkpoints are there, but {tail.number} were signed"
        return [Finding("checkpoint", last, what)]
    return []
