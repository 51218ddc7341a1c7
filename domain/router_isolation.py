"""Cutting off a user: how, what was there before, each step as it was seen on the router, and what came of it."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from domain.router_secrets import FieldDifference, PppSecret

IsolationMethod = Literal["disable", "profile", "address-list"]
StepState = Literal["intended", "sent", "confirmed", "observed"]
SessionState = Literal["none", "gone", "returned_restricted", "returned_unrestricted", "kept"]


class IsolationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer is cut off. `profile` or `address_list` must exist in the settings for the methods of those names."""

    method: IsolationMethod
    profile: str = ""
    address_list: str = ""


class IsolationMemento(msgspec.Struct, frozen=True, kw_only=True):
    """What was there before, for exact restoration; made before anything is sent."""

    plan: IsolationPlan
    before: PppSecret
    listed_before: tuple[str, ...] = ()
    """Addresses of the user that others had put on the address list already; a release leaves them."""


class SessionObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the user's session. `returned_unrestricted`: it is back on an address that the isolation does not reach."""

    state: SessionState
    address: str = ""
    session_id: str = ""
    detail: str = ""


class IsolationOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`effective` says whether what was observed agrees with what was wanted; `changed` whether anything was written."""

    changed: bool
    effective: bool
    memento: IsolationMemento
    session: SessionObservation
    differences: tuple[FieldDifference, ...] = ()
    """What somebody else had changed in between (release)."""
    notes: tuple[str, ...] = ()


class RouterStep(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about a device write. The first `intended` step carries the memento: keep it before returning."""

    name: str
    state: StepState
    detail: str = ""
    memento: IsolationMemento | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a change as it was seen on the router."""

    name: str
    state: StepState
    at: str
    detail: str = ""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One user of many whose secrets were switched together, confirmed and with the wanted effect."""

    username: str
    changed: bool
    session: SessionObservation
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()


StepReporter = Callable[[RouterStep], Awaitable[None]]
