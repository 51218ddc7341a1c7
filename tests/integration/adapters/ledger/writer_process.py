"""A process that writes to the ledger until it is killed; each acknowledged command is a line on stdout.

Arguments: database URL, master key in hex, number of concurrent clients, and what to do: `alerts` raises new alerts
(prints their keys), `race` replaces the secret of one credential (prints the secret ids), `keyed` raises alerts that
end in a counter, each with an idempotency key of that number (prints the number).
"""

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.seals import LedgerSeals
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from domain.aggregate import IdempotencyKey, Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.credential import CREDENTIAL, ReplaceSecret
from domain.errors import Conflict, Unavailable
from domain.event import Actor, Attribution

CREDENTIAL_ID = UUID("5d1a7f0e-3a54-4c58-9d1e-0d8c1f0a7b11")
BY = Attribution(actor=Actor("worker", "w", "writer"), correlation_id=str(uuid4()))


async def main() -> None:
    url, key, clients, mode = (
        sys.argv[1],
        MasterKey(bytes.fromhex(sys.argv[2])),
        int(sys.argv[3]),
        sys.argv[4],
    )
    application = LedgerApplication(url, LedgerSeals(key.derive("ledger")), SubjectKeys(url, key))
    ledger = Ledger(application, now=lambda: datetime.now(UTC))
    await ledger.start()
    numbers = count()
    work = {"alerts": raise_alert, "race": replace_secret, "keyed": raise_once}[mode]

    async def client() -> None:
        while True:
            try:
                line = await work(ledger, next(numbers))
            except (Unavailable, Conflict):
                await asyncio.sleep(0.05)
            else:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()

    await asyncio.gather(*(client() for _ in range(clients)))


async def raise_alert(ledger: Ledger, number: int) -> str:
    key = str(uuid4())
    await _raise(ledger, key)
    return key


async def raise_once(ledger: Ledger, number: int) -> str:
    await _raise(ledger, f"keyed {number}", IdempotencyKey("writer", str(number), b"same"))
    return str(number)


async def replace_secret(ledger: Ledger, number: int) -> str:
    secret_id = str(uuid4())
    await ledger.execute(CREDENTIAL.to(CREDENTIAL_ID, ReplaceSecret(secret_id=secret_id)), by=BY)
    return secret_id


async def _raise(ledger: Ledger, key: str, idempotency: IdempotencyKey | None = None) -> Outcome:
    command = RaiseAlert(key=key, severity="low", title="load")
    return await ledger.execute(ALERT.to(alert_id(key), command, new=True), by=BY, key=idempotency)


if __name__ == "__main__":
    asyncio.run(main())
