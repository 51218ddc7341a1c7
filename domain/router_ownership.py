"""Who owns which router's connection, what the owner notes for all to see, and how others reach the router through it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from domain.router_ports import RouterConnection, RouterIsolation, RouterReader, RouterSecrets
from domain.router_reads import ActiveUser, RouterHealth


class RouterCommands(RouterReader, RouterSecrets, RouterIsolation, Protocol):
    """A router, whoever owns its connection."""


class RouterCalls(Protocol):
    """All routers, over their owners."""

    def router(self, router_id: str) -> RouterCommands:
        """Asks nobody yet; its calls raise RouterError, ROUTER_NOT_OWNED where no worker answers for it."""
        ...

    async def reset(self, router_id: str) -> None:
        """Closes the circuit and makes the owner connect at once."""
        ...

    async def sync(self, router_id: str) -> None:
        """Makes the owner read the router anew and compare it with the ledger; returns when it is done."""
        ...


class Claim(msgspec.Struct, frozen=True):
    """What one worker may own for now: the routers it holds, and how many it should give up for the others."""

    held: tuple[str, ...]
    surplus: int = 0


class RouterNote(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner last saw of a router; None leaves what was noted before."""

    router_id: str
    connection: RouterConnection | None = None
    credential_id: str | None = None
    health: RouterHealth | None = None
    active: tuple[ActiveUser, ...] | None = None
    synced_at: datetime | None = None


class SessionLog(Protocol):
    """Who was online when."""

    async def seen(self, router_id: str, active: Sequence[ActiveUser]) -> None:
        """All PPPoE sessions of a router now: new ones begin, those that are not there any more have ended."""
        ...

    async def forget(self, older_than_days: int) -> None:
        """Sessions that ended longer ago."""
        ...


class RouterLeases(Protocol):
    """One owner a router, among all workers. A lease that is not renewed in time goes to another."""

    async def claim(self, owner: str, routers: Collection[str]) -> Claim:
        """What `owner` holds of these routers, and free ones that it takes, up to a fair share; leases of routers that
        are not named are given up."""
        ...

    async def renew(self, owner: str) -> frozenset[str]:
        """Renews what `owner` holds, and says what that is."""
        ...

    async def give_up(self, owner: str, routers: Collection[str]) -> None: ...

    async def leave(self, owner: str) -> None:
        """Gives up everything: this worker ends."""
        ...

    async def note(self, notes: Sequence[RouterNote]) -> None: ...
