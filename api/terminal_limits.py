"""How long and how many terminal sessions may be open in one process."""

import contextlib
from collections.abc import Iterator

from domain.errors import Unavailable

MOST = 100


class TerminalLimits:
    """One a process."""

    def __init__(self, *, idle_s: float, most: int = MOST) -> None:
        self.idle_s = idle_s
        self._most = most
        self._open = 0

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Raises Unavailable where too many are open."""
        if self._open >= self._most:
            raise Unavailable(f"{self._most} terminals are open already; close one or try again later")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
