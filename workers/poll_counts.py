"""What a poller counts of its polls, for the figures about Netledger itself."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from domain.telemetry import Group
from domain.worker_figures import WorkerFigure


class PollCounts:
    """From the start of the process on."""

    def __init__(self) -> None:
        self.polls: Counter[Group] = Counter()
        """Ended, with or without an answer."""
        self.skipped: Counter[Group] = Counter()
        """Left out because the one before was not through."""
        self.failures: Counter[tuple[Group, str]] = Counter()
        """By group and reason: the kinds of SnmpError, or "error" for what should not be."""
        self.late_s: defaultdict[Group, float] = defaultdict(float)
        """How much later than due polls began, all together."""

    def began(self, group: Group, late_s: float) -> None:
        self.late_s[group] += max(late_s, 0.0)

    def figures(self) -> Iterator[WorkerFigure]:
        for group in sorted(self.polls | self.skipped):
            yield _counter("polls", "Polls that ended", self.polls[group], group=group)
            yield _counter(
                "polls_skipped",
                "Polls left out because the one before was not through",
                self.skipped[group],
                group=group,
            )
            yield _counter(
                "poll_lateness_seconds",
                "How much later than due polls began, all together",
                self.late_s[group],
                group=group,
            )
        for (group, reason), count in sorted(self.failures.items()):
            yield _counter(
                "poll_failures", "Polls without an answer, by reason", count, group=group, reason=reason
            )


def _counter(name: str, text: str, value: float, **labels: str) -> WorkerFigure:
    return WorkerFigure(
        name=f"netledger_poller_{name}", help=text, kind="counter", value=value, labels=labels
    )
