"""Opens credentials for use: every read of a secret is an event before it is a read."""

from uuid import UUID

import msgspec

from domain.access import AnyAccess
from domain.credential import CREDENTIAL, ReadSecret
from domain.errors import NotFound
from domain.event import Attribution
from domain.ports import CommandBus, Vault


class AuditedSecrets:
    """Satisfies SecretOpener."""

    def __init__(self, bus: CommandBus, vault: Vault) -> None:
        self._bus = bus
        self._vault = vault

    async def open(
        self, credential_id: str, *, purpose: str, by: Attribution, operation_id: str = ""
    ) -> AnyAccess:
        try:
            key = UUID(credential_id)
        except ValueError:
            raise NotFound(f"no credential {credential_id}", code="CREDENTIAL_NOT_FOUND") from None
        read = ReadSecret(purpose=purpose, operation_id=operation_id)
        outcome = await self._bus.execute(CREDENTIAL.to(key, read), by=by)
        state = outcome.states[key]
        secrets = msgspec.json.decode(await self._vault.read(state.secret_id))
        fields = {**state.shown, **secrets, "kind": state.kind, "id": credential_id, "port": state.port}
        access: AnyAccess = msgspec.convert(fields, AnyAccess)
        return access
