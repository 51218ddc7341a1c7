"""Puts what opens simulated devices into a Netledger, as an engineer would."""

from uuid import uuid4

import msgspec

from domain.access import AnyAccess
from domain.credential import CREDENTIAL, OPEN_FIELDS, CreateCredential
from domain.event import Attribution
from domain.ports import CommandBus, Vault


async def store_credential(
    access: AnyAccess, name: str, *, bus: CommandBus, vault: Vault, by: Attribution, reason: str = ""
) -> str:
    """The id of the new credential; its secrets are in the vault."""
    fields = msgspec.to_builtins(access)
    kind, port = fields.pop("kind"), fields.pop("port")
    del fields["id"]
    shown = {field: fields.pop(field) for field in list(fields) if field in OPEN_FIELDS}
    create = CreateCredential(
        name=name,
        kind=kind,
        port=port,
        shown=shown,
        secret_id=await vault.put(msgspec.json.encode(fields), purpose="credential"),
        reason=reason,
    )
    credential_id = uuid4()
    await bus.execute(CREDENTIAL.to(credential_id, create, new=True), by=by)
    return str(credential_id)
