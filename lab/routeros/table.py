"""A menu of items (`/ppp/secret`, `/queue/simple`): what may be asked of it and what it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.routeros.trap import NO_SUCH_ITEM, Trap

Row = dict[str, str]
Check = Callable[[str], str]
"""Gives a value as the router stores it; raises ValueError for one that it refuses."""
Watcher = Callable[[Row, bool], None]
"""Called with an item that changed, and whether it is gone."""

EDITABLE = frozenset({"print", "getall", "listen", "add", "set", "unset", "remove", "enable", "disable"})
READABLE = frozenset({"print", "getall", "listen"})
REMOVABLE = READABLE | {"remove"}


def text(value: str) -> str:
    return value


def boolean(value: str) -> str:
    plain = {"yes": "true", "no": "false", "true": "true", "false": "false", "": "true"}.get(value)
    if plain is None:
        raise ValueError(value)
    return plain


@dataclass(frozen=True, slots=True)
class Column:
    """A property of an item. Without a default it is left out of answers until somebody sets it."""

    check: Check = text
    default: str | None = None
    required: bool = False
    refusal: str = "invalid value for argument {name}"


class Table:
    """Items by id, in the order in which they were added. Ids are `*` and upper-case hex, and are not given twice."""

    def __init__(
        self,
        columns: Mapping[str, Column],
        *,
        unique: Sequence[str] = (),
        duplicate: str = "",
        key: str = "name",
        live: Callable[[Row], Mapping[str, str]] | None = None,
        first_id: int = 1,
        verbs: frozenset[str] = EDITABLE,
        reports_dynamic_loss: bool = True,
        newest_first: bool = False,
        on_remove: Callable[[Row], None] | None = None,
    ) -> None:
        self.columns = columns
        self.items: dict[str, Row] = {}
        self.watchers: set[Watcher] = set()
        self.key = key
        self.verbs = verbs
        self._unique = tuple(unique)
        self._duplicate = duplicate
        self._live = live
        self._next_id = first_id
        self._reports_dynamic_loss = reports_dynamic_loss
        self._newest_first = newest_first
        self._on_remove = on_remove

    def rows(self) -> list[Row]:
        items = reversed(self.items.values()) if self._newest_first else self.items.values()
        return [self.render(item) for item in items]

    def render(self, item: Row) -> Row:
        return item if self._live is None else {**item, **self._live(item)}

    def find(self, **values: str) -> Row | None:
        wanted = {name.replace("_", "-"): value for name, value in values.items()}
        return next((item for item in self.items.values() if wanted.items() <= item.items()), None)

    def resolve(self, numbers: str) -> list[Row]:
        """Items by id or name, several after a comma."""
        found = []
        for number in numbers.split(","):
            item = self.items.get(number) or self._named(number)
            if item is None:
                raise Trap(NO_SUCH_ITEM, category=0)
            found.append(item)
        return found

    def _named(self, name: str) -> Row | None:
        return next((item for item in self.items.values() if item.get(self.key) == name), None)

    def add(self, values: Mapping[str, str]) -> Row:
        """What an operator adds: checked, with defaults."""
        for name, column in self.columns.items():
            if column.required and not values.get(name):
                raise Trap(f"missing value(s) of argument(s) {name}")
        checked = {name: self._checked(name, value) for name, value in values.items()}
        defaults = {
            name: column.default for name, column in self.columns.items() if column.default is not None
        }
        item = {**defaults, **checked}
        self._refuse_duplicate(item)
        return self.insert(item)

    def insert(self, values: Mapping[str, str], *, item_id: str = "") -> Row:
        """What the router itself adds, unchecked."""
        if not item_id:
            item_id = f"*{self._next_id:X}"
            self._next_id += 1
        item = {".id": item_id, **values}
        self.items[item_id] = item
        self._tell(item, gone=False)
        return item

    def set(self, numbers: str, values: Mapping[str, str]) -> list[Row]:
        items = self.resolve(numbers)
        checked = {name: self._checked(name, value) for name, value in values.items()}
        for item in items:
            self._refuse_duplicate({**item, **checked})
            item.update(checked)
            if item.get("comment") == "":
                del item["comment"]
            self._tell(item, gone=False)
        return items

    def unset(self, numbers: str, name: str) -> list[Row]:
        if name not in self.columns:
            raise Trap(f"input does not match any value of value-name: {name}", category=1)
        items = self.resolve(numbers)
        for item in items:
            default = self.columns[name].default
            if default is None:
                item.pop(name, None)
            else:
                item[name] = default
            self._tell(item, gone=False)
        return items

    def remove(self, numbers: str) -> list[Row]:
        items = self.resolve(numbers)
        for item in items:
            if self._on_remove is None:
                self.discard(item[".id"])
            else:
                self._on_remove(item)
        return items

    def discard(self, item_id: str) -> None:
        item = self.items.pop(item_id, None)
        if item is not None and (self._reports_dynamic_loss or item.get("dynamic") != "true"):
            self._tell(item, gone=True)

    def clear(self, predicate: Callable[[Row], bool]) -> None:
        for item_id in [item_id for item_id, item in self.items.items() if predicate(item)]:
            self.discard(item_id)

    def _checked(self, name: str, value: str) -> str:
        column = self.columns.get(name)
        if column is None:
            raise Trap(f"unknown parameter {name}")
        try:
            return column.check(value)
        except ValueError:
            raise Trap(column.refusal.format(name=name), category=1) from None

    def _refuse_duplicate(self, item: Mapping[str, str]) -> None:
        if not self._unique:
            return
        key = [item.get(name) for name in self._unique]
        for other in self.items.values():
            if other[".id"] != item.get(".id") and [other.get(name) for name in self._unique] == key:
                raise Trap(f"failure: {self._duplicate}")

    def _tell(self, item: Row, *, gone: bool) -> None:
        if self.watchers:
            row = {".id": item[".id"]} if gone else self.render(item)
            for watcher in tuple(self.watchers):
                watcher(row, gone)


def proplist(rows: Iterable[Row], names: Sequence[str]) -> list[Row]:
    """Only the named properties, in the order asked for."""
    return [{name: row[name] for name in names if name in row} for row in rows]
