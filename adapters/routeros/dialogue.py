"""A run of commands to one router under one deadline and one priority, in text rather than wire words."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from adapters.routeros.link import RouterLink
from adapters.routeros.wire import Row
from domain.router_ports import Priority, RouterError

COMMAND_S = 10.0
"""Deadline of a single command."""


def any_of(name: str, values: Collection[str]) -> list[str]:
    """`?` words for items whose property has one of these values."""
    words: list[str] = []
    for value in values:
        words += [f"?{name}={value}", "?#|"] if words else [f"?{name}={value}"]
    return words


class Dialogue:
    """Commands by menu; all raise RouterError. Every command queues for itself, so that others may go between."""

    def __init__(
        self, link: RouterLink, *, deadline_s: float, priority: Priority, command_s: float = COMMAND_S
    ) -> None:
        self._link = link
        self._priority = priority
        self._command_s = command_s
        self.ends = asyncio.get_running_loop().time() + deadline_s

    @property
    def remaining_s(self) -> float:
        return self.ends - asyncio.get_running_loop().time()

    async def rows(self, menu: str, fields: Sequence[str], *query: str) -> list[Row]:
        """Items of a menu. `query` holds `?` words in text; several are ANDed unless `?#` words say otherwise."""
        words = [self._wire(word) for word in query]
        answer = await self._call(f"{menu}/print", f"=.proplist={','.join(fields)}", *words)
        return [self._text(row) for row in answer]

    async def monitor(self, menu: str, **arguments: str) -> list[Row]:
        answer = await self._call(f"{menu}/monitor-traffic", *self._words(arguments), "=once=")
        return [self._text(row) for row in answer]

    async def add(self, menu: str, values: Mapping[str, str]) -> None:
        await self._call(f"{menu}/add", *self._words(values))

    async def set(self, menu: str, item_id: str, values: Mapping[str, str]) -> None:
        await self._call(f"{menu}/set", f"=.id={item_id}", *self._words(values))

    async def unset(self, menu: str, item_id: str, name: str) -> None:
        await self._call(f"{menu}/unset", f"=.id={item_id}", f"=value-name={name}")

    async def remove(self, menu: str, item_id: str) -> bool:
        """False when the item was gone already."""
        try:
            await self._call(f"{menu}/remove", f"=.id={item_id}")
        except RouterError as error:
            if error.code != "ROUTER_ITEM_NOT_FOUND":
                raise
            return False
        return True

    async def _call(self, command: str, *words: str) -> list[Row]:
        deadline_s = min(self._command_s, self.remaining_s)
        if deadline_s <= 0:
            raise RouterError(
                "ROUTER_TIMEOUT", f"no time was left for {command}; it was not sent", command=command
            )
        answer = await self._link.call(command, *words, deadline_s=deadline_s, priority=self._priority)
        return answer.rows

    def _words(self, values: Mapping[str, str]) -> list[str]:
        return [self._wire(f"={name}={value}") for name, value in values.items()]

    def _wire(self, text: str) -> str:
        try:
            return self._link.charset.encode(text)
        except ValueError as error:
            raise RouterError("ROUTER_ARGUMENT_REFUSED", f"{error}; set the charset of the router") from None

    def _text(self, row: Row) -> Row:
        decode = self._link.charset.decode
        return {name: decode(value) for name, value in row.items()}
