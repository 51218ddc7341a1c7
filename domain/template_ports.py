"""What the product asks of a template engine: to look at a text, and to render it, bounded in time and size."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

LARGEST_OUTPUT = 1024 * 1024
"""Characters of one rendered configuration."""

FaultCode = Literal[
    "TEMPLATE_SYNTAX",
    "TEMPLATE_FORBIDDEN",
    "TEMPLATE_UNDEFINED",
    "TEMPLATE_FAILED",
    "TEMPLATE_TOO_SLOW",
    "TEMPLATE_TOO_LARGE",
]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a template cannot be used or rendered. `line` counts from 1, 0 where no line is to blame."""

    code: FaultCode
    message: str
    line: int = 0


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at a template's text tells: the names it needs, with the line where each is first used, or its fault."""

    names: dict[str, int] = {}
    fault: Fault | None = None


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered text, or why there is none. It may hold secrets."""

    text: str = ""
    fault: Fault | None = None

    def __repr__(self) -> str:
        return f"<Rendered {len(self.text)} characters>"


class TemplateEngine(Protocol):
    """Renders what engineers wrote, and cannot be made to do anything else by it. Raises Unavailable alone."""

    async def look(self, body: str) -> Looked:
        """Without rendering."""
        ...

    async def render(self, body: str, contexts: Sequence[Mapping[str, Any]]) -> list[Rendered]:
        """One text a context, in their order. A context is made of JSON values."""
        ...
