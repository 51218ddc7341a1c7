"""What operations that apply templates carry: an order for each device, and one for the waves in which they go."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Intent
from domain.application import APPLICATION, RevertApplication, TemplateApplied
from domain.config_mask import HIDDEN
from domain.config_orders import ConfirmWithin, RestoreOrder, restore
from domain.event import Recorded
from domain.operation import OPERATION, DropOperation, RequestOperation

APPLY = "template.apply"
APPLY_BULK = "template.apply_bulk"
WAVE = 10
"""Devices of a wave, where the order does not say it."""
SHORTEST_SECRET = 4
"""Characters; shorter ones would be found in half of all lines."""


class ApplyOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One device. What is sent lies in the vault under `sealed_id`, as JSON of SealedConfig."""

    template_id: str
    template: str
    version: int
    sealed_id: str
    bulk_id: str
    wave: int
    variables: dict[str, Any] = {}
    """As they were given, placeholders instead of secrets."""
    confirm_within_s: ConfirmWithin | None = None


class SealedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The rendered text, and the secrets that stand in it, so that they can be kept out of what is told."""

    text: str
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<SealedConfig>"


class DeviceInWave(msgspec.Struct, frozen=True, kw_only=True):
    """One device of a bulk order, with the operation that is its own."""

    device_id: str
    operation_id: str
    wave: int
    sealed_id: str


class BulkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Waves follow each other, until more than `max_failures` devices have failed."""

    template_id: str
    template: str
    version: int
    devices: list[DeviceInWave]
    max_failures: Annotated[int, msgspec.Meta(ge=0)] = 0


def veiled(text: str, secrets: Sequence[str]) -> str:
    """The text without these secrets, longest first, since one may be part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def in_waves(bulk_id: UUID, device_ids: Sequence[str], wave_size: int) -> dict[str, tuple[UUID, int]]:
    """The operation of each device, whose id follows from the bulk's, and its wave from 1 on."""
    return {
        device_id: (uuid5(bulk_id, device_id), number // wave_size + 1)
        for number, device_id in enumerate(device_ids)
    }


def applications(
    bulk_id: UUID, order: BulkOrder, orders: Mapping[str, ApplyOrder], *, reason: str
) -> list[Intent]:
    """The bulk operation and that of each device, to be appended together; all but the first wave is held."""
    bulk = RequestOperation(kind=APPLY_BULK, params=msgspec.to_builtins(order), reason=reason)
    intents = [OPERATION.to(bulk_id, bulk, new=True)]
    for device in order.devices:
        request = RequestOperation(
            kind=APPLY,
            params=msgspec.to_builtins(orders[device.device_id]),
            device_id=device.device_id,
            held=device.wave > 1,
            reason=reason,
        )
        intents.append(OPERATION.to(device.operation_id, request, new=True))
    return intents


def dropped(kind: str, params: Mapping[str, Any], *, reason: str) -> list[Intent]:
    """What else is cancelled along with an operation: with one over many devices, those of the devices."""
    if kind != APPLY_BULK:
        return []
    drop = DropOperation(reason=reason or "the bulk operation was cancelled")
    order = msgspec.convert(params, BulkOrder)
    return [OPERATION.to(device.operation_id, drop) for device in order.devices]


def sealed(kind: str, params: Mapping[str, Any]) -> dict[UUID, str]:
    """What lies in the vault for each of those operations."""
    if kind != APPLY_BULK:
        return {}
    order = msgspec.convert(params, BulkOrder)
    return {UUID(device.operation_id): device.sealed_id for device in order.devices}


def taken_back(recorded: Recorded, event: TemplateApplied, *, reason: str) -> list[Intent]:
    """What undoes an application: the restore of what the device ran before, by an operation named after the event, so
    that asking twice makes one. Raises NotRevertible."""
    event.undo()
    operation_id = uuid5(recorded.originator_id, f"revert {recorded.position}")
    order = RestoreOrder(backup_id=event.before_id)
    revert = RevertApplication(operation_id=str(operation_id), reason=reason)
    return [
        *restore(event.device_id, operation_id, order, reason=reason),
        APPLICATION.to(recorded.originator_id, revert),
    ]
