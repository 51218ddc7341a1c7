"""Turns signals into alerts, one a cause: holds back what another alert explains, silences, resolves."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from domain.aggregate import Intent
from domain.alert import ALERT
from domain.alert_commands import RaiseAlert
from domain.alert_rule import ALERT_RULE, CreateAlertRule
from domain.alerting.gate import Act, Gate, Step
from domain.alerting.muting import World, maintained
from domain.alerting.ports import EvaluationStore
from domain.alerting.templates import TEMPLATES
from domain.device import DEVICE
from domain.device_commands import BeginMaintenance, EndMaintenance
from domain.errors import Conflict, DomainError, Unavailable
from domain.event import Actor, Attribution, Command
from domain.ports import CommandBus, EventLog, Leadership, PositionWatch
from projections import alert_world
from projections.settings import in_force
from workers.alert_surroundings import Connect
from workers.alert_world import WorldWatch
from workers.read_models import caught_up

SIGNALS = 2_000
_AT_ONCE = 500
"""Alerts changed at the same time, so that they share commits."""
_TOPICS = ("alert.", "alert_rule.", "silence.", "device.", "settings.")
_EVENTS = 2_000
_READ_MODEL_S = 60.0
_TIDY_S = 3_600.0
WAIT_S = 0.5
_ACTOR = Actor("policy", "alert rules", "alert rules")
log = structlog.get_logger(__name__)


class AlertGate:
    """One leader decides for all. What it does is safe to repeat: an alert remembers which signal it was raised by."""

    def __init__(
        self,
        *,
        connect: Connect,
        bus: CommandBus,
        events: EventLog,
        watch: PositionWatch,
        leadership: Leadership,
        store: EvaluationStore,
        world: WorldWatch,
        wait_s: float = WAIT_S,
    ) -> None:
        self._connect = connect
        self._bus = bus
        self._events = events
        self._watch = watch
        self._leadership = leadership
        self._store = store
        self._world = world
        self._wait_s = wait_s

    async def run(self) -> None:
        async with self._leadership.lead("alert gate"):
            await self._make_default_rules()
            gate, position = await self._opened()
            world = World()
            tidied_at = 0.0
            while True:
                position, changed = await self._listen(gate, position)
                present = await self._world.look(datetime.now(UTC))
                news = changed or present != world
                busy = await self._step(gate, present, reconsider=news)
                if news:
                    await self._mark_maintenance(present)
                world = present
                if time.time() - tidied_at > _TIDY_S:
                    tidied_at = time.time()
                    await self._tidy()
                if not busy:
                    await self._watch.wait_for_ledger(position + 1, self._wait_s)

    async def _make_default_rules(self) -> None:
        """Those that are active from the first start. What was changed or deleted since stays as it is."""
        by = Attribution(actor=_ACTOR, correlation_id="default alert rules", reason="first start")
        for template in TEMPLATES:
            if template.active:
                command = CreateAlertRule(rule=template.rule, template=template.id)
                try:
                    await self._bus.execute(ALERT_RULE.to(template.rule_id, command), by=by)
                except Conflict:
                    continue

    async def _opened(self) -> tuple[Gate, int]:
        """As the read model has it, once that has seen all of our own work."""
        await caught_up(self._events, self._watch, "alerts", within_s=_READ_MODEL_S)
        async with self._connect() as conn, conn.transaction():
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            standing, position = await alert_world.standing(conn)
        return Gate(standing, await self._store.held()), position

    async def _listen(self, gate: Gate, position: int) -> tuple[int, bool]:
        """What happened in the ledger: how far it was read, and whether alerts must be reconsidered."""
        head = self._watch.ledger_position()
        events = await self._events.read(position, limit=_EVENTS, topics=_TOPICS)
        changed = False
        for recorded in events:
            if recorded.topic.startswith("alert."):
                changed = gate.recorded(recorded) or changed
            else:
                self._world.heard(recorded)
        if gate.reopened:
            await self._watch.wait_for_projection("alerts", events[-1].position, _READ_MODEL_S)
            async with self._connect() as conn:
                gate.adopt((await alert_world.standing(conn))[0])
            changed = True
        if len(events) == _EVENTS:
            return events[-1].position, changed
        return max(position, head, events[-1].position if events else 0), changed

    async def _step(self, gate: Gate, world: World, *, reconsider: bool) -> bool:
        """Whether there was anything to do."""
        signals = await self._store.signals(limit=SIGNALS)
        held = dict(gate.held)
        verdict = gate.signals(signals, world)
        await self._carry_out(verdict.acts)
        steps: list[Step] = list(verdict.steps)
        if reconsider:
            again = gate.reconsider(world, time.time())
            await self._carry_out(again.acts)
            steps += again.steps
        fresh = {key: each for key, each in gate.held.items() if held.get(key) != each}
        gone = held.keys() - gate.held.keys()
        if signals or fresh or gone or steps:
            await self._store.settle([sequence for sequence, _ in signals], fresh, gone, steps)
        return len(signals) == SIGNALS

    async def _carry_out(self, acts: Sequence[Act]) -> None:
        """In order for each alert, many alerts at once."""
        rest = list(acts)
        while rest:
            batch: dict[str, list[Act]] = {}
            while rest and len(batch) < _AT_ONCE:
                act = rest.pop(0)
                batch.setdefault(str(act.alert_id), []).append(act)
            async with self._connect() as conn:
                known = await alert_world.known_alerts(conn, batch.keys())
            await asyncio.gather(*(self._commands(key, mine, key in known) for key, mine in batch.items()))

    async def _commands(self, key: str, acts: Sequence[Act], known: bool) -> None:
        by = Attribution(actor=_ACTOR, correlation_id=key)
        intents: list[Intent] = []
        for act in acts:
            for command in act.commands:
                new = not known and not intents and isinstance(command, RaiseAlert)
                intents.append(ALERT.to(act.alert_id, command, new=new))
        try:
            await self._bus.execute(*intents, by=by)
        except Unavailable:
            raise
        except DomainError as error:
            log.warning("alert not changed", alert=key, error=error.message)

    async def _mark_maintenance(self, world: World) -> None:
        """Devices show that they are being worked on, and no longer once the window is over."""
        async with self._connect() as conn:
            marked = await alert_world.in_maintenance(conn)
        wanted = maintained(world)
        commands: list[tuple[str, Command]] = []
        for device_id in marked.keys() | wanted.keys():
            have, want = marked.get(device_id, set()), wanted.get(device_id, {})
            commands += [(device_id, EndMaintenance(silence_id=each)) for each in sorted(have - want.keys())]
            commands += [
                (device_id, BeginMaintenance(silence_id=each, why=want[each]))
                for each in sorted(want.keys() - have)
            ]
        for start in range(0, len(commands), _AT_ONCE):
            await asyncio.gather(*(self._mark(key, each) for key, each in commands[start : start + _AT_ONCE]))

    async def _mark(self, device_id: str, command: Command) -> None:
        by = Attribution(actor=_ACTOR, correlation_id=device_id, reason="maintenance window")
        try:
            await self._bus.execute(DEVICE.to(device_id, command), by=by)
        except Unavailable:
            raise
        except DomainError as error:
            log.warning("maintenance not marked", device=device_id, error=error.message)

    async def _tidy(self) -> None:
        async with self._connect() as conn:
            settings = (await in_force(conn)).alerts
        gone = await self._store.tidy(days=settings.steps_days, steps_an_alert=settings.steps_an_alert)
        if gone:
            log.info("old steps of evaluations deleted", steps=gone)
