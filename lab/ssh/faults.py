"""What can go wrong with a device's command line on request."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "slow", "trickle", "chatty", "drop", "truncate", "interrupt", "wrong_prompt", "hang", "reject", "flood"
]


@dataclass(slots=True)
class Fault:
    """Strikes commands that start with `command`, `times` times (0 = always).

    slow: answers after `delay_s`. trickle: sends the answer byte by byte. chatty: log messages come with the answer and
    after the prompt. drop: the connection breaks in the middle of the answer. truncate: the answer is cut in the middle, at
    a line end, and the prompt follows as if all were well. interrupt: so too, with words of regret. wrong_prompt: another
    prompt than ever before follows. hang: half an answer, then silence. reject: refused with `message`, nothing done.
    flood: an answer without end.
    """

    kind: FaultKind
    command: str = ""
    times: int = 1
    delay_s: float = 0.0
    message: str = ""


class Faults:
    """The faults that wait to strike."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def strike(self, command: str) -> Fault | None:
        """The first fault for this command, used up where it has a count."""
        for fault in self.waiting:
            if command.startswith(fault.command):
                if fault.times:
                    fault.times -= 1
                    if not fault.times:
                        self.waiting.remove(fault)
                return fault
        return None
