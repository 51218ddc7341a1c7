"""Whether a poll is news: duplicates and late ones teach nothing, and a clock that was set back is believed in the end."""

from typing import Final

import msgspec

_BELIEVED: Final = 5
"""So many polls in a row that are older than the newest, but in order among themselves, are a clock that was set back."""


class Arrival(msgspec.Struct, array_like=True, gc=False):
    """The newest poll of one device and group. Times in s since the epoch."""

    newest: float = -1e18
    behind: float = -1e18
    """The last one that came late."""
    run: int = 0

    def news(self, at_s: float) -> bool:
        if at_s > self.newest:
            self.newest, self.run = at_s, 0
            return True
        if at_s == self.newest:
            return False
        self.run = self.run + 1 if at_s > self.behind or not self.run else 1
        self.behind = at_s
        if self.run < _BELIEVED:
            return False
        self.newest, self.run = at_s, 0
        return True
