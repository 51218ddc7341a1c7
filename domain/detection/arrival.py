"""Whether a poll is news: duplicates and late ones teach nothing, and a clock that jumps is believed in the end."""

from typing import Final

import msgspec

_BELIEVED: Final = 5
"""So many polls in a row that are out of line with the newest, but in line with each other, are a clock that was set."""
_FAR_S: Final = 86_400.0
_NEVER: Final = -1e18


class Arrival(msgspec.Struct, array_like=True, gc=False):
    """The newest poll of one device and group. Times in s since the epoch."""

    newest: float = _NEVER
    astray: float = _NEVER
    """The last one that was older than the newest, or more than a day ahead of it."""
    run: int = 0

    def news(self, at_s: float) -> bool:
        if self.newest < at_s <= self.newest + _FAR_S or self.newest == _NEVER:
            self.newest, self.run = at_s, 0
            return True
        if at_s == self.newest:
            return False
        self.run = self.run + 1 if self.run and self.astray < at_s <= self.astray + _FAR_S else 1
        self.astray = at_s
        if self.run < _BELIEVED:
            return False
        self.newest, self.run = at_s, 0
        return True
