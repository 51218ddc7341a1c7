"""What a plan is put together from."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Steps:
    """Lines to send, in order, and in words what they do not do. `load`: the lines replace the whole configuration."""

    lines: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    load: bool = False
