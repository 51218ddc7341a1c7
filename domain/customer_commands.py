"""What may be asked of a customer: isolation, release, a PPPoE secret, and what a router was found to say."""

from typing import Annotated, Literal

import msgspec

from domain.event import Command
from domain.router_isolation import Evidence, IsolationMemento, IsolationMethod, SessionObservation
from domain.router_secrets import FieldDifference

Username = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Word = Annotated[str, msgspec.Meta(max_length=255)]
Comment = Annotated[str, msgspec.Meta(max_length=1_000)]


class SecretFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A PPPoE secret as Netledger keeps it; its password lies in the vault, its comment is personal and kept apart."""

    service: str = "any"
    profile: str = "default"
    remote_address: str = ""
    local_address: str = ""
    caller_id: str = ""
    disabled: bool = False


class AddCustomer(Command, frozen=True):
    """A secret that was found on a router, or just made there. `password_id` is the vault's, empty where unknown."""

    router_id: str
    username: Username
    facts: SecretFacts
    comment: Comment = ""
    password_id: str = ""
    source: Literal["import", "engineer"] = "import"


class RequestIsolation(Command, frozen=True):
    """`ended` names an operation that is known to have ended, so that a customer whose change was cut off can be
    asked for again."""

    operation_id: str
    method: IsolationMethod
    ended: str = ""
    again: bool = False
    """Anew, of a customer who is isolated and stays so: something has changed on the router. Refused for any other, so
    that a release asked for in between holds."""
    sole: bool = False
    """The operation is about this customer alone: refused where there is nothing to do, so that it is not made in vain."""


class RequestRelease(Command, frozen=True):
    operation_id: str
    ended: str = ""
    sole: bool = False


class StartIsolation(Command, frozen=True):
    """What was there before, kept before anything is written."""

    operation_id: str
    memento: IsolationMemento


class StartRelease(Command, frozen=True):
    """About to write; refused where somebody asked for something else meanwhile."""

    operation_id: str


class ConcludeIsolation(Command, frozen=True):
    operation_id: str
    effective: bool
    changed: bool
    session: SessionObservation
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ReportEscape(Command, frozen=True):
    """An isolated customer is online, and the isolation does not reach the session."""

    session: SessionObservation


class ConcludeRelease(Command, frozen=True):
    operation_id: str
    changed: bool
    effective: bool = True
    session: SessionObservation | None = None
    differences: tuple[FieldDifference, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class AbandonChange(Command, frozen=True):
    """The change was not carried out. `restored`: the router was put back to what it was."""

    operation_id: str
    code: str
    message: str
    restored: bool = False
    evidence: tuple[Evidence, ...] = ()


class LoseCustomer(Command, frozen=True):
    """The router went silent between sent and confirmed."""

    operation_id: str
    message: str


class RecordSecret(Command, frozen=True):
    """What a change by us left on the router, read back. `password_id` where the password was changed."""

    facts: SecretFacts
    comment: str = ""
    password_id: str = ""


class RemoveCustomer(Command, frozen=True):
    """The secret was removed from the router."""


class ReportDrift(Command, frozen=True):
    """What the router says that the ledger does not. `missing`: the secret is gone."""

    differences: tuple[FieldDifference, ...] = ()
    comment_differs: bool = False
    missing: bool = False


class EndDrift(Command, frozen=True):
    """Router and ledger agree again."""


class AdoptDrift(Command, frozen=True):
    """What the router says is right: the ledger follows."""

    facts: SecretFacts | None = None
    comment: str = ""
