"""What operations on customers carry: who, what, how, and until when a router that is down is waited for."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Intent
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import RequestIsolation, RequestRelease, Username
from domain.customer_events import CustomerReleased
from domain.customer_state import Customer
from domain.event import Recorded
from domain.operation import OPERATION, RequestOperation
from domain.router_isolation import IsolationMethod, IsolationPlan
from domain.settings import IsolationSettings

ISOLATE = "customer.isolate"
ISOLATE_BULK = "customer.isolate_bulk"
SECRET_CREATE = "secret.create"  # noqa: S105 - a kind of operation
SECRET_CHANGE = "secret.change"  # noqa: S105 - a kind of operation
SECRET_DELETE = "secret.delete"  # noqa: S105 - a kind of operation
ENFORCE = "customer.enforce"


class IsolationOrder(msgspec.Struct, frozen=True, kw_only=True):
    router_id: str
    username: Username
    isolated: bool
    plan: IsolationPlan
    until: datetime | None = None
    """None: a day after it was requested."""
    watch_s: float = 5.0


class BulkItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer of a bulk order, named by router and user name."""

    router_id: str
    username: Username
    isolated: bool = True


class BulkOrder(msgspec.Struct, frozen=True, kw_only=True):
    items: Annotated[list[BulkItem], msgspec.Meta(min_length=1, max_length=20_000)]
    plan: IsolationPlan
    until: datetime


def taken_back(recorded: Recorded, *, reason: str) -> list[Intent]:
    """What undoes an isolation or a release: the operation the other way, named after the event, so that asking twice
    makes one. Raises NotRevertible."""
    event = recorded.event
    undone = event.undo()
    plan = event.plan if isinstance(event, CustomerReleased) else None
    operation_id = uuid5(recorded.originator_id, f"revert {recorded.position}")
    order = IsolationOrder(
        router_id=recorded.meta.about.device_id,
        username=getattr(event, "username", ""),
        isolated=isinstance(undone, RequestIsolation),
        plan=plan or IsolationPlan(method="disable"),
    )
    request = msgspec.structs.replace(undone, operation_id=str(operation_id), reason=reason)
    return [
        _requested(operation_id, order, recorded.originator_id, reason),
        CUSTOMER.to(recorded.originator_id, request),
    ]


def _requested(operation_id: UUID, order: IsolationOrder, customer: UUID, reason: str) -> Intent:
    operation = RequestOperation(
        kind=ISOLATE,
        params=msgspec.to_builtins(order),
        device_id=order.router_id,
        customer_id=str(customer),
        reason=reason,
    )
    return OPERATION.to(operation_id, operation, new=True)


class SecretOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one secret; a field that is None stays. Password and comment lie in the vault under `sealed_id`, as
    JSON of SealedSecret, since the order itself is an event."""

    router_id: str
    username: Username
    until: datetime
    sealed_id: str = ""
    service: str | None = None
    profile: str | None = None
    remote_address: str | None = None
    local_address: str | None = None
    caller_id: str | None = None
    disabled: bool | None = None


class SealedSecret(msgspec.Struct, frozen=True, kw_only=True):
    password: str | None = None
    comment: str | None = None

    def __repr__(self) -> str:
        return "<SealedSecret>"


def waits_until(settings: IsolationSettings, now: datetime) -> datetime:
    """Until when an order waits for a router that is away."""
    return now + timedelta(seconds=settings.wait_s)


def plan_of(settings: IsolationSettings, method: IsolationMethod | None) -> IsolationPlan:
    """The method asked for, or the usual one, with the names of the settings."""
    chosen = method or settings.method
    return IsolationPlan(
        method=chosen,
        profile=settings.profile if chosen == "profile" else "",
        address_list=settings.address_list if chosen == "address-list" else "",
    )


def isolation(
    customer: Customer,
    operation_id: UUID,
    order: IsolationOrder,
    *,
    ended: str = "",
    again: bool = False,
    reason: str = "",
) -> list[Intent]:
    """The operation and the customer's request, to be appended together; empty where it is so already, or asked for.

    `ended` names the operation that the customer waits for, where that has ended. Raises what the customer's rules refuse;
    so does appending, with CUSTOMER_UNCHANGED where somebody asked for the same meanwhile.
    """
    key = customer_id(order.router_id, order.username)
    request = (
        RequestIsolation(
            operation_id=str(operation_id),
            method=order.plan.method,
            ended=ended,
            again=again,
            reason=reason,
        )
        if order.isolated
        else RequestRelease(operation_id=str(operation_id), ended=ended, reason=reason)
    )
    if not CUSTOMER.decide(customer, request):
        return []
    sole = msgspec.structs.replace(request, sole=True)  # somebody may ask for the same at this very moment
    return [_requested(operation_id, order, key, reason), CUSTOMER.to(key, sole)]
