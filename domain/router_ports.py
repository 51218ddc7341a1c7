"""What the product asks of a router: health, traffic, PPPoE users and secrets, isolation; and how its connection is seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from domain.access import RouterOsAccess
from domain.errors import DomainError
from domain.router_counters import RouterInterface, RouterQueue
from domain.router_isolation import (
    IsolationMemento,
    IsolationOutcome,
    IsolationPlan,
    SessionObservation,
    Settled,
    StepReporter,
)
from domain.router_reads import ActiveUser, RouterHealth, RouterHistoryEntry, RouterTraffic, UserTraffic
from domain.router_secrets import PppSecret, SecretChange, WantedSecret

RouterErrorCode = Literal[
    "ROUTER_UNREACHABLE",
    "ROUTER_CIRCUIT_OPEN",
    "ROUTER_LOGIN_REFUSED",
    "ROUTER_CERTIFICATE_REFUSED",
    "ROUTER_PERMISSION_DENIED",
    "ROUTER_TIMEOUT",
    "ROUTER_CONNECTION_LOST",
    "ROUTER_BUSY",
    "ROUTER_CLOSED",
    "ROUTER_NOT_OWNED",
    "ROUTER_BAD_REPLY",
    "ROUTER_TRAP",
    "ROUTER_ITEM_NOT_FOUND",
    "ROUTER_COMMAND_UNKNOWN",
    "ROUTER_ARGUMENT_REFUSED",
    "ROUTER_ITEM_EXISTS",
    "ROUTER_SECRET_NOT_FOUND",
    "ROUTER_PROFILE_NOT_FOUND",
    "ROUTER_QUEUE_NOT_FOUND",
    "ROUTER_READBACK_DIFFERS",
]

ConnectionState = Literal["connected", "connecting", "down"]
CircuitState = Literal["closed", "open", "half_open"]
Priority = Literal["live", "normal", "bulk"]
"""Who goes first on a router: a person waiting, an operation, then work by the thousand."""


class RouterError(DomainError):
    """A router did not do what was asked. `details["words"]` are the router's own, where it said any.

    `sent` tells whether the command may have reached the router: True with a code such as ROUTER_TIMEOUT or
    ROUTER_CONNECTION_LOST means that nobody knows whether it was carried out.
    """

    def __init__(self, code: RouterErrorCode, message: str, *, sent: bool = False, **details: Any) -> None:
        super().__init__(message, code=code, **details)
        self.sent = sent

    @property
    def outcome_unknown(self) -> bool:
        return self.sent and self.code in (
            "ROUTER_TIMEOUT",
            "ROUTER_CONNECTION_LOST",
            "ROUTER_BAD_REPLY",
            "ROUTER_CLOSED",
        )


class RouterTrust(msgspec.Struct, frozen=True, kw_only=True):
    """How the certificate of an API-SSL router is checked; all empty means by the system's authorities and the address."""

    fingerprint_sha256: str = ""
    """Hex, colons allowed. Given, it alone decides: self-signed and expired certificates pass, any other one does not."""
    ca_file: str = ""
    """PEM file of the authorities that may have signed it."""
    server_name: str = ""
    """The name that the certificate must carry, where it is not the address."""


class RouterEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a router is and how to log in."""

    router_id: str
    address: str
    access: RouterOsAccess
    trust: RouterTrust = RouterTrust()
    charset: str = "utf-8"
    """What the router's names are written in: utf-8, or a single-byte code page such as cp1251 (Winbox writes those)."""


class RouterConnection(msgspec.Struct, frozen=True, kw_only=True):
    """A connection as it stands. `last_error` is kept after recovery, with its time."""

    router_id: str
    state: ConnectionState
    since: datetime
    circuit: CircuitState = "closed"
    latency_ms: float | None = None
    last_error: str = ""
    last_error_code: str = ""
    last_error_at: datetime | None = None
    failures: int = 0
    """Attempts to connect that failed since the last success."""
    logins: int = 0
    """Accepted logins since this process began to care for the router."""
    queued: int = 0
    certificate_sha256: str = ""
    """Of the certificate last presented, accepted or not; empty without TLS."""


