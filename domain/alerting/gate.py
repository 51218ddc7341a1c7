"""What becomes of signals and alerts: raised, held back behind a device that is down, silenced, released, resolved."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from domain.alert import alert_id
from domain.alert_commands import (
    RaiseAlert,
    ResolveAlert,
    RuleAlert,
    SilenceAlert,
    SilencedBy,
    UnsilenceAlert,
)
from domain.alert_events import (
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertRuled,
    AlertSilenced,
    AlertUnsilenced,
)
from domain.alerting.muting import Subject, World, inhibited_by, silence_of
from domain.alerting.rule import RuleVersion
from domain.alerting.ruling import KINDS_BY_SOURCE, Found, graver, ruling
from domain.alerting.scope import Traits
from domain.alerting.signal import Signal, group_of
from domain.event import Command, Recorded

StepKind = Literal["fired", "cleared", "held", "released", "dropped", "ignored", "ruled"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that is not resolved."""

    subject: Subject
    silenced_by: SilencedBy | None = None
    group: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that holds and that nobody is told of, since another alert tells the cause."""

    sequence: int
    signal: Signal
    by: SilencedBy


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step that no event of the ledger tells."""

    alert_id: UUID
    at: float
    kind: StepKind
    body: dict[str, Any] = {}


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Commands to one alert."""

    alert_id: UUID
    commands: tuple[Command, ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What follows, in order."""

    acts: list[Act]
    steps: list[Step]


class Gate:
    """All unresolved alerts and all that is held back. Deterministic: what it is told decides what it says."""

    def __init__(self, standing: Mapping[str, Standing], held: Mapping[str, Held]) -> None:
        self.standing: dict[str, Standing] = dict(standing)
        """By alert id."""
        self.held: dict[str, Held] = dict(held)
        """By key."""
        self.reopened: set[str] = set()
        """Alerts that stand again, of which `adopt` must be told."""

    def adopt(self, standing: Mapping[str, Standing]) -> None:
        """What the alerts are about that were reopened; one that is resolved again by now is not among them."""
        self.standing |= {key: standing[key] for key in self.reopened & standing.keys()}
        self.reopened.clear()

    def signals(self, signals: Iterable[tuple[int, Signal]], world: World) -> Verdict:
        """New signals, in their order, each with its number."""
        verdict = Verdict(acts=[], steps=[])
        for sequence, signal in signals:
            identity = alert_id(signal.key)
            verdict.steps.append(_step(identity, signal))
            if signal.kind == "cleared":
                self._cleared(identity, sequence, signal, verdict)
            else:
                self._fired(identity, sequence, signal, world, verdict)
        return verdict

    def reconsider(self, world: World, at: float) -> Verdict:
        """What follows from a changed world: silences that began or ended, devices that went down or came back."""
        verdict = Verdict(acts=[], steps=[])
        for key, held in list(self.held.items()):
            subject = _subject(held.signal)
            by = inhibited_by(subject, world)
            if by is None:
                del self.held[key]
                identity = alert_id(key)
                verdict.steps.append(
                    Step(alert_id=identity, at=at, kind="released", body={"was": held.by.why})
                )
                self._raise(identity, held.sequence, held.signal, world, verdict)
            elif by != held.by:
                self.held[key] = msgspec.structs.replace(held, by=by)
        rules = {each.id: each for each in world.rules}
        for key, standing in list(self.standing.items()):
            commands: list[Command] = []
            own = rules.get(standing.subject.rule_id)
            unruled, standing = self._ruled(key, standing, world, own, at, commands, verdict)
            by = unruled or inhibited_by(standing.subject, world) or silence_of(standing.subject, world)
            if by != standing.silenced_by:
                if standing.silenced_by is not None:
                    commands.append(UnsilenceAlert())
                if by is not None:
                    commands.append(SilenceAlert(by=by))
                standing = msgspec.structs.replace(standing, silenced_by=by)
            self.standing[key] = standing
            if commands:
                verdict.acts.append(Act(alert_id=UUID(key), commands=tuple(commands)))
        return verdict

    def _ruled(
        self,
        key: str,
        standing: Standing,
        world: World,
        own: RuleVersion | None,
        at: float,
        commands: list[Command],
        verdict: Verdict,
    ) -> tuple[SilencedBy | None, Standing]:
        """Why no rule tells of what was found; or what the alert is under the rule that does, as it reads now."""
        subject = standing.subject
        traits = world.traits.get(subject.device_id) or Traits(id=subject.device_id)
        if subject.found:
            found = Found(
                subject.rule_kind, subject.interface, subject.metric, subject.score, subject.severity
            )
            rule = ruling(found, world.rules, traits)
            if isinstance(rule, SilencedBy):
                return rule, standing
            severity = graver(subject.severity, rule.rule.severity)
        else:
            if own is None or own.rule.severity == subject.severity:
                return None, standing
            rule, severity = own, own.rule.severity
        command = RuleAlert(
            rule_id=rule.id,
            rule_version=rule.version,
            severity=severity,
            group=group_of(rule, traits),
            reason=f"rule version {rule.version}",
        )
        if (command.rule_id, command.severity, command.group) != (
            subject.rule_id,
            subject.severity,
            standing.group,
        ):
            commands.append(command)
            body = {
                "rule_id": rule.id,
                "rule_version": rule.version,
                "rule": rule.rule.name,
                "device_id": subject.device_id,
                "interface": subject.interface,
                "severity": command.severity,
                "group": command.group,
            }
            if subject.rule_kind == "anomaly":
                body["value"] = subject.score
            verdict.steps.append(Step(alert_id=UUID(key), at=at, kind="ruled", body=body))
            standing = _under(standing, command)
        return None, standing

    def recorded(self, recorded: Recorded) -> bool:
        """An alert's event from the ledger, whoever caused it; whether alerts must be reconsidered for it."""
        key, event = str(recorded.originator_id), recorded.event
        known = self.standing.get(key)
        match event:
            case AlertRaised():
                subject = raised_subject(event)
                if known is None or known.subject != subject:
                    self.standing[key] = Standing(subject=subject, group=event.group)
                    return True
            case AlertRuled() if known is not None:
                self.standing[key] = _under(known, event)
            case AlertResolved():
                self.standing.pop(key, None)
            case AlertReopened() if known is None:
                self.reopened.add(key)  # its event does not say what it is about
            case AlertSilenced() if known is not None:
                self.standing[key] = msgspec.structs.replace(known, silenced_by=event.by)
            case AlertUnsilenced() if known is not None:
                self.standing[key] = msgspec.structs.replace(known, silenced_by=None)
            case _:
                pass
        return False

    def _fired(self, identity: UUID, sequence: int, signal: Signal, world: World, verdict: Verdict) -> None:
        by = inhibited_by(_subject(signal), world)
        if by is None:
            self._raise(identity, sequence, signal, world, verdict)
            return
        self.held[signal.key] = Held(sequence=sequence, signal=signal, by=by)
        body = {"by": msgspec.to_builtins(by)}
        verdict.steps.append(Step(alert_id=identity, at=signal.at, kind="held", body=body))

    def _raise(self, identity: UUID, sequence: int, signal: Signal, world: World, verdict: Verdict) -> None:
        subject = _subject(signal)
        command = RaiseAlert(
            key=signal.key,
            severity=signal.severity,
            title=signal.title or signal.key,
            device_id=signal.device_id,
            source="rule",
            detail={**signal.detail, "kind": signal.rule_kind},
            rule_id=signal.rule_id,
            rule_version=signal.rule_version,
            interface=signal.interface,
            metric=signal.metric,
            group=signal.group,
            signal=sequence,
            reason=f"rule version {signal.rule_version}",
        )
        by = silence_of(subject, world)
        commands: tuple[Command, ...] = (command,) if by is None else (command, SilenceAlert(by=by))
        self.standing[str(identity)] = Standing(subject=subject, silenced_by=by, group=signal.group)
        verdict.acts.append(Act(alert_id=identity, commands=commands))

    def _cleared(self, identity: UUID, sequence: int, signal: Signal, verdict: Verdict) -> None:
        if self.held.pop(signal.key, None) is not None:
            verdict.steps.append(Step(alert_id=identity, at=signal.at, kind="dropped"))
        if self.standing.pop(str(identity), None) is not None:
            why = signal.why or "the condition holds no longer"
            command = ResolveAlert(signal=sequence, reason=why)
            verdict.acts.append(Act(alert_id=identity, commands=(command,)))


