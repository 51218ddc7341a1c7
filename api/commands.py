"""How a request's commands are carried out: in the caller's name, once per Idempotency-Key, and seen before the answer."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Response

from api.positions import HEADER, seen
from domain.aggregate import IdempotencyKey, Intent, Outcome
from domain.errors import DomainError, Unavailable
from domain.event import Attribution
from domain.ports import CommandBus, EventLog, PositionWatch, Vault

T = TypeVar("T")


RECORDED = "recorded_position"
"""Where in the request's state the position of a command lies that is in the ledger, whatever happens afterwards."""


class RecordedUnseen(Exception):
    """The command is in the ledger, but the read model that would show its result lags: the answer is 202, so that
    nobody repeats it."""

    def __init__(self, projection: str) -> None:
        super().__init__(f"the read model {projection} has not seen it yet")


class Accepted(msgspec.Struct, frozen=True):
    """Work that takes its time: ask `status_url` how it goes."""

    operation_id: str
    status_url: str


def status_url(operation: UUID | str) -> str:
    """Where a client asks how an operation goes."""
    return f"/api/v1/operations/{operation}"


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command without facts of its own; the reason ends in the audit."""

    reason: str = ""


def why(body: Reason | None, query: str) -> str:
    """The reason of a DELETE, whose body many clients cannot send."""
    return (body.reason if body is not None else "") or query


class Commands:
    """One request's way to the ledger. `by` says who asks, and why where the command itself does not."""

    def __init__(
        self,
        bus: CommandBus,
        watch: PositionWatch,
        events: EventLog,
        vault: Vault,
        by: Attribution,
        key: IdempotencyKey | None,
        state: dict[str, Any],
    ) -> None:
        self._bus = bus
        self._watch = watch
        self._events = events
        self._vault = vault
        self._key = key
        self._state = state
        self._reached = 0
        self.by = by

    async def do(self, *intents: Intent, seen_by: str, fresh_secret: str = "") -> Outcome:
        """All intents together or none; returns once the read model has seen them. A request's only command.

        `fresh_secret` is the id of a secret that the intents bring: where they are refused, or were carried out before
        with another, it is destroyed. Where nobody knows whether they were recorded, it stays.
        """
        try:
            outcome = await self._bus.execute(*intents, by=self.by, key=self._key)
        except Unavailable:
            raise
        except DomainError:
            await self._destroy(fresh_secret)
            raise
        self._reached = outcome.position
        if outcome.position:
            self._state[RECORDED] = outcome.position
        if outcome.repeated:
            await self._destroy(fresh_secret)
        await self._until_seen(outcome.position, seen_by)
        return outcome

    async def accepted(self, *intents: Intent) -> Response[Accepted]:
        """202 with the operation that is among the intents, to be carried out by a worker."""
        outcome = await self.do(*intents, seen_by="operations")
        operation = next(each for each in outcome.events if each.aggregate == "operation").originator_id
        return await self.answer(Accepted(str(operation), status_url(operation)), status=202)

    async def ensure(self, *intents: Intent) -> Outcome:
        """One of many commands of a request, each of which does nothing when repeated. `settle` ends them."""
        outcome = await self._bus.execute(*intents, by=self.by)
        self._reached = max(self._reached, outcome.position)
        return outcome

    async def settle(self, *, seen_by: str) -> None:
        """Waits until the read model has seen whatever `ensure` did."""
        await self._until_seen(self._reached, seen_by)

    async def answer(
        self, body: T, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response[T]:
        """With the position that was reached; where nothing changed, the present one."""
        position = self._reached or await self._events.head()
        return Response(body, status_code=status, headers={HEADER: str(position), **(headers or {})})

    async def _destroy(self, secret_id: str) -> None:
        if secret_id:
            await self._vault.destroy(secret_id)

    async def _until_seen(self, position: int, name: str) -> None:
        if not await seen(self._watch, name, position):
            raise RecordedUnseen(name)
