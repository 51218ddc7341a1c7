"""The ports: what the outside world must offer, as small Protocols that adapters satisfy."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from domain.access import AnyAccess, SnmpAccess
from domain.observation import SnmpFacts


class SnmpError(Exception):
    """An agent could not be read. `kind` is one of timeout, auth, truncated, garbage, loop, unreachable."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class SnmpReader(Protocol):
    """Reads SNMP agents, however slow, chatty or broken they are."""

    def sweep(self, addresses: Sequence[str], access: SnmpAccess, *, rate_per_s: int, timeout_s: float) -> AsyncIterator[str]:
        """Asks every address for one object and yields those whose agent accepts this access, as they answer."""
        ...

    async def read(self, address: str, access: SnmpAccess, *, timeout_s: float) -> SnmpFacts:
        """Reads system group, chassis, interfaces, neighbours and what identification asks for; raises SnmpError."""
        ...


class IcmpProber(Protocol):
    def ping(self, addresses: Sequence[str], *, rate_per_s: int, timeout_s: float) -> AsyncIterator[tuple[str, float]]:
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
    async def open(self, credential_id: str, *, purpose: str) -> AnyAccess:
        """The credential with its secrets; the read is audited with its purpose."""
        ...