def raised_subject(event: AlertRaised) -> Subject:
    """What an alert is about, from the event that raised it."""
    kind = KINDS_BY_SOURCE.get(event.source)
    if kind is None:
        return Subject(
            device_id=event.device_id,
            severity=event.severity,
            rule_id=event.rule_id,
            rule_kind=str(event.detail.get("kind", "")) if event.rule_id else "",
            interface=event.interface,
        )
    return Subject(
        device_id=event.device_id,
        severity=event.severity,
        rule_id=event.rule_id,
        rule_kind=kind,
        interface=event.interface,
        found=True,
        metric=event.metric,
        score=score_of(event.detail),
    )


def score_of(detail: Mapping[str, Any]) -> float:
    """Of an anomaly, as its detector wrote it."""
    score = detail.get("score", 1.0)
    return float(score) if isinstance(score, int | float) else 1.0


def _under(standing: Standing, rule: RuleAlert | AlertRuled) -> Standing:
    subject = msgspec.structs.replace(standing.subject, rule_id=rule.rule_id, severity=rule.severity)
    return msgspec.structs.replace(standing, subject=subject, group=rule.group)


def _subject(signal: Signal) -> Subject:
    return Subject(
        device_id=signal.device_id,
        severity=signal.severity,
        rule_id=signal.rule_id,
        rule_kind=signal.rule_kind,
        interface=signal.interface,
    )


def _step(identity: UUID, signal: Signal) -> Step:
    body = {
        "rule_id": signal.rule_id,
        "device_id": signal.device_id,
        "rule_version": signal.rule_version,
        "interface": signal.interface,
        "group": signal.group,
        **signal.detail,
    }
    if signal.why:
        body["why"] = signal.why
    return Step(alert_id=identity, at=signal.at, kind=signal.kind, body=body)
