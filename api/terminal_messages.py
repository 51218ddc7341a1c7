"""What goes over the WebSocket of a terminal."""

from typing import Annotated

import msgspec

from domain.terminal import EndCause

LARGEST_INPUT = 65_536
"""Characters of one message: a pasted configuration comes in several."""

Columns = Annotated[int, msgspec.Meta(ge=2, le=1_000)]
Rows = Annotated[int, msgspec.Meta(ge=1, le=500)]


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the client says first: why it wants in, and the size of its window."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    columns: Columns = 80
    rows: Rows = 24


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="input"):
    data: Annotated[str, msgspec.Meta(max_length=LARGEST_INPUT)]

    def __repr__(self) -> str:
        return "<Typed>"  # passwords are among it


class Resized(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="resize"):
    columns: Columns
    rows: Rows


class Opened(msgspec.Struct, frozen=True, tag_field="kind", tag="opened"):
    """The device let us in; what it writes comes as binary frames from now on."""

    session_id: str
    address: str
    host_key: str
    idle_timeout_s: float


class Closed(msgspec.Struct, frozen=True, tag_field="kind", tag="ended"):
    session_id: str
    cause: EndCause
    message: str = ""


class Failed(msgspec.Struct, frozen=True, tag_field="kind", tag="error"):
    """The device did not let us in."""

    code: str
    message: str


messages = msgspec.json.Decoder(Typed | Resized)
