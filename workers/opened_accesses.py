"""Credentials opened for a purpose, once a process and change of each: every opening is an event."""

import structlog

from domain.access import AnyAccess
from domain.errors import DomainError
from domain.event import Actor, Attribution
from domain.ports import SecretOpener

log = structlog.get_logger(__name__)


class OpenedAccesses:
    def __init__(self, secrets: SecretOpener, worker_id: str, purpose: str) -> None:
        self._secrets = secrets
        self._purpose = purpose
        self._by = Attribution(actor=Actor("worker", worker_id, worker_id), correlation_id=worker_id)
        self._known: dict[str, tuple[int, AnyAccess]] = {}

    async def get(self, credential_id: str, version: int) -> AnyAccess | None:
        """`version` is the position of its last change. None where it cannot be opened."""
        known = self._known.get(credential_id)
        if known is not None and known[0] == version:
            return known[1]
        try:
            opened = await self._secrets.open(credential_id, purpose=self._purpose, by=self._by)
        except DomainError as error:
            log.warning("credential not opened", credential=credential_id, why=error.message)
            return None
        self._known[credential_id] = version, opened
        return opened
