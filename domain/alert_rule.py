"""An alert rule with all its versions: who wrote each, any of them restorable, enabled or not."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.alert_commands import Severity
from domain.alerting.rule import Condition, Name, Rule, check
from domain.alerting.scope import Scope
from domain.errors import Conflict, NotFound
from domain.event import Change, Command, Event, one_line

MAX_VERSIONS = 500
"""Texts that an aggregate remembers; older ones stay in the ledger and can be restored no more."""


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "deleted"] = "absent"
    version: int = 0
    rule: Rule | None = None
    template: str = ""
    versions: dict[int, Rule] = {}


class CreateAlertRule(Command, frozen=True):
    """`template` names what it was made from."""

    rule: Rule
    template: Annotated[str, msgspec.Meta(max_length=100)] = ""


class ChangeAlertRule(Command, frozen=True):
    """What is left out stays; a condition and a scope are given whole."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    condition: Condition | msgspec.UnsetType = msgspec.UNSET
    severity: Severity | msgspec.UnsetType = msgspec.UNSET
    scope: Scope | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    description: Annotated[str, msgspec.Meta(max_length=2_000)] | msgspec.UnsetType = msgspec.UNSET
    group_by: Literal["rule", "site", "device"] | msgspec.UnsetType = msgspec.UNSET


class RestoreAlertRule(Command, frozen=True):
    """Brings the text of an old version back, as a new version; a deleted rule comes back with it."""

    version: Annotated[int, msgspec.Meta(ge=1)]


class DeleteAlertRule(Command, frozen=True):
    """Its versions stay, and any of them can be restored."""


class AlertRuleCreated(Event, frozen=True):
    topic: ClassVar[str] = "alert_rule.created.v1"
    inverse: ClassVar[type[Command] | str] = DeleteAlertRule
    rule: Rule
    template: str = ""

    def summary(self) -> str:
        return one_line(f"alert rule {self.rule.name} created")

    def undo(self) -> Command:
        return DeleteAlertRule()


class AlertRuleChanged(Event, frozen=True):
    topic: ClassVar[str] = "alert_rule.changed.v1"
    inverse: ClassVar[type[Command] | str] = RestoreAlertRule
    version: int
    previous_version: int
    rule: Rule
    changes: list[Change]

    def summary(self) -> str:
        fields = ", ".join(change.field for change in self.changes)
        return one_line(f"alert rule {self.rule.name} changed to version {self.version}: {fields}")

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return RestoreAlertRule(version=self.previous_version)


class AlertRuleRestored(Event, frozen=True):
    topic: ClassVar[str] = "alert_rule.restored.v1"
    inverse: ClassVar[type[Command] | str] = RestoreAlertRule
    version: int
    previous_version: int
    restored_version: int
    rule: Rule
    changes: list[Change]

    def summary(self) -> str:
        return one_line(
            f"alert rule {self.rule.name}: version {self.restored_version} restored as version {self.version}"
        )

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return RestoreAlertRule(version=self.previous_version)


class AlertRuleDeleted(Event, frozen=True):
    topic: ClassVar[str] = "alert_rule.deleted.v1"
    inverse: ClassVar[type[Command] | str] = RestoreAlertRule
    name: str
    version: int

    def summary(self) -> str:
        return one_line(f"alert rule {self.name} deleted")

    def undo(self) -> Command:
        return RestoreAlertRule(version=self.version)


class AlertRuleUndeleted(Event, frozen=True):
    topic: ClassVar[str] = "alert_rule.undeleted.v1"
    inverse: ClassVar[type[Command] | str] = DeleteAlertRule
    name: str

    def summary(self) -> str:
        return one_line(f"alert rule {self.name} is back")

    def undo(self) -> Command:
        return DeleteAlertRule()


def decide(state: AlertRule, command: Command) -> Sequence[Event]:
    match command:
        case CreateAlertRule():
            if state.state != "absent":
                raise Conflict("this rule exists already", code="ALERT_RULE_EXISTS")
            check(command.rule)
            return [AlertRuleCreated(rule=command.rule, template=command.template)]
        case _ if state.rule is None:
            raise NotFound("no such alert rule", code="ALERT_RULE_NOT_FOUND")
        case RestoreAlertRule():
            return _restored(state, state.rule, command)
        case DeleteAlertRule() if state.state == "deleted":
            return []
        case _ if state.state == "deleted":
            raise NotFound(
                "this alert rule was deleted; restore a version first", code="ALERT_RULE_NOT_FOUND"
            )
        case ChangeAlertRule():
            fields = {name: getattr(command, name) for name in Rule.__struct_fields__}
            given = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
            wanted = msgspec.structs.replace(state.rule, **given)
            check(wanted)
            changes = _changes(state.rule, wanted)
            if not changes:
                return []
            version = state.version + 1
            return [
                AlertRuleChanged(
                    version=version, previous_version=state.version, rule=wanted, changes=changes
                )
            ]
        case DeleteAlertRule():
            return [AlertRuleDeleted(name=state.rule.name, version=state.version)]
        case _:
            raise TypeError(f"an alert rule knows no {type(command).__name__}")


def _restored(state: AlertRule, present: Rule, command: RestoreAlertRule) -> Sequence[Event]:
    wanted = state.versions.get(command.version)
    if wanted is None:
        raise NotFound(
            f"this rule has no version {command.version}",
            code="ALERT_RULE_VERSION_NOT_FOUND",
            field="version",
        )
    events: list[Event] = [AlertRuleUndeleted(name=present.name)] if state.state == "deleted" else []
    changes = _changes(present, wanted)
    if changes:
        restored = AlertRuleRestored(
            version=state.version + 1,
            previous_version=state.version,
            restored_version=command.version,
            rule=wanted,
            changes=changes,
        )
        events.append(restored)
    return events


def _changes(old: Rule, new: Rule) -> list[Change]:
    before, after = _flat(old), _flat(new)
    return [
        Change(field, before.get(field), after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    ]


def _flat(rule: Rule) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in msgspec.to_builtins(rule).items():
        if isinstance(value, dict):
            flat.update({f"{name}/{field}": inner for field, inner in value.items()})
        else:
            flat[name] = value
    return {name: list(value) if isinstance(value, tuple) else value for name, value in flat.items()}


def evolve(state: AlertRule, event: Event) -> AlertRule:
    match event:
        case AlertRuleCreated():
            return AlertRule(
                state="active",
                version=1,
                rule=event.rule,
                template=event.template,
                versions={1: event.rule},
            )
        case AlertRuleChanged() | AlertRuleRestored():
            versions = {**state.versions, event.version: event.rule}
            versions.pop(event.version - MAX_VERSIONS, None)
            return msgspec.structs.replace(state, version=event.version, rule=event.rule, versions=versions)
        case AlertRuleDeleted():
            return msgspec.structs.replace(state, state="deleted")
        case AlertRuleUndeleted():
            return msgspec.structs.replace(state, state="active")
        case _:
            return state


ALERT_RULE = Aggregate(
    name="alert_rule",
    initial=AlertRule(),
    decide=decide,
    evolve=evolve,
    events=(AlertRuleCreated, AlertRuleChanged, AlertRuleRestored, AlertRuleDeleted, AlertRuleUndeleted),
)
