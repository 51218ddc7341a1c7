"""What handlers may ask for by parameter name; `api.app` provides each."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from litestar.params import Dependency

from api.tokens import Sessions
from domain.aggregate import IdempotencyKey
from domain.configuration import Configuration
from domain.event import Attribution
from domain.ports import CommandBus, EventLog, PositionWatch, SecretOpener, SnmpReader, Vault

_GIVEN = Dependency(skip_validation=True)

Bus = Annotated[CommandBus, _GIVEN]
Connect = Annotated[Callable[[], AbstractAsyncContextManager[Any]], _GIVEN]
"""Borrows a database connection for reads."""
Watch = Annotated[PositionWatch, _GIVEN]
Events = Annotated[EventLog, _GIVEN]
Secrets = Annotated[Vault, _GIVEN]
Opener = Annotated[SecretOpener, _GIVEN]
LoginSessions = Annotated[Sessions, _GIVEN]
Snmp = Annotated[SnmpReader, _GIVEN]
Config = Annotated[Configuration, _GIVEN]
By = Annotated[Attribution, _GIVEN]
"""Who asks, for the ledger."""
Key = Annotated[IdempotencyKey | None, _GIVEN]
"""The request's Idempotency-Key."""
Verify = Annotated[Callable[[], Awaitable[dict[str, Any]]], _GIVEN]
"""Checks the whole ledger."""
Rebuild = Annotated[Callable[[str], Coroutine[Any, Any, int]], _GIVEN]
"""Rebuilds a read model by name."""
Health = Annotated[Callable[[], Awaitable[dict[str, Any]]], _GIVEN]
"""How the services that we stand on are."""
