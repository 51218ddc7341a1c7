"""Destroys what events say is destroyed: the secrets of a user or credential, and the key of a person's data."""

from uuid import UUID

from api.tokens import Sessions
from domain.channel import ChannelDeleted
from domain.credential import CredentialDeleted
from domain.ports import EventLog, Vault
from domain.user_events import UserDeleted

_SECRETS = ("password_id", "totp_id", "secret_id")


class Destroyer:
    """Looks at the whole history, so that a repetition finishes what a crash left behind."""

    def __init__(self, events: EventLog, vault: Vault, sessions: Sessions) -> None:
        self._events = events
        self._vault = vault
        self._sessions = sessions

    async def follow(self, aggregate_id: UUID) -> None:
        """Every secret that the aggregate had when it was deleted, and, unless it lives again, all of the person."""
        history = await self._events.of_aggregate(aggregate_id)
        deletions = [
            index
            for index, recorded in enumerate(history)
            if isinstance(recorded.event, UserDeleted | CredentialDeleted | ChannelDeleted)
        ]
        if not deletions:
            return
        for recorded in history[: deletions[-1]]:
            for field in _SECRETS:
                if secret_id := getattr(recorded.event, field, ""):
                    await self._vault.destroy(secret_id)
        if isinstance(history[-1].event, UserDeleted):
            await self._sessions.close_all(str(aggregate_id))
            await self._vault.forget(aggregate_id)
