"""What is sent to a channel, and the port that sends it."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from domain.channel import ChannelKind

News = Literal["raised", "resolved"]


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where to, as the vault keeps it. `key` signs webhooks."""

    url: str
    key: str = ""

    def __repr__(self) -> str:
        return "Address(…)"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One message about one alert or several. `id` is the same however often it is sent."""

    id: str
    kind: Literal["raised", "resolved", "test"]
    title: str
    text: str
    severity: str
    alerts: Sequence[dict[str, Any]] = ()
    total: int = 0
    """How many alerts it is about; `alerts` may hold fewer."""


class DeliveryFailed(Exception):
    """The message was not taken; the text says why, without the address. `permanent`: trying again is of no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Notifications(Protocol):
    async def send(self, kind: ChannelKind, address: Address, notification: Notification) -> None:
        """Returns once the other side took it; raises DeliveryFailed."""
        ...

    def check(self, kind: ChannelKind, address: Address) -> str:
        """What may be shown of the address; raises Invalid for one that cannot work."""
        ...


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery whose time has come."""

    id: int
    channel_id: str
    alert_id: str
    occurrence: int
    kind: News
    group: str
    attempts: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news for one channel."""

    channel_id: str
    alert_id: str
    occurrence: int
    kind: News
    severity: str
    group: str
    position: int


class DeliveryStore(Protocol):
    """Deliveries with what became of them."""

    async def position(self) -> int | None:
        """How far the ledger was read for news; None before the first time."""
        ...

    async def want(
        self, wanted: Sequence[Wanted], position: int, *, wait_s: float, interval_s: float
    ) -> None:
        """News to tell, each once a channel, after a while in which more of the same group may come, and not sooner than
        `interval_s` after the last message of the group."""
        ...

    async def due(self, *, limit: int) -> list[Due]: ...

    async def delivered(self, ids: Sequence[int]) -> None: ...

    async def suppressed(self, ids: Sequence[int], why: str) -> None:
        """Nobody is to be told, for now at least."""
        ...

    async def failed(self, ids: Sequence[int], why: str, *, again_in_s: float | None) -> None:
        """Not taken; None: it will not be tried again."""
        ...

    async def told(self, alert_ids: Sequence[str]) -> set[tuple[str, str, int]]:
        """Which (channel, alert, occurrence) were told, or are about to be told, that these alerts were raised."""
        ...
