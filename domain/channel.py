"""A channel: where alerts are told. Its address and key lie in the vault; events carry the vault's id alone."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.alert_commands import Severity
from domain.alerting.scope import Matchers
from domain.device_facts import as_json
from domain.errors import Conflict, NotFound
from domain.event import Change, Command, Event, one_line

ChannelKind = Literal["webhook", "apprise"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Target = Annotated[str, msgspec.Meta(max_length=300)]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "deleted"] = "absent"
    name: str = ""
    kind: ChannelKind = "webhook"
    enabled: bool = True
    min_severity: Severity = "info"
    tell_resolved: bool = True
    matchers: Matchers = Matchers()
    target: str = ""
    secret_id: str = ""


class CreateChannel(Command, frozen=True):
    """`target` is what may be shown of the address."""

    name: Name
    kind: ChannelKind
    target: Target
    secret_id: str
    enabled: bool = True
    min_severity: Severity = "info"
    tell_resolved: bool = True
    matchers: Matchers = Matchers()


class ChangeChannel(Command, frozen=True):
    """What is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    min_severity: Severity | msgspec.UnsetType = msgspec.UNSET
    tell_resolved: bool | msgspec.UnsetType = msgspec.UNSET
    matchers: Matchers | msgspec.UnsetType = msgspec.UNSET


class ReplaceChannelAddress(Command, frozen=True):
    target: Target
    secret_id: str


class DeleteChannel(Command, frozen=True):
    """Its address is destroyed with it."""


class ChannelCreated(Event, frozen=True):
    topic: ClassVar[str] = "channel.created.v1"
    inverse: ClassVar[type[Command] | str] = DeleteChannel
    name: str
    kind: ChannelKind
    target: str
    secret_id: str
    enabled: bool = True
    min_severity: Severity = "info"
    tell_resolved: bool = True
    matchers: Matchers = Matchers()

    def summary(self) -> str:
        return one_line(f"channel {self.name} ({self.kind}) to {self.target} created")

    def undo(self) -> Command:
        return DeleteChannel()


class ChannelChanged(Event, frozen=True):
    topic: ClassVar[str] = "channel.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeChannel
    changes: list[Change]

    def summary(self) -> str:
        return "channel changed: " + ", ".join(change.field for change in self.changes)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeChannel)


class ChannelAddressReplaced(Event, frozen=True):
    topic: ClassVar[str] = "channel.address_replaced.v1"
    inverse: ClassVar[type[Command] | str] = "the old address was destroyed; replace it again"
    target: str
    secret_id: str

    def summary(self) -> str:
        return one_line(f"now goes to {self.target}")


class ChannelDeleted(Event, frozen=True):
    topic: ClassVar[str] = "channel.deleted.v1"
    inverse: ClassVar[type[Command] | str] = "the address was destroyed; create the channel again"
    name: str

    def summary(self) -> str:
        return one_line(f"channel {self.name} deleted")


def decide(state: Channel, command: Command) -> Sequence[Event]:
    match command:
        case CreateChannel():
            if state.state != "absent":
                raise Conflict("this channel exists already", code="CHANNEL_EXISTS")
            fields = {name: getattr(command, name) for name in CreateChannel.__struct_fields__}
            fields.pop("reason")
            return [ChannelCreated(**fields)]
        case DeleteChannel() if state.state == "deleted":
            return []
        case _ if state.state != "active":
            raise NotFound("no such channel", code="CHANNEL_NOT_FOUND")
        case ChangeChannel():
            given = {name: getattr(command, name) for name in _CHANGEABLE}
            changes = [
                Change(name, as_json(getattr(state, name)), as_json(value))
                for name, value in given.items()
                if value is not msgspec.UNSET and value != getattr(state, name)
            ]
            return [ChannelChanged(changes=changes)] if changes else []
        case ReplaceChannelAddress():
            if (command.target, command.secret_id) == (state.target, state.secret_id):
                return []
            return [ChannelAddressReplaced(target=command.target, secret_id=command.secret_id)]
        case DeleteChannel():
            return [ChannelDeleted(name=state.name)]
        case _:
            raise TypeError(f"a channel knows no {type(command).__name__}")


_CHANGEABLE = ("name", "enabled", "min_severity", "tell_resolved", "matchers")


def evolve(state: Channel, event: Event) -> Channel:
    replace = msgspec.structs.replace
    match event:
        case ChannelCreated():
            fields = {name: getattr(event, name) for name in ChannelCreated.__struct_fields__}
            return Channel(state="active", **fields)
        case ChannelChanged():
            given = {change.field: change.new for change in event.changes if change.field in _CHANGEABLE}
            wanted = msgspec.convert(given, ChangeChannel)
            return replace(state, **{name: getattr(wanted, name) for name in given})
        case ChannelAddressReplaced():
            return replace(state, target=event.target, secret_id=event.secret_id)
        case ChannelDeleted():
            return replace(state, state="deleted", secret_id="")
        case _:
            return state


CHANNEL = Aggregate(
    name="channel",
    initial=Channel(),
    decide=decide,
    evolve=evolve,
    events=(ChannelCreated, ChannelChanged, ChannelAddressReplaced, ChannelDeleted),
)
