"""What became of a change of a device's configuration, and how its failure is told."""

from typing import Literal

import msgspec

from domain.config_ports import RejectedLine

DoneState = Literal["applied", "unchanged", "rolled_back", "differs"]


class ChangeDone(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it. `before_id` and `after_id` are the backups of what the device ran before and runs now."""

    state: DoneState
    """`differs`: neither what was wanted nor what was before."""
    before_id: str
    after_id: str
    lines: int = 0
    rejected: RejectedLine | None = None
    message: str = ""
    missing: tuple[str, ...] = ()
    confirmed_by: str = ""
    observed: bool = True


def failure_of(done: ChangeDone) -> tuple[str, str]:
    """Code and words: which line was refused, what the device answered, and what it runs now."""
    if done.state == "differs":
        return (
            "CONFIG_NOT_ROLLED_BACK",
            done.message or "the device runs neither what was wanted nor what was before",
        )
    if done.rejected is not None:
        number = f"line {done.rejected.number} " if done.rejected.number else ""
        return (
            "CONFIG_LINE_REJECTED",
            f"the device rejected {number}`{done.rejected.line}`: {done.rejected.answer}; it runs what it ran before",
        )
    return "CONFIG_ROLLED_BACK", done.message or "the device took the change back"
