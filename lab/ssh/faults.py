"""What can go wrong with a device's command line on request."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "slow", "trickle", "chatty", "drop", "truncate", "interrupt", "wrong_prompt", "hang", "reject", "flood"
]


@dataclass(slots=True)
class Fault:
    """Strikes commands that start with `command`, `times` times (0 = always), once `after` of them have passed.

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
    after: int = 0
