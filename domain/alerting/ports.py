"""What evaluation needs of the outside: a place that keeps its state, its signals and its steps."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from domain.alerting.evaluator import Kept
from domain.alerting.finding import Finding
from domain.alerting.gate import Held, Step
from domain.alerting.signal import Signal
from domain.telemetry import PARTITIONS, StreamPlace

FACTS = PARTITIONS
"""The partition beside those of telemetry: events of the ledger, and findings."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one partition's evaluation is. `version` counts its commits: of two who commit, one comes too late."""

    version: int = 0
    place: StreamPlace = StreamPlace()
    ledger: int | None = None
    findings: int = 0


class Overtaken(Exception):
    """Somebody else evaluates this partition by now."""


class EvaluationStore(Protocol):
    async def load(self, partition: int) -> tuple[Progress, dict[str, list[Kept]]]:
        """Where the partition's evaluation stopped, and the series of its devices."""
        ...

    async def commit(
        self,
        partition: int,
        progress: Progress,
        devices: Mapping[str, Sequence[Kept]],
        signals: Sequence[Signal],
    ) -> Progress:
        """Place, series and signals, all or nothing; raises Overtaken."""
        ...

    async def findings(self, after: int, *, limit: int) -> list[tuple[int, Finding]]:
        """Findings in the order in which they came in."""
        ...

    async def signals(self, *, limit: int) -> list[tuple[int, Signal]]:
        """Signals that nobody has dealt with, oldest first."""
        ...

    async def held(self) -> dict[str, Held]: ...

    async def settle(
        self,
        done: Collection[int],
        held: Mapping[str, Held],
        no_longer_held: Collection[str],
        steps: Sequence[Step],
    ) -> None:
        """Signals that were dealt with leave, together with what they led to."""
        ...

    async def tidy(self, *, days: int, steps_an_alert: int) -> int:
        """Deletes steps older than that, the oldest of alerts with too many, and findings that were evaluated a day ago; how
        many steps went."""
        ...
