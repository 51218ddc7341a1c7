"""What can go wrong with a router on request."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "slow",
    "trickle",
    "drop_before",
    "drop_after",
    "drop_mid_sentence",
    "half_sentence",
    "hang",
    "reject",
    "fatal",
]


@dataclass(slots=True)
class Fault:
    """Strikes commands whose path starts with `command`, `times` times (0 = always), once `after` of them have passed.

    slow: answers after `delay_s`. trickle: sends the answer byte by byte over `delay_s`. drop_before, drop_after: the
    connection breaks before, or after, the command was carried out, without an answer. drop_mid_sentence: it breaks
    inside the first sentence of the answer. half_sentence: half an answer, then silence. hang: silence. reject: a
    `!trap` with `message` and `category`, nothing done. fatal: `!fatal` with `message`, and the connection closes.
    """

    kind: FaultKind
    command: str = "/"
    times: int = 1
    delay_s: float = 0.0
    message: str = "failure: rejected"
    category: int | None = None
    after: int = 0


class Faults:
    """The faults that wait to strike."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        """What has not struck yet, or strikes always."""

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def strike(self, command: str) -> Fault | None:
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
