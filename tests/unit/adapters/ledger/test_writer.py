"""Group commit: what gathers during a commit shares the next one, in order, bounded, and nobody is left waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest

from adapters.ledger.group import Append, Row, Span, VersionConflict
from adapters.ledger.recorder import Attempt, LedgerRecorder
from adapters.ledger.writer import GROUP, WAITING, LedgerWriter
from domain.errors import Unavailable


class ScriptedRecorder(LedgerRecorder):
    """Stands where the database is: counts positions, and can be held up."""

    def __init__(self) -> None:  # nothing of the real one, which would connect
        self.groups: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.failing: Exception | None = None
        self._position = 0

    def attempt(self, appends: Sequence[Append]) -> Attempt | None:
        return None  # everything needs a closer look

    def insert_group(self, appends: Sequence[Append]) -> list[Span | Exception]:
        assert self.open.wait(10)
        self.groups.append(len(appends))
        if self.failing is not None:
            raise self.failing
        results: list[Span | Exception] = []
        for append in appends:
            if append.events[0].originator_version != 1:
                results.append(VersionConflict("not the first"))
                continue
            self._position += 1
            results.append(Span(self._position, self._position))
        return results


def append(version: int = 1, size: int = 10) -> Append:
    return Append([Row(uuid4(), version, "x.y.v1", b"x" * size)])


@pytest.fixture
def recorder() -> ScriptedRecorder:
    return ScriptedRecorder()


@pytest.fixture
async def writer(recorder: ScriptedRecorder) -> AsyncIterator[LedgerWriter]:
    running = LedgerWriter(recorder)
    await running.start()
    yield running
    recorder.open.set()
    await running.stop()


async def test_what_gathers_during_a_commit_shares_the_next(
    writer: LedgerWriter, recorder: ScriptedRecorder
) -> None:
    recorder.open.clear()
    first = writer.append(append())
    rest = [writer.append(append()) for _ in range(100)]
    recorder.open.set()
    spans = await asyncio.gather(first, *rest)
    assert [span.first for span in spans] == list(range(1, 102))
    assert len(recorder.groups) <= 2


async def test_each_gets_its_own_answer(writer: LedgerWriter) -> None:
    answers = await asyncio.gather(
        *(writer.append(append(version=1 + number % 2)) for number in range(10)), return_exceptions=True
    )
    assert [type(each) for each in answers] == [Span, VersionConflict] * 5


async def test_a_group_has_an_end(writer: LedgerWriter, recorder: ScriptedRecorder) -> None:
    recorder.open.clear()
    waiting = [writer.append(append()) for _ in range(3 * GROUP)]
    recorder.open.set()
    await asyncio.gather(*waiting)
    assert max(recorder.groups) <= GROUP
    assert sum(recorder.groups) == 3 * GROUP


async def test_large_events_make_small_groups(writer: LedgerWriter, recorder: ScriptedRecorder) -> None:
    recorder.open.clear()
    waiting = [writer.append(append(size=5 * 2**20)) for _ in range(20)]
    recorder.open.set()
    await asyncio.gather(*waiting)
    assert max(recorder.groups) <= 4


async def test_an_error_of_the_whole_group_reaches_all_of_it_and_no_later_one(
    writer: LedgerWriter, recorder: ScriptedRecorder
) -> None:
    recorder.failing = RuntimeError("broken")
    answers = await asyncio.gather(*(writer.append(append()) for _ in range(5)), return_exceptions=True)
    assert [str(each) for each in answers] == ["broken"] * 5
    recorder.failing = None
    assert (await writer.append(append())).first == 1


async def test_too_many_are_refused_instead_of_kept_waiting_for_ever(
    writer: LedgerWriter, recorder: ScriptedRecorder
) -> None:
    recorder.open.clear()
    taken: list[asyncio.Future[Span]] = []
    with pytest.raises(Unavailable, match="too many"):
        taken.extend(writer.append(append()) for _ in range(WAITING + GROUP + 1))
    assert len(taken) >= WAITING
    recorder.open.set()
    await asyncio.gather(*taken)


async def test_stopping_commits_what_was_accepted(recorder: ScriptedRecorder) -> None:
    writer = LedgerWriter(recorder)
    await writer.start()
    recorder.open.clear()
    waiting = [writer.append(append()) for _ in range(GROUP + 10)]
    recorder.open.set()
    await writer.stop()
    assert [span.first for span in await asyncio.gather(*waiting)] == list(range(1, GROUP + 11))
    with pytest.raises(Unavailable, match="not open"):
        writer.append(append())


async def test_one_who_left_does_not_disturb_the_others(
    writer: LedgerWriter, recorder: ScriptedRecorder
) -> None:
    recorder.open.clear()
    waiting = [writer.append(append()) for _ in range(3)]
    waiting[1].cancel()
    recorder.open.set()
    assert [(await waiting[0]).first, (await waiting[2]).first] == [1, 3]


async def test_a_writer_can_be_stopped_before_it_was_used(recorder: ScriptedRecorder) -> None:
    writer = LedgerWriter(recorder)
    await writer.stop()
    await writer.start()
    await writer.stop()
    assert not recorder.groups