class RouterReader(Protocol):
    """Live reads; all raise RouterError."""

    async def health(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterHealth: ...

    async def traffic(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterTraffic: ...

    async def user_traffic(
        self, username: str, *, deadline_s: float = 10.0, priority: Priority = "live"
    ) -> UserTraffic:
        """Finds the queue `<pppoe-NAME>`, then NAME, whatever the case, then the interface of the session."""
        ...

    async def active_users(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[ActiveUser, ...]:
        """Active PPPoE users."""
        ...

    async def history(
        self, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> tuple[RouterHistoryEntry, ...]: ...


class RouterSecrets(Protocol):
    """PPPoE secrets; all raise RouterError."""

    async def secrets(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[PppSecret, ...]: ...

    async def secret(
        self, name: str, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> PppSecret | None: ...

    async def passwords(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> Mapping[str, str]:
        """Secret name to password, for import into the vault; never log it."""
        ...

    async def profiles(
        self, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> tuple[str, ...]: ...

    async def ensure_secret(
        self,
        wanted: WantedSecret,
        *,
        create_only: bool = False,
        report: StepReporter,
        deadline_s: float = 30.0,
    ) -> SecretChange:
        """Creates the secret or changes only what differs, and reads it back.

        With `create_only`, a secret of that name that differs is refused (ROUTER_ITEM_EXISTS) rather than changed.
        """
        ...

    async def ensure_no_secret(
        self, name: str, *, report: StepReporter, deadline_s: float = 30.0
    ) -> SecretChange:
        """Removes the secret and drops its session."""
        ...


class RouterIsolation(Protocol):
    """Isolation of a PPPoE user; both ways may be repeated at any point and raise RouterError."""

    async def ensure_isolated(
        self,
        username: str,
        plan: IsolationPlan,
        *,
        report: StepReporter,
        memento: IsolationMemento | None = None,
        watch_s: float = 5.0,
        deadline_s: float = 30.0,
        priority: Priority = "normal",
    ) -> IsolationOutcome:
        """Isolates, drops the session, and watches up to `watch_s` whether and where it comes back.

        Give the memento of an earlier attempt, where there is one: it knows what was there before.
        """
        ...

    async def ensure_released(
        self,
        memento: IsolationMemento,
        *,
        report: StepReporter,
        watch_s: float = 5.0,
        deadline_s: float = 30.0,
        priority: Priority = "normal",
    ) -> IsolationOutcome:
        """Puts back exactly what the memento holds and says what others had changed in between."""
        ...

    async def before_many(
        self,
        names: Sequence[str],
        plan: IsolationPlan,
        *,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[IsolationMemento, ...]:
        """What is there before an isolation, of those of these users whose case looks plain."""
        ...

    async def switch_many(
        self,
        mementos: Sequence[IsolationMemento],
        *,
        isolated: bool,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[Settled, ...]:
        """Isolates or releases many users in a few commands. Whoever is anything but plain is left out of the answer,
        half done perhaps: ensure each of those by itself. May be repeated with the same mementos."""
        ...


class Router(RouterReader, RouterSecrets, RouterIsolation, Protocol):
    """One router over its persistent connection."""

    @property
    def connection(self) -> RouterConnection: ...

    async def interface_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterInterface, ...]:
        """Of all interfaces but those of single sessions; raises RouterError."""
        ...

    async def queue_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterQueue, ...]:
        """Of all simple queues; raises RouterError."""
        ...

    def reset(self) -> None:
        """Closes the circuit and tries to connect at once."""
        ...

    def dialled(self) -> set[str]:
        """Users whose sessions began since this was last asked, as the router tells of its own accord."""
        ...

    async def escape(
        self, memento: IsolationMemento, *, deadline_s: float = 10.0, priority: Priority = "bulk"
    ) -> SessionObservation | None:
        """A session of an isolated user that the isolation does not reach, where there is one; RouterError."""
        ...


class Routers(Protocol):
    """The routers that this process owns."""

    def own(self, endpoint: RouterEndpoint) -> Router:
        """Begins to care for a router; another endpoint for a known id replaces its connection."""
        ...

    async def disown(self, router_id: str) -> None:
        """Closes the connection; commands that wait get ROUTER_CLOSED."""
        ...

    def router(self, router_id: str) -> Router | None: ...

    def connections(self) -> tuple[RouterConnection, ...]: ...
