"""A template of configurations: a text with declared variables, of which every version is kept."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.config_dialects import PLATFORMS
from domain.errors import Conflict, Invalid, NotFound
from domain.event import Change, Command, Event, one_line
from domain.template_variables import Variable, check_declarations

LARGEST_BODY = 128 * 1024
"""Characters of a template's text."""
CONTENT = ("name", "description", "platforms", "body", "variables")
"""What a version consists of."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Description = Annotated[str, msgspec.Meta(max_length=2_000)]
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=LARGEST_BODY)]
Variables = Annotated[list[Variable], msgspec.Meta(max_length=100)]
Platforms = Annotated[list[str], msgspec.Meta(max_length=50)]


class Template(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "deleted"] = "absent"
    name: str = ""
    description: str = ""
    platforms: list[str] = []
    body: str = ""
    variables: list[Variable] = []


class TemplateContent(Command, frozen=True):
    """All of a template. `platforms` are those it is for, none: every one."""

    name: Name
    body: Body
    description: Description = ""
    platforms: Platforms = []
    variables: Variables = []


class CreateTemplate(TemplateContent, frozen=True):
    """A template that is not there yet."""


class ChangeTemplate(Command, frozen=True):
    """A new version; what is left out stays. `restored_from` names the old version that it brings back."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    body: Body | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType = msgspec.UNSET
    platforms: Platforms | msgspec.UnsetType = msgspec.UNSET
    variables: Variables | msgspec.UnsetType = msgspec.UNSET
    restored_from: int | None = None


class DeleteTemplate(Command, frozen=True):
    """Its versions stay in the ledger."""


class UndeleteTemplate(Command, frozen=True):
    """Takes a deletion back."""


class TemplateCreated(Event, frozen=True):
    topic: ClassVar[str] = "template.created.v1"
    inverse: ClassVar[type[Command] | str] = DeleteTemplate
    name: str
    body: str
    description: str = ""
    platforms: list[str] = []
    variables: list[Variable] = []

    def summary(self) -> str:
        return one_line(f"template {self.name} created")

    def undo(self) -> Command:
        return DeleteTemplate()


class TemplateChanged(Event, frozen=True):
    topic: ClassVar[str] = "template.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeTemplate
    name: str
    changes: list[Change]
    restored_from: int | None = None

    def summary(self) -> str:
        what = ", ".join(change.field for change in self.changes)
        restored = f", version {self.restored_from} restored" if self.restored_from else ""
        return one_line(f"template {self.name} changed: {what}{restored}")

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeTemplate)


class TemplateDeleted(Event, frozen=True):
    topic: ClassVar[str] = "template.deleted.v1"
    inverse: ClassVar[type[Command] | str] = UndeleteTemplate
    name: str = ""

    def summary(self) -> str:
        return one_line(f"template {self.name} deleted")

    def undo(self) -> Command:
        return UndeleteTemplate()


class TemplateUndeleted(Event, frozen=True):
    topic: ClassVar[str] = "template.undeleted.v1"
    inverse: ClassVar[type[Command] | str] = DeleteTemplate
    name: str = ""

    def summary(self) -> str:
        return one_line(f"template {self.name} is back")

    def undo(self) -> Command:
        return DeleteTemplate()


def content(of: Template | TemplateContent | ChangeTemplate | TemplateCreated) -> dict[str, Any]:
    """The content as JSON values, as far as it is given."""
    given = {field: getattr(of, field) for field in CONTENT}
    return {field: msgspec.to_builtins(value) for field, value in given.items() if value is not msgspec.UNSET}


def check(wanted: Template) -> None:
    """Raises Invalid with the field at fault. Whether the text is a template, the engine knows."""
    if not wanted.name.strip() or not wanted.name.isprintable():
        raise Invalid("a template needs a name that can be read", field="name")
    for number, platform in enumerate(wanted.platforms):
        if platform not in PLATFORMS:
            raise Invalid(
                f"no configurations of {platform} are understood; known are {', '.join(PLATFORMS)}",
                field=f"platforms[{number}]",
            )
    check_declarations(wanted.variables)


def decide(state: Template, command: Command) -> Sequence[Event]:
    match command:
        case CreateTemplate():
            if state.state != "absent":
                raise Conflict("this template exists already", code="TEMPLATE_EXISTS")
            check(msgspec.convert(content(command), Template))
            return [
                TemplateCreated(
                    name=command.name,
                    body=command.body,
                    description=command.description,
                    platforms=command.platforms,
                    variables=command.variables,
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such template", code="TEMPLATE_NOT_FOUND")
        case UndeleteTemplate():
            return [TemplateUndeleted(name=state.name)] if state.state == "deleted" else []
        case DeleteTemplate():
            return [TemplateDeleted(name=state.name)] if state.state == "active" else []
        case _ if state.state == "deleted":
            raise NotFound("the template is deleted; revert its deletion first", code="TEMPLATE_NOT_FOUND")
        case ChangeTemplate():
            return _change(state, command)
        case _:
            raise TypeError(f"a template knows no {type(command).__name__}")


def _change(state: Template, command: ChangeTemplate) -> Sequence[Event]:
    before, after = content(state), content(command)
    check(msgspec.convert({**before, **after}, Template))
    changes = [Change(field, before[field], new) for field, new in after.items() if before[field] != new]
    if not changes:
        return []
    name = after.get("name", state.name)
    return [TemplateChanged(name=name, changes=changes, restored_from=command.restored_from)]


def evolve(state: Template, event: Event) -> Template:
    match event:
        case TemplateCreated():
            return msgspec.convert({"state": "active", **content(event)}, Template)
        case TemplateChanged():
            return msgspec.convert({**msgspec.to_builtins(state), **changed(event)}, Template)
        case TemplateDeleted():
            return msgspec.structs.replace(state, state="deleted")
        case TemplateUndeleted():
            return msgspec.structs.replace(state, state="active")
        case _:
            return state


def changed(event: TemplateChanged) -> dict[str, Any]:
    """The new values of what this release knows of a template."""
    return {change.field: change.new for change in event.changes if change.field in CONTENT}


TEMPLATE = Aggregate(
    name="template",
    initial=Template(),
    decide=decide,
    evolve=evolve,
    events=(TemplateCreated, TemplateChanged, TemplateDeleted, TemplateUndeleted),
)
