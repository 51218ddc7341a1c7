"""Faults that wait for a command of a simulated device to strike."""

from typing import Generic, Protocol, TypeVar


class CommandFault(Protocol):
    """What goes wrong with commands that start with `command`: `times` times (0 = always), once `after` have passed."""

    command: str
    times: int
    after: int


F = TypeVar("F", bound=CommandFault)


class Faults(Generic[F]):
    """The faults of one device."""

    def __init__(self) -> None:
        self.waiting: list[F] = []
        """What has not struck yet, or strikes always."""

    def add(self, fault: F) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def strike(self, command: str) -> F | None:
        """The first fault for this command, used up where it has a count."""
        for fault in self.waiting:
            if command.startswith(fault.command):
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times:
                    fault.times -= 1
                    if not fault.times:
                        self.waiting.remove(fault)
                return fault
        return None
