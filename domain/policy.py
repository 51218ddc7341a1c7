"""A compliance policy: rules for configurations, as data."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.alert_commands import Severity
from domain.compliance import PolicyRule, Scope
from domain.config_dialects import PLATFORMS
from domain.errors import Conflict, Invalid, NotFound
from domain.event import Change, Command, Event, one_line
from domain.patterns import Patterns

CONTENT = ("name", "description", "severity", "platforms", "labels", "enabled", "rules")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Description = Annotated[str, msgspec.Meta(max_length=2_000)]
Names = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]], msgspec.Meta(max_length=50)
]
Rules = Annotated[list[PolicyRule], msgspec.Meta(min_length=1, max_length=200)]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "deleted"] = "absent"
    name: str = ""
    description: str = ""
    severity: Severity = "medium"
    platforms: list[str] = []
    labels: list[str] = []
    enabled: bool = True
    rules: list[PolicyRule] = []

    def scope(self, policy_id: str) -> Scope:
        return Scope(
            policy_id=policy_id,
            name=self.name,
            severity=self.severity,
            platforms=self.platforms,
            labels=self.labels,
            rules=self.rules,
        )


class PolicyContent(Command, frozen=True):
    """All of a policy. It is about devices of these platforms with one of these labels; none named: all of them."""

    name: Name
    rules: Rules
    description: Description = ""
    severity: Severity = "medium"
    platforms: Names = []
    labels: Names = []
    enabled: bool = True


class CreatePolicy(PolicyContent, frozen=True):
    """A policy that is not there yet."""


class ChangePolicy(Command, frozen=True):
    """What is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    rules: Rules | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType = msgspec.UNSET
    severity: Severity | msgspec.UnsetType = msgspec.UNSET
    platforms: Names | msgspec.UnsetType = msgspec.UNSET
    labels: Names | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class DeletePolicy(Command, frozen=True):
    """Its findings are closed at the next check."""


class UndeletePolicy(Command, frozen=True):
    """Takes a deletion back."""


class PolicyCreated(Event, frozen=True):
    topic: ClassVar[str] = "policy.created.v1"
    inverse: ClassVar[type[Command] | str] = DeletePolicy
    name: str
    rules: list[PolicyRule]
    description: str = ""
    severity: Severity = "medium"
    platforms: list[str] = []
    labels: list[str] = []
    enabled: bool = True

    def summary(self) -> str:
        return one_line(f"policy {self.name} created, {len(self.rules)} rules")

    def undo(self) -> Command:
        return DeletePolicy()


class PolicyChanged(Event, frozen=True):
    topic: ClassVar[str] = "policy.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangePolicy
    name: str
    changes: list[Change]

    def summary(self) -> str:
        return one_line(f"policy {self.name} changed: {', '.join(change.field for change in self.changes)}")

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangePolicy)


class PolicyDeleted(Event, frozen=True):
    topic: ClassVar[str] = "policy.deleted.v1"
    inverse: ClassVar[type[Command] | str] = UndeletePolicy
    name: str = ""

    def summary(self) -> str:
        return one_line(f"policy {self.name} deleted")

    def undo(self) -> Command:
        return UndeletePolicy()


class PolicyUndeleted(Event, frozen=True):
    topic: ClassVar[str] = "policy.undeleted.v1"
    inverse: ClassVar[type[Command] | str] = DeletePolicy
    name: str = ""

    def summary(self) -> str:
        return one_line(f"policy {self.name} is back")

    def undo(self) -> Command:
        return DeletePolicy()


def content(of: Policy | PolicyContent | ChangePolicy | PolicyCreated) -> dict[str, Any]:
    """The content as JSON values, as far as it is given."""
    given = {field: getattr(of, field) for field in CONTENT}
    return {field: msgspec.to_builtins(value) for field, value in given.items() if value is not msgspec.UNSET}


def check(wanted: Policy) -> None:
    """Raises Invalid with the field at fault. Whether a pattern is one, `check_patterns` tells."""
    if not wanted.name.strip() or not wanted.name.isprintable():
        raise Invalid("a policy needs a name that can be read", field="name")
    _known(wanted.platforms, "platforms")
    seen: set[str] = set()
    for number, rule in enumerate(wanted.rules):
        if rule.id in seen:
            raise Invalid(f"two rules are called {rule.id}", field=f"rules[{number}].id")
        seen.add(rule.id)
        _known(rule.platforms, f"rules[{number}].platforms")
        for field in ("value", "section", "only_if"):
            if len(getattr(rule, field).splitlines()) > 1:
                raise Invalid("rules look at one line at a time", field=f"rules[{number}].{field}")


def _known(platforms: Sequence[str], field: str) -> None:
    for number, platform in enumerate(platforms):
        if platform not in PLATFORMS:
            raise Invalid(
                f"no configurations of {platform} are understood; known are {', '.join(PLATFORMS)}",
                field=f"{field}[{number}]",
            )


def check_patterns(rules: Sequence[PolicyRule], patterns: Patterns) -> None:
    """Raises Invalid with the field of a pattern that is none, or that could take for ever."""
    for number, rule in enumerate(rules):
        fields = ["section", "only_if", *(["value"] if rule.check.endswith("match") else [])]
        for field in fields:
            try:
                if pattern := getattr(rule, field):
                    patterns.compile(pattern)
            except Invalid as error:
                raise Invalid(error.message, code=error.code, field=f"rules[{number}].{field}") from None


def decide(state: Policy, command: Command) -> Sequence[Event]:
    match command:
        case CreatePolicy():
            if state.state != "absent":
                raise Conflict("this policy exists already", code="POLICY_EXISTS")
            check(msgspec.convert(content(command), Policy))
            return [PolicyCreated(**{field: getattr(command, field) for field in CONTENT})]
        case _ if state.state == "absent":
            raise NotFound("no such policy", code="POLICY_NOT_FOUND")
        case UndeletePolicy():
            return [PolicyUndeleted(name=state.name)] if state.state == "deleted" else []
        case DeletePolicy():
            return [PolicyDeleted(name=state.name)] if state.state == "active" else []
        case _ if state.state == "deleted":
            raise NotFound("the policy is deleted; revert its deletion first", code="POLICY_NOT_FOUND")
        case ChangePolicy():
            return _change(state, command)
        case _:
            raise TypeError(f"a policy knows no {type(command).__name__}")


def _change(state: Policy, command: ChangePolicy) -> Sequence[Event]:
    before, after = content(state), content(command)
    check(msgspec.convert({**before, **after}, Policy))
    changes = [Change(field, before[field], new) for field, new in after.items() if before[field] != new]
    return [PolicyChanged(name=after.get("name", state.name), changes=changes)] if changes else []


def evolve(state: Policy, event: Event) -> Policy:
    match event:
        case PolicyCreated():
            return Policy(state="active", **{field: getattr(event, field) for field in CONTENT})
        case PolicyChanged():
            return msgspec.convert({**msgspec.to_builtins(state), **changed(event)}, Policy)
        case PolicyDeleted():
            return msgspec.structs.replace(state, state="deleted")
        case PolicyUndeleted():
            return msgspec.structs.replace(state, state="active")
        case _:
            return state


def changed(event: PolicyChanged) -> dict[str, Any]:
    """The new values of what this release knows of a policy."""
    return {change.field: change.new for change in event.changes if change.field in CONTENT}


POLICY = Aggregate(
    name="policy",
    initial=Policy(),
    decide=decide,
    evolve=evolve,
    events=(PolicyCreated, PolicyChanged, PolicyDeleted, PolicyUndeleted),
)
