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
