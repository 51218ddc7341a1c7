"""The ports: what the outside world must offer, as small Protocols that adapters satisfy."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.access import AnyAccess, SnmpAccess
from domain.aggregate import Aggregate, IdempotencyKey, Intent, Outcome
from domain.device_identity import Run
from domain.event import Attribution, Recorded
from domain.observation import Sighting, SnmpFacts

S = TypeVar("S")


class SnmpError(Exception):
    """An agent could not be read. `kind` is one of timeout, auth, truncated, garbage, loop, unreachable."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class SnmpReader(Protocol):
    """Reads SNMP agents, however slow, chatty or broken they are."""

    def sweep(
        self,
        addresses: Sequence[str],
        access: SnmpAccess,
        *,
        rate_per_s: int,
        timeout_s: float,
        asked: Callable[[float], None],
    ) -> AsyncIterator[str]:
        """Asks every address for one object and yields those whose agent accepts this access, as they answer. `asked`
        hears now and then which share of the addresses is through, rising to 1."""
        ...

    async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
        """Reads system group, chassis, interfaces, neighbours and what identification asks for; raises SnmpError."""
        ...


class IcmpProber(Protocol):
    def ping(
        self, addresses: Sequence[str], *, rate_per_s: int, timeout_s: float
    ) -> AsyncIterator[tuple[str, float]]:
        """Echo requests to all addresses; yields (address, round trip in ms) for each that answers."""
        ...


class BannerProber(Protocol):
    async def ssh_banner(self, address: str, *, port: int, timeout_s: float) -> str | None:
        """The identification string of an SSH server (RFC 4253, 4.2), None where nobody answers as one."""
        ...

    async def routeros_api(self, address: str, *, port: int, timeout_s: float) -> bool:
        """Whether a RouterOS API answers, told from any other listener by its `!` replies."""
        ...


class NameResolver(Protocol):
    async def addresses(self, name: str) -> Sequence[str]:
        """All IPv4 and IPv6 addresses of a host name; empty where it does not resolve."""
        ...


class SecretOpener(Protocol):
    async def open(
        self, credential_id: str, *, purpose: str, by: Attribution, operation_id: str = ""
    ) -> AnyAccess:
        """The credential with its secrets; the read is an event with its purpose. Raises NotFound."""
        ...


class LoginTrial(Protocol):
    """Logs in to an address once and leaves."""

    async def __call__(self, address: str, access: AnyAccess) -> str:
        """In words, what was met; raises DomainError where it lets nobody in."""
        ...


class PersonalSealer(Protocol):
    """Seals personal data under a key per subject, so that destroying the key forgets the person."""

    def seal(self, subject: UUID, field: str, text: str) -> str: ...

    def unseal(self, subject: UUID, field: str, sealed: str) -> str:
        """The text, or FORGOTTEN where the subject's key was destroyed."""
        ...


FORGOTTEN = "[forgotten]"


class CommandBus(Protocol):
    """Takes commands to their aggregates and appends what they decide."""

    async def execute(self, *intents: Intent, by: Attribution, key: IdempotencyKey | None = None) -> Outcome:
        """All intents together or none. Raises the domain's errors, Conflict after repeated races, Unavailable."""
        ...

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        """The present state, read from the ledger itself."""
        ...


class EventLog(Protocol):
    """Reads the ledger by position."""

    async def read(
        self, after: int, *, limit: int = 1000, upto: int | None = None, topics: Sequence[str] = ()
    ) -> list[Recorded]: ...

    async def head(self) -> int: ...

    async def of_aggregate(self, aggregate_id: UUID, *, upto: int | None = None) -> list[Recorded]: ...


class PositionWatch(Protocol):
    """Knows how far the ledger and each projection are, and waits for them."""

    def ledger_position(self) -> int: ...

    async def wait_for_ledger(self, position: int, timeout_s: float) -> bool: ...

    async def wait_for_projection(self, name: str, position: int, timeout_s: float) -> bool: ...


class Vault(Protocol):
    """Keeps secrets encrypted at rest; everything else holds their ids alone."""

    async def put(self, secret: bytes, *, purpose: str) -> str: ...

    async def read(self, secret_id: str) -> bytes:
        """Raises NotFound where the secret was destroyed."""
        ...

    async def destroy(self, secret_id: str) -> None: ...

    async def forget(self, subject: UUID) -> None:
        """Destroys the key of a data subject: what was sealed under it can be read no more."""
        ...


class PublishFailed(Exception):
    """The stream did not take an event, or not in order; it must be asked how far it is before going on."""


class EventPublisher(Protocol):
    """The stream that carries the ledger's events to subscribers."""

    async def last_position(self) -> int:
        """How far the stream is by its own word: after a crash it may have lost what it had acknowledged."""
        ...

    async def holds(self, event: Recorded) -> bool:
        """Whether the stream has this very event at its position, and so is a copy of this ledger."""
        ...

    async def publish(self, events: Sequence[Recorded]) -> None:
        """In order and each once; raises PublishFailed."""
        ...


class Delivery(Protocol):
    """One operation handed to this worker. Without a sign of life it is handed to another."""

    @property
    def operation_id(self) -> UUID: ...

    async def alive(self) -> None: ...

    async def done(self) -> None: ...

    async def release(self) -> None: ...


class OperationQueue(Protocol):
    """Requested operations, each delivered at least once."""

    async def take(self, timeout_s: float) -> Delivery | None: ...


class ProgressBus(Protocol):
    """Carries how far operations are; losing a message loses nothing, the next one says more."""

    async def publish(self, operation_id: UUID, progress: dict[str, Any]) -> None: ...


class WorkNotes(Protocol):
    """What workers note for themselves and for watchers: progress, sightings, and that they live. Not history."""

    async def start(self, operation_id: UUID, attempt: int) -> dict[str, Any]:
        """Begins an attempt and returns the notes of the one before, empty where there was none."""
        ...

    async def save(
        self, operation_id: UUID, attempt: int, *, done: int, total: int, detail: dict[str, Any]
    ) -> None:
        """Replaces this attempt's notes; those of a later one stay."""
        ...

    async def beat(self, attempts: Mapping[UUID, int]) -> None:
        """A sign of life of these attempts, by operation."""
        ...

    async def silent_for_s(self, operation_id: UUID) -> float | None:
        """Seconds since the last sign of life, None where nobody ever began."""
        ...

    async def give_up(self, operation_id: UUID, attempt: int) -> None:
        """Says that its worker has left it, so that nobody waits for a sign of life."""
        ...

    async def saw(self, sightings: Sequence[Sighting]) -> None: ...

    async def runs(self, device_ids: Sequence[str]) -> dict[str, Run]:
        """Since when these devices were up when they were last seen, for those that told."""
        ...

    async def echoing(self, device_ids: Sequence[str]) -> set[str]:
        """Those of these devices that ever answered an echo request."""
        ...


class Leadership(Protocol):
    """Of all processes that ask for a name, one has it at a time."""

    def lead(self, name: str) -> AbstractAsyncContextManager[None]:
        """Waits until this process leads; leads until the context ends or the process dies."""
        ...


class DeviceTurns(Protocol):
    """Who works on one device does it alone, across all workers."""

    def turn(self, device_id: str, holder: str, *, wait_s: float) -> AbstractAsyncContextManager[None]:
        """Waits for the turn, and has it until the context ends. The holder's own next attempt need not wait.

        Raises Unavailable when others have it for longer than `wait_s`, or when it was lost on the way.
        """
        ...
