"""Walks ranges of an agent's MIB view, past what agents do wrong on the way."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from typing import NamedTuple

from adapters.snmp.session import AgentSession, Variables
from domain.observation import OidValue
from domain.ports import SnmpError

Arcs = tuple[int, ...]
"""An OID as numbers, which is how agents order it."""

MAX_VARIABLES = 50_000
"""The longest range: 7,000 interfaces with the 7 columns read of each. A table without end is given up here."""

_REPETITIONS = (40, 10, 0)
"""Variables a GETBULK: about what fits in a frame of 1,500 octets, then what fits nearly anywhere; 0 is GETNEXT."""

_FAILURES = 2
_AFTER_SYS_DESCR: Arcs = (1, 3, 6, 1, 2, 1, 1, 2)
_END: Arcs = (1 << 64,)  # behind every OID


class _Stretch(NamedTuple):
    """What lies behind `start` up to and including `end`: exactly these variables."""

    start: Arcs
    end: Arcs
    keys: list[Arcs]
    variables: list[tuple[str, OidValue]]


class MibView:
    """An agent's MIB view as far as it is known, so that nothing is asked twice.

    The last answer of a walk also tells what follows its range, and often that the tables after it do not exist.
    """

    def __init__(self, session: AgentSession) -> None:
        self._session = session
        self._stretches: list[_Stretch] = []
        self._ordered = True
        self._level = 0 if session.bulk else len(_REPETITIONS) - 1
        self._failures = [0] * len(_REPETITIONS)

    async def walk(self, first: str, last: str, found: Variables, *, rows: int = 0) -> None:
        """Adds to `found` every variable below `first` and on to the last one below `last`: columns of one table.

        `rows` is how many there probably are (0: unknown), which spares the agent telling what it has behind them. What
        came before an error stays in `found`. Raises SnmpError "loop" where the agent runs in circles or beyond
        MAX_VARIABLES, and what AgentSession raises.
        """
        low, stop = _arcs(first), _behind(_arcs(last))
        width, second = stop[-1] - low[-1], _behind(low)
        cursor, taken = low, 0
        while cursor < stop:
            if taken > MAX_VARIABLES:
                raise SnmpError(
                    "loop", f"{self._session.address}: over {MAX_VARIABLES:,} variables below {first}"
                )
            stretch = self._known(cursor)
            if stretch is None:
                missing = rows * width - taken
                wanted = missing + 1 if rows and missing >= 0 else _REPETITIONS[0]
                answer = await self._following(cursor, wanted)
                stretch = self._learn(cursor, answer)
            if stretch is None:
                cursor, new = _take_any(answer, low, stop, found)
                if not new:
                    raise SnmpError("loop", f"{self._session.address}: the walk of {first} goes in a circle")
                taken += new
                continue
            position, end = bisect_right(stretch.keys, cursor), bisect_left(stretch.keys, stop)
            found.update(stretch.variables[position:end])
            if cursor < second <= stretch.end:
                rows = (
                    taken + bisect_left(stretch.keys, second) - position
                )  # the first column is whole: it has them all
            taken += end - position
            cursor = stretch.end

    def _known(self, cursor: Arcs) -> _Stretch | None:
        position = bisect_right(self._stretches, cursor, key=_start)
        if position and self._stretches[position - 1].end > cursor:
            return self._stretches[position - 1]
        return None

    def _learn(self, cursor: Arcs, answer: Variables) -> _Stretch | None:
        """The stretch that the answer to `cursor` shows; None from the first answer out of order on."""
        keys = _all_arcs(answer)
        if any(key <= before for before, key in zip([cursor, *keys], keys, strict=False)):
            self._ordered = False
            self._stretches.clear()
        if not self._ordered:
            return None
        stretch = _Stretch(cursor, keys[-1] if keys else _END, keys, list(answer.items()))
        insort(self._stretches, stretch, key=_start)
        return stretch

    async def _following(self, cursor: Arcs, wanted: int) -> Variables:
        """The variables behind `cursor`, in as many as the agent manages to tell at once; nothing at its end.

        An agent that drops a large GETBULK, or answers it with an error, is asked with smaller ones from then on.
        """
        oid = ".".join(map(str, cursor))
        level, failed, failure = self._level, -1, ("timeout", "")
        while level < len(_REPETITIONS):
            repetitions = _REPETITIONS[level]
            answer: Variables = {}
            try:
                if repetitions:
                    answer = await self._session.get_bulk(oid, min(repetitions, wanted), tries=(0,))
                else:
                    answer = await self._session.get_next(oid)
            except SnmpError as error:
                if error.kind in ("auth", "unreachable"):
                    raise
                level, failed, failure = level + 1, level, (error.kind, str(error))
                continue
            if answer:
                self._judge(failed, level)
            if answer or not repetitions:
                return answer
            # The end of the MIB view and an error look alike here: GETNEXT tells them apart.
            level, failed = len(_REPETITIONS) - 1, level
        raise SnmpError(*failure)

    def _judge(self, failed: int, worked: int) -> None:
        """Gives up a size that failed twice running where a smaller one worked; once may be a lost packet."""
        self._failures[worked] = 0
        if failed >= 0:
            self._failures[failed] += 1
            if self._failures[failed] >= _FAILURES:
                self._level = failed + 1


def _take_any(answer: Variables, low: Arcs, stop: Arcs, found: Variables) -> tuple[Arcs, int]:
    """Where to go on after an answer whose order means nothing, and how many of its variables are new.

    Agents that sort an index as text get to their end this way. None new is a loop, and so is an answer that leaves the
    range backwards; but not one from the start of the MIB, where some agents begin again once they are through.
    """
    if not answer:
        return stop, 1
    new = 0
    cursor = low
    for oid, value in answer.items():
        cursor = _arcs(oid)
        if cursor >= stop:
            return stop, 1
        if cursor <= low:
            return (stop, 1) if cursor < _AFTER_SYS_DESCR else (cursor, 0)
        if oid not in found:
            found[oid] = value
            new += 1
    return cursor, new


def _arcs(oid: str) -> Arcs:
    return tuple(map(int, oid.split(".")))


def _all_arcs(oids: Iterable[str]) -> list[Arcs]:
    """As `_arcs` of each; those of one column differ in the last arc only."""
    columns: dict[str, Arcs] = {}
    found = []
    for oid in oids:
        column, _, row = oid.rpartition(".")
        if column not in columns:
            columns[column] = _arcs(column)
        found.append((*columns[column], int(row)))
    return found


def _behind(arcs: Arcs) -> Arcs:
    return (*arcs[:-1], arcs[-1] + 1)


def _start(stretch: _Stretch) -> Arcs:
    return stretch.start
