"""A ledger in the hands of somebody who can write its tables, past the append-only trigger."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from psycopg import Connection, sql

from adapters.ledger.application import LedgerApplication
from adapters.ledger.checkpoints import CheckpointSigner
from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.proof import Report, Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from domain.event import Actor, Attribution
from domain.user import USER, user_id
from domain.user_commands import ChangeUser, CreateUser

EVENTS = 24
CHECKPOINTS = (8, 16, 20)

TABLES = ("events", "head", "checkpoints", "checkpoint_tail")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Tampered:
    """A ledger of 24 events with checkpoints at 8, 16 and 20, in the hands of a superuser."""

    url: str
    trust: Trust
    conn: Connection[Any]

    def report(self) -> Report:
        return verify(self.url, self.trust)

    def restore(self) -> None:
        for table in TABLES:
            name = sql.Identifier(table)
            self.conn.execute(sql.SQL("DELETE FROM ledger.{}").format(name))
            self.conn.execute(sql.SQL("INSERT INTO ledger.{0} SELECT * FROM saved.{0}").format(name))


async def write_history(url: str, master_key: MasterKey, seals: LedgerSeals) -> None:
    keys = SubjectKeys(url, master_key)
    ledger = Ledger(LedgerApplication(url, seals, keys), now=lambda: datetime.now(UTC))
    signer = CheckpointSigner(url, seals, PostgresPositionWatch(url), now=lambda: datetime.now(UTC))
    by = Attribution(actor=Actor("cli", "t", "test"), correlation_id=str(uuid4()))
    await ledger.start()
    ada = user_id("ada")
    position = 0
    while position < EVENTS:
        key = f"alert {position}"
        for intent in (
            USER.to(ada, CreateUser(username="ada", role="viewer", password_id="p", email="ada@example.org"))
            if position == 0
            else USER.to(ada, ChangeUser(email=f"ada{position}@example.org")),
            ALERT.to(alert_id(key), RaiseAlert(key=key, severity="low", title='a "title" \\ with ünïcode')),
            ALERT.to(alert_id(key), AcknowledgeAlert(reason="seen")),
            ALERT.to(alert_id(f"{key}b"), RaiseAlert(key=f"{key}b", severity="high", title="b")),
        ):
            position = (await ledger.execute(intent, by=by)).position
            if position in CHECKPOINTS:
                assert await signer.sign() is not None
    await ledger.stop()
    keys.close()
