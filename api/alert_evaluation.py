"""Why was I (not) told? Every step of a rule's evaluation, from the value to the delivery."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath, FromQuery

from api.alert_explanation import SeriesState, alert_explained, series_explained, series_state
from api.caller import viewer
from api.provided import Connect, Events
from domain.alert import alert_id
from domain.alert_commands import SilencedBy
from domain.alerting.evaluator import Kept
from domain.alerting.gate import Held
from domain.alerting.muting import Subject, World, silence_of
from domain.alerting.rule import Rule, RuleVersion
from domain.alerting.ruling import FOUND
from domain.alerting.scope import Traits, excluded, interface_excluded
from domain.alerting.signal import key_of
from domain.errors import NotFound
from projections import alert_evaluation, alert_rules, alert_world, alerts
from projections.alert_evaluation import DeliveryRow, DeviceState, StepRow
from projections.alert_rules import RuleRow
from projections.alerts import AlertRow

_STEPS = 200
_SERIES = 500
READS = {"reads": ("alerts", "alert_rules")}


class EvaluationStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step: a signal of the evaluation, or an event of the ledger with who caused it."""

    at: str
    kind: str
    by: str = ""
    reason: str = ""
    position: int | None = None
    detail: dict[str, Any] = {}


class RuleNow(msgspec.Struct, frozen=True, kw_only=True):
    """The rule as it is now; `evaluated_version` is the one that last spoke."""

    id: str
    version: int
    evaluated_version: int | None
    deleted: bool
    rule: Rule


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A device on the way to it: the one that hides it, or one that it was said to depend on."""

    device_id: str
    name: str
    status: str


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts of one group are told in one message; `standing` of them are unresolved."""

    group: str
    standing: int


class AlertEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """All that decided whether somebody was told; `explanation` says it in a sentence. The state of the series is as of
    `stored_at`."""

    alert_id: str
    explanation: str
    state: str
    """As of alerts, or `held`, or `not raised`."""
    rule: RuleNow | None
    series: SeriesState | None
    stored_at: str | None
    inhibition: SilencedBy | None
    silence: SilencedBy | None
    parents: list[Parent]
    grouping: Grouping | None
    deliveries: list[DeliveryRow]
    steps: list[EvaluationStep]


class SeriesEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One series under the rule, and the alert that is, or would be, its own."""

    alert_id: str
    alert_state: str
    explanation: str
    series: SeriesState
    inhibition: SilencedBy | None


class RuleEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the rule holds for a device, and where each of its series stands as of `stored_at`."""

    rule: RuleNow
    device_id: str
    applies: bool
    explanation: str
    stored_at: str | None
    items: list[SeriesEvaluation]


@get("/alerts/{alert:uuid}/evaluation", guards=[viewer], opt=READS)
async def evaluation_of_alert(alert: FromPath[UUID], connect: Connect, events: Events) -> AlertEvaluation:
    """From the value to the delivery, and what silences or explains it; also of what is held back and no alert yet."""
    key = str(alert)
    async with connect() as conn:
        row = await alerts.one(conn, key)
        stored = await alert_evaluation.steps(conn, key, limit=_STEPS)
        if row is None and not stored:
            raise NotFound("no such alert", code="ALERT_NOT_FOUND")
        fired = next((step.body for step in reversed(stored) if "rule_id" in step.body), {})
        rule_id = (row.rule_id if row else None) or fired.get("rule_id") or ""
        device_id = (row.device_id if row else None) or fired.get("device_id") or ""
        rule = await alert_rules.one(conn, rule_id) if rule_id else None
        device = await alert_evaluation.device(conn, device_id) if device_id else None
        kept, stored_at = (
            await alert_evaluation.series(conn, device_id, rule.rule.kind)
            if device_id and rule
            else ([], None)
        )
        waiting = await alert_evaluation.held_of(conn, device_id) if device_id else []
        held = next((each for each in waiting if alert_id(each.signal.key) == alert), None)
        inhibition = held.by if held else row.silenced_by if row and _outage(row.silenced_by) else None
        silence = await _silence(conn, row, held, device)
        parents = await _parents(conn, device, inhibition)
        group = row.group if row else held.signal.group if held else ""
        standing = await alert_evaluation.group_size(conn, group) if group else 0
        deliveries = await alert_evaluation.deliveries(conn, key, limit=_STEPS)
    mine = next((each for each in kept if rule and _alert_of(rule, device_id, each) == alert), None)
    series = series_state(mine, rule.rule) if mine and rule else None
    version = fired.get("rule_version") or (row.rule_version if row else None)
    return AlertEvaluation(
        alert_id=key,
        explanation=alert_explained(
            row, held.by if held else None, rule.rule if rule else None, series, deliveries
        ),
        state="held" if held else row.state if row else "not raised",
        rule=_now(rule, version) if rule else None,
        series=series,
        stored_at=stored_at,
        inhibition=inhibition,
        silence=silence,
        parents=parents,
        grouping=Grouping(group=group, standing=standing) if group else None,
        deliveries=deliveries,
        steps=await _steps(alert, stored, events),
    )


