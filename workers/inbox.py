"""Where messages of the network wait for the database, and what is counted of those that were not taken."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator

from domain.network_log import LogSource, NetworkLog, SourceLimits
from domain.syslog import parse
from domain.traps import Trap, fields, severity, text
from domain.worker_figures import WorkerFigure

MOST_WAITING = 50_000
"""Messages that wait for the database; beyond, the newest are dropped and counted."""
_MOST_TOLD = 20
_MOST_REFUSED = 1_000


class ReceiverCounts:
    """From the start of the process on."""

    def __init__(self) -> None:
        self.taken: Counter[LogSource] = Counter()
        self.dropped: Counter[str] = Counter()

    def figures(self) -> Iterator[WorkerFigure]:
        for source in ("syslog", "trap"):
            yield _counter(
                "messages", "Messages of the network that were taken", self.taken[source], source=source
            )
        for reason in ("rate limit", "not readable", "too fast", "database"):
            yield _counter(
                "dropped",
                "Messages of the network that were dropped, by reason",
                self.dropped[reason],
                reason=reason,
            )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _counter(name: str, text: str, value: float, **labels: str) -> WorkerFigure:
    return WorkerFigure(
        name=f"netledger_receiver_{name}", help=text, kind="counter", value=value, labels=labels
    )


class Inbox:
    """Takes messages as fast as they come; what is too much is dropped before anything is read of it."""

    def __init__(self) -> None:
        self.waiting: deque[NetworkLog] = deque()
        self.news = asyncio.Event()
        self.limits = SourceLimits(rate_per_s=100.0, burst=1_000)
        self.full = 0
        """Messages dropped because the database was too slow."""
        self.unread: list[Callable[[], int]] = []
        """One a socket: what the system dropped of it since it was last asked."""
        self.refused: Counter[tuple[str, str]] = Counter()
        """What could not be taken, by address and reason, since it was last told."""
        self.counts = ReceiverCounts()

    def admits(self, address: str) -> bool:
        """Whether one more message of the source is taken now."""
        if len(self.waiting) >= MOST_WAITING:
            self.full += 1
            return False
        return self.limits.take(address, time.monotonic())

    def refuse(self, address: str, reason: str) -> None:
        """A datagram that is no message, or not for us."""
        key = (address, reason)
        if key not in self.refused and len(self.refused) >= _MOST_REFUSED:
            key = ("", "not to be read, of many sources")
        self.refused[key] += 1

    def syslog(self, datagram: bytes, address: str) -> None:
        message = parse(datagram)
        words = [message.message_id, message.message] if message.message_id else [message.message]
        self._put(
            NetworkLog(
                received_at=time.time(),
                source="syslog",
                address=address,
                severity=message.severity,
                facility=message.facility,
                host=message.host,
                app=message.app,
                message=" ".join(words).strip(),
                sent_at=message.sent_at,
                fields=dict(message.data),
            )
        )

    def trap(self, trap: Trap, address: str) -> None:
        self._put(
            NetworkLog(
                received_at=time.time(),
                source="trap",
                address=address,
                severity=severity(trap.oid),
                message=text(trap),
                trap_oid=trap.oid,
                host=trap.agent,
                fields=fields(trap),
            )
        )

    def tell(self) -> None:
        """Notes what was dropped since the last time, and why."""
        limited = self.limits.told()
        for address, count in sorted(limited.items(), key=lambda each: -each[1])[:_MOST_TOLD]:
            self.note(
                f"{_counted(count, 'message')} of {address or 'new sources'} dropped: rate limit", address
            )
        more = len(limited) - _MOST_TOLD
        if more > 0:
            self.note(f"messages of {more} more sources dropped: rate limit")
        for (address, reason), count in self.refused.most_common(_MOST_TOLD):
            self.note(f"{_counted(count, 'datagram')} of {address or 'others'} dropped: {reason}", address)
        unread = sum(dropped() for dropped in self.unread)
        if unread:
            self.note(
                f"{_counted(unread, 'datagram')} dropped before they were read: they came too fast for this machine"
            )
        if self.full:
            self.note(f"{_counted(self.full, 'message')} dropped: the database did not take them fast enough")
        self.counts.dropped["rate limit"] += sum(limited.values())
        self.counts.dropped["not readable"] += self.refused.total()
        self.counts.dropped["too fast"] += unread
        self.counts.dropped["database"] += self.full
        self.full = 0
        self.refused.clear()

    def note(self, message: str, address: str = "") -> None:
        """What we have to say ourselves."""
        self._put(
            NetworkLog(
                received_at=time.time(), source="receiver", address=address, severity=4, message=message
            )
        )

    def _put(self, record: NetworkLog) -> None:
        self.counts.taken[record.source] += 1
        self.waiting.append(record)
        self.news.set()
