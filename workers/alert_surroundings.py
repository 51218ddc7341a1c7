"""What rules are evaluated with: the rules in force and what is known of the devices, kept up to date."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.alerting.rule import RuleVersion
from domain.alerting.scope import Traits
from projections import alert_rules, alert_world

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 2.0
_REMEMBERED = 256


class Surroundings:
    """One for all partitions of a process. `version` moves whenever something changed."""

    def __init__(self, connect: Connect, *, look_s: float = LOOK_S) -> None:
        self._connect = connect
        self._look_s = look_s
        self._position = 0
        self._changes: list[tuple[int, frozenset[str] | None]] = []
        self.rules: list[RuleVersion] = []
        self.traits: dict[str, Traits] = {}
        self.version = 0

    async def follow(self) -> None:
        """Keeps looking, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(self._look_s)

    async def look(self) -> None:
        """Reads what changed since the last look."""
        async with self._connect() as conn:
            rules = await alert_rules.in_force(conn)
            devices, self._position = await alert_world.traits_after(conn, self._position)
        changed = {key: traits for key, traits in devices.items() if self.traits.get(key) != traits}
        if rules == self.rules and not changed and self.version:
            return
        self.version += 1
        self._changes.append((self.version, None if rules != self.rules else frozenset(changed)))
        del self._changes[:-_REMEMBERED]
        self.traits.update(changed)
        self.rules = rules

    def changed_since(self, version: int) -> frozenset[str] | None:
        """Which devices changed after that version; None: any, or the rules themselves."""
        later = [changed for number, changed in self._changes if number > version]
        if len(later) < self.version - version or None in later:
            return None
        return frozenset[str]().union(*(changed for changed in later if changed is not None))
