"""What a check of the whole ledger answers."""

import msgspec


class Break(msgspec.Struct, frozen=True):
    """The first place where the ledger is not what was written."""

    kind: str
    position: int
    what: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """`proven` is the last position that a signature or the head's keyed hash vouches for."""

    intact: bool
    events: int
    position: int
    checkpoints: int
    proven: int
    finding: Break | None = None
