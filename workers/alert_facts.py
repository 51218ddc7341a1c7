"""Evaluates the rules on what the ledger and findings say: devices down, drift of configurations, log messages."""

import time
from typing import Any

from domain.alerting.evaluator import ON_FACTS
from domain.alerting.finding import Finding
from domain.alerting.ports import FACTS, EvaluationStore
from domain.config_events import ConfigBackedUp, ConfigRestored, ConfigTagged
from domain.device_events import DeviceCameUp, DeviceWentDown
from domain.event import Recorded
from domain.ports import EventLog, Leadership, PositionWatch
from projections import alert_world
from workers.alert_surroundings import Connect, Surroundings
from workers.alerting import TICK_S, PartitionEvaluation

_TOPICS = ("device.went_down.", "device.came_up.", "config.backed_up.", "config.tagged.", "config.restored.")
_BATCH = 1_000
_READ_MODEL_S = 30.0


class FactAlerting:
    """One leader reads; its place, its series and its signals are committed together."""

    def __init__(
        self,
        *,
        connect: Connect,
        events: EventLog,
        watch: PositionWatch,
        leadership: Leadership,
        store: EvaluationStore,
        surroundings: Surroundings,
        tick_s: float = TICK_S,
    ) -> None:
        self._connect = connect
        self._events = events
        self._watch = watch
        self._leadership = leadership
        self._store = store
        self._surroundings = surroundings
        self._tick_s = tick_s

    async def run(self) -> None:
        async with self._leadership.lead("alert facts"):
            await self._surroundings.look()
            evaluation = await PartitionEvaluation.opened(FACTS, self._store, self._surroundings, ON_FACTS)
            if evaluation.progress.ledger is None:
                await self._begin(evaluation)
            looked_at = time.time()
            while True:
                more = await self._read(evaluation)
                now = time.time()
                if now - looked_at > 2.0:
                    looked_at = now
                    await self._surroundings.look()
                evaluation.go_by(now, behind=more)
                await evaluation.commit_if_due(now)
                if not more:
                    await self._watch.wait_for_ledger((evaluation.progress.ledger or 0) + 1, self._tick_s)

    async def _begin(self, evaluation: PartitionEvaluation) -> None:
        """The first start ever: what is down now counts, what was once down does not."""
        head = await self._events.head()
        await self._watch.wait_for_projection("inventory", head, _READ_MODEL_S)
        async with self._connect() as conn:
            down = await alert_world.down_devices(conn)
        for device_id, since in sorted(down.items()):
            evaluation.signal(evaluation.evaluator.device_down(device_id, since, down=True))
        evaluation.reached(ledger=head)

    async def _read(self, evaluation: PartitionEvaluation) -> bool:
        """Whether there is more."""
        progress = evaluation.progress
        head = self._watch.ledger_position()
        events = await self._events.read(progress.ledger or 0, limit=_BATCH, topics=_TOPICS)
        for recorded in events:
            self._event(evaluation, recorded)
        full = len(events) == _BATCH
        last = events[-1].position if events else 0
        evaluation.reached(ledger=last if full else max(progress.ledger or 0, head, last))
        found = await self._store.findings(progress.findings, limit=_BATCH)
        for _, finding in found:
            evaluation.signal(evaluation.evaluator.finding(finding))
        if found:
            evaluation.reached(findings=found[-1][0])
        return full or len(found) == _BATCH

    @staticmethod
    def _event(evaluation: PartitionEvaluation, recorded: Recorded) -> None:
        evaluator, event = evaluation.evaluator, recorded.event
        at = recorded.meta.occurred_at.timestamp()
        subject = str(recorded.originator_id)
        match event:
            case DeviceWentDown():
                evaluation.signal(evaluator.device_down(subject, at, down=True, cause=event.cause))
            case DeviceCameUp():
                evaluation.signal(evaluator.device_down(subject, at, down=False))
            case _:
                found = found_in(recorded)
                if found is not None:
                    evaluation.signal(evaluator.finding(found))


def found_in(recorded: Recorded) -> Finding | None:
    """What other parts of Netledger recorded, and raise no alert of: drift of configurations."""
    event = recorded.event
    about: dict[str, Any] = {
        "id": f"position {recorded.position}",
        "device_id": recorded.meta.about.device_id,
        "at": recorded.meta.occurred_at.timestamp(),
        "text": event.summary(),
    }
    match event:
        case ConfigBackedUp() if event.previous_id and event.cause != "after_change":
            return Finding(kind="config_drift", detail={"backup_id": event.backup_id}, **about)
        case ConfigTagged() if not any(
            each.field == "tag" and each.new == "stable" for each in event.changes
        ):
            return None
        case ConfigTagged() | ConfigRestored():
            return Finding(kind="config_drift", over=True, **about)
        case _:
            return None
