"""Views of lists that a user keeps under names: filters, order and columns, wherever the user logs in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import msgspec

from domain.errors import Refused
from domain.event import Change, Command, Event, one_line

MOST = 200
"""Views of one user: they are picked from a menu."""

ListName = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9._-]*$")]
ViewName = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
_Word = Annotated[str, msgspec.Meta(max_length=60)]
_Filter = Annotated[str, msgspec.Meta(max_length=500)]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """`search` are the filters and the order as the address of the page has them; `columns` says which are shown, where
    it differs from what is shown without a choice."""

    search: Annotated[dict[_Word, _Filter], msgspec.Meta(max_length=50)] = {}
    columns: Annotated[dict[_Word, bool], msgspec.Meta(max_length=100)] = {}


Views = Mapping[str, Mapping[str, View]]
"""By the name of the list, then by their own."""


class SaveView(Command, frozen=True):
    """Keeps a view; one of the same name is replaced."""

    table: ListName
    name: ViewName
    view: View


class ForgetView(Command, frozen=True):
    table: ListName
    name: ViewName


class UserViewSaved(Event, frozen=True):
    topic: ClassVar[str] = "user.view_saved.v1"
    inverse: ClassVar[tuple[type[Command], ...]] = (ForgetView, SaveView)
    table: str
    name: str
    new: View
    old: View | None = None
    """What was kept under this name before."""

    def summary(self) -> str:
        return one_line(f"view “{self.name}” of {self.table} {'replaced' if self.old else 'saved'}")

    def changed(self) -> Sequence[Change]:
        return (_change(self.table, self.name, self.old, self.new),)

    def undo(self) -> Command:
        if self.old is None:
            return ForgetView(table=self.table, name=self.name)
        return SaveView(table=self.table, name=self.name, view=self.old)


class UserViewForgotten(Event, frozen=True):
    topic: ClassVar[str] = "user.view_forgotten.v1"
    inverse: ClassVar[type[Command] | str] = SaveView
    table: str
    name: str
    old: View

    def summary(self) -> str:
        return one_line(f"view “{self.name}” of {self.table} forgotten")

    def changed(self) -> Sequence[Change]:
        return (_change(self.table, self.name, self.old, None),)

    def undo(self) -> Command:
        return SaveView(table=self.table, name=self.name, view=self.old)


def _change(table: str, name: str, old: View | None, new: View | None) -> Change:
    return Change(f"views/{table}/{name}", msgspec.to_builtins(old), msgspec.to_builtins(new))


def decide(views: Views, command: SaveView | ForgetView) -> Sequence[Event]:
    """What becomes of a user's views."""
    table, name = command.table, command.name
    old = views.get(table, {}).get(name)
    match command:
        case SaveView(view=new):
            if new == old:
                return []
            if old is None and sum(map(len, views.values())) >= MOST:
                raise Refused(f"{MOST} views are kept already; forget some first", code="TOO_MANY_VIEWS")
            return [UserViewSaved(table=table, name=name, new=new, old=old)]
        case ForgetView():
            return [UserViewForgotten(table=table, name=name, old=old)] if old is not None else []


def evolve(views: Views, event: UserViewSaved | UserViewForgotten) -> Views:
    """The views after it; a list without any is left out."""
    rest = {name: view for name, view in views.get(event.table, {}).items() if name != event.name}
    kept = {**rest, event.name: event.new} if isinstance(event, UserViewSaved) else rest
    others = {table: named for table, named in views.items() if table != event.table}
    return {**others, event.table: kept} if kept else others
