"""How far a discovery is: what it reports, what the next worker goes on from, and what it sums up in the end."""

import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from domain.ports import EventLog
from workers.discovery_records import Tally
from workers.operation import CHECKPOINT, Work
from workers.snmp_search import Troubles

_DEVICE_EVENTS = ("device.",)


class Scan:
    """Make it with `resumed`, and `begin` once it is known how much there is to do."""

    def __init__(self, work: Work, tally: Tally, checkpoint: dict[str, Any]) -> None:
        self.work = work
        self.tally = tally
        self.done: int = checkpoint.get("done", 0)
        """Addresses that need not be asked again."""
        self.resolved: dict[str, list[str]] | None = checkpoint.get("resolved")
        self._found_before: int = checkpoint.get("found", 0)
        self._errors_before: Counter[str] = Counter(checkpoint.get("errors", {}))
        self._total = 0
        self._chunk = self._within = 0
        self._silent: Callable[[], int] = int
        self._troubles = Troubles()
        self._began = time.monotonic()
        self._began_at: int = self.done
        self._checkpoint = dict(checkpoint)

    @classmethod
    async def resumed(cls, work: Work, events: EventLog) -> "Scan":
        """Goes on from the notes of the attempt before. What that one appended is counted in the ledger, which knows
        it to the last event; addresses that it asked after its last checkpoint will be asked again."""
        checkpoint: dict[str, Any] = work.earlier.get(CHECKPOINT, {})
        tally = Tally()
        tally.found = checkpoint.get("found", 0)
        if work.earlier:
            cause, after = work.by.causation_id, work.requested.position
            while batch := await events.read(after, topics=_DEVICE_EVENTS):
                for recorded in batch:
                    if recorded.meta.causation_id == cause:
                        tally.count(recorded.event)
                after = batch[-1].position
        return cls(work, tally, checkpoint)

    def begin(self, total: int, troubles: Troubles, silent: Callable[[], int]) -> None:
        """`silent` says how many addresses of the present chunk, about, were asked in vain so far."""
        self._total = total
        self._silent = silent
        self._troubles = troubles
        self._note()

    def chunk_begun(self, addresses: int) -> None:
        self._chunk = addresses

    def chunk_done(self) -> None:
        self.done += self._chunk
        self._chunk = self._within = 0
        self._found_before = self.tally.found
        self._note()

    def _note(self) -> None:
        self._checkpoint = {
            "done": self.done,
            "found": self._found_before,
            "errors": dict(self._recorded_errors()),
            "resolved": self.resolved,
        }

    @property
    def _scanned(self) -> int:
        """Within a chunk those who answered and those who were asked in vain."""
        return min(self.done + max(self._found_in_chunk, self._within), self._total)

    @property
    def _found_in_chunk(self) -> int:
        return self.tally.found - self._found_before

    async def report(self) -> None:
        self._within = max(self._within, min(self._found_in_chunk + self._silent(), self._chunk))
        await self.work.report(
            done=self._scanned,
            total=self._total,
            detail={
                **self.tally.as_dict(),
                "errors": self._errors(),
                "eta_s": self._eta_s(),
                CHECKPOINT: self._checkpoint,
            },
        )

    def summary(self) -> dict[str, Any]:
        """`troubles` names some of the addresses behind `errors`."""
        return {
            "total": self._total,
            "scanned": self._scanned,
            **self.tally.as_dict(),
            "errors": self._errors(),
            "troubles": self._troubles.examples(),
            "unresolved": self._unresolved(),
            "seconds": round(time.monotonic() - self._began, 1),
        }

    def _errors(self) -> dict[str, int]:
        return dict(self._recorded_errors() + Counter(name_not_resolved=len(self._unresolved())))

    def _recorded_errors(self) -> "Counter[str]":
        return (
            self._errors_before + Counter(self._troubles.counts()) + Counter(not_recorded=self.tally.refused)
        )

    def _unresolved(self) -> list[str]:
        return [name for name, addresses in (self.resolved or {}).items() if not addresses]

    def _eta_s(self) -> int | None:
        scanned = self._scanned - self._began_at
        if not scanned:
            return None
        elapsed_s = time.monotonic() - self._began
        return math.ceil(elapsed_s / scanned * (self._total - self._scanned))
