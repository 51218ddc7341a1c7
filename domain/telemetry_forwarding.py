"""Telemetry that goes on to a server of the user's."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.telemetry import Poll, StreamPlace


class Rejected(Exception):
    """The server will never take these samples: trying again would help nothing."""


class TelemetryTarget(Protocol):
    async def send(self, polls: Sequence[Poll]) -> int:
        """How many samples it took. Raises Rejected; raises Unavailable where trying again later may help."""
        ...

    async def close(self) -> None: ...


class ForwardedPlaces(Protocol):
    """How far telemetry was sent on, by partition."""

    async def forwarded(self) -> Mapping[int, StreamPlace]: ...

    async def set_forwarded(self, places: Mapping[int, StreamPlace]) -> None: ...