@get("/alert-rules/{rule:uuid}/evaluation", guards=[viewer], opt=READS)
async def evaluation_of_rule(
    rule: FromPath[UUID],
    device_id: FromQuery[UUID],
    connect: Connect,
    interface: FromQuery[str | None] = None,
) -> RuleEvaluation:
    """Why this rule did or did not tell of this device, or of one of its interfaces, storages, sensors or queues."""
    async with connect() as conn:
        row = await alert_rules.one(conn, str(rule))
        if row is None:
            raise NotFound("no such alert rule", code="ALERT_RULE_NOT_FOUND")
        device = await alert_evaluation.device(conn, str(device_id))
        if device is None:
            raise NotFound(f"no device {device_id}", code="DEVICE_NOT_FOUND")
        kept, stored_at = await alert_evaluation.series(conn, str(device_id), row.rule.kind)
        held = {each.signal.key: each.by for each in await alert_evaluation.held_of(conn, str(device_id))}
        mine = [each for each in kept if each.rule_id == str(rule) and interface in (None, each.subject)]
        keys = {each.subject: _key(row, str(device_id), each) for each in mine[:_SERIES]}
        ids = {subject: str(alert_id(key)) for subject, key in keys.items()}
        states = await alerts.states(conn, list(ids.values()))
        told = (
            await alerts.find(conn, limit=_SERIES, device_id=str(device_id), rule_id=str(rule))
            if row.rule.kind in FOUND and not mine
            else []
        )
    why_not = _why_not(row, device.traits, interface)
    items = []
    for each in mine[:_SERIES]:
        state = series_state(each, row.rule)
        by = held.get(keys[each.subject])
        said = f"held back: {by.why}" if by else series_explained(state, row.rule.condition)
        identity = ids[each.subject]
        items.append(
            SeriesEvaluation(
                alert_id=identity,
                alert_state="held" if by else states.get(identity, "not raised"),
                explanation=said,
                series=state,
                inhibition=by,
            )
        )
    explanation = why_not or (
        f"the rule holds; {len(mine)} series are watched"
        if mine
        else _found(told)
        if row.rule.kind in FOUND
        else "the rule holds, but no value has come yet"
    )
    return RuleEvaluation(
        rule=_now(row, None),
        device_id=str(device_id),
        applies=not why_not,
        explanation=items[0].explanation if len(items) == 1 and not why_not else explanation,
        stored_at=stored_at,
        items=items,
    )


def _found(told: Sequence[AlertRow]) -> str:
    standing = sum(each.state != "resolved" for each in told)
    if not told:
        return "the rule holds, but nothing was found that it decides on"
    return f"the rule holds; it told of {len(told)} alerts, of which {standing} stand"


def _why_not(row: RuleRow, traits: Traits, interface: str | None) -> str:
    if row.state == "deleted":
        return "the rule was deleted"
    if not row.rule.enabled:
        return "the rule is disabled"
    reason = excluded(row.rule.scope, traits)
    if not reason and interface is not None:
        reason = interface_excluded(row.rule.scope, interface)
    return f"the rule does not hold here: {reason}" if reason else ""


def _key(row: RuleRow, device_id: str, kept: Kept) -> str:
    return key_of(RuleVersion(id=row.id, version=row.version, rule=row.rule), device_id, kept.subject)


def _alert_of(row: RuleRow, device_id: str, kept: Kept) -> UUID | None:
    return alert_id(_key(row, device_id, kept)) if kept.rule_id == row.id else None


def _now(row: RuleRow, evaluated: int | None) -> RuleNow:
    return RuleNow(
        id=row.id,
        version=row.version,
        evaluated_version=evaluated,
        deleted=row.state == "deleted",
        rule=row.rule,
    )


def _outage(by: SilencedBy | None) -> bool:
    return by is not None and by.kind in ("device", "parent")


async def _silence(
    conn: Any, row: AlertRow | None, held: Held | None, device: DeviceState | None
) -> SilencedBy | None:
    """What silences it, or would if it were told."""
    if row is not None and row.silenced_by is not None and not _outage(row.silenced_by):
        return row.silenced_by
    if held is not None:
        signal = held.signal
        subject = Subject(
            device_id=signal.device_id,
            severity=signal.severity,
            rule_id=signal.rule_id,
            interface=signal.interface,
        )
    elif row is not None:
        subject = Subject(
            device_id=row.device_id or "",
            severity=row.severity,
            rule_id=row.rule_id or "",
            interface=row.interface,
        )
    else:
        return None
    now = datetime.now(UTC)
    silences = [
        each for each in await alert_world.silences_not_over(conn) if each.starts_at <= now < each.ends_at
    ]
    traits = {device.traits.id: device.traits} if device else {}
    return silence_of(subject, World(traits=traits, silences=silences))


async def _parents(conn: Any, device: DeviceState | None, inhibition: SilencedBy | None) -> list[Parent]:
    wanted = [*(device.depends_on if device else ()), *([inhibition.id] if inhibition else ())]
    return [
        Parent(device_id=device_id, name=name, status=status)
        for device_id, name, status in await alert_evaluation.named(conn, wanted)
    ]


async def _steps(alert: UUID, stored: Sequence[StepRow], events: Events) -> list[EvaluationStep]:
    """Signals and events in the order of their times."""
    steps = [EvaluationStep(at=step.at, kind=step.kind, detail=step.body) for step in stored]
    ruled = any(step.kind == "ruled" for step in stored)
    for recorded in (await events.of_aggregate(alert))[-_STEPS:]:
        kind = recorded.topic.split(".")[1]
        if kind == "ruled" and ruled:
            continue  # the step says more
        steps.append(
            EvaluationStep(
                at=recorded.meta.occurred_at.isoformat(),
                kind=kind,
                by=recorded.meta.actor.name,
                reason=recorded.meta.reason,
                position=recorded.position,
                detail={"summary": recorded.event.summary()},
            )
        )
    return sorted(steps, key=lambda step: datetime.fromisoformat(step.at))


ROUTER = Router("/", route_handlers=[evaluation_of_alert, evaluation_of_rule], tags=["alerts"])
