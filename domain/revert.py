"""What undoes an event: its inverse command, and the other side's where two records changed together."""

import msgspec

from domain import application_orders, config_orders
from domain.aggregate import Intent
from domain.application import TemplateApplied
from domain.catalogue import AGGREGATES_BY_TOPIC
from domain.config_events import ConfigRestored
from domain.customer_events import CustomerIsolated, CustomerIsolationNotEffective, CustomerReleased
from domain.customer_orders import taken_back
from domain.device import DEVICE
from domain.device_commands import JoinDevice, SeparateDevice
from domain.device_events import DeviceMerged, DeviceSplit
from domain.event import Command, Recorded
from domain.operation import OperationRequested


def inverse(recorded: Recorded, *, reason: str) -> list[Intent]:
    """The intents to append together; raises NotRevertible with the reason."""

    def because(command: Command) -> Command:
        return msgspec.structs.replace(command, reason=reason)

    if isinstance(recorded.event, CustomerIsolated | CustomerIsolationNotEffective | CustomerReleased):
        return taken_back(recorded, reason=reason)
    if isinstance(recorded.event, ConfigRestored):
        return config_orders.taken_back(recorded, recorded.event, reason=reason)
    if isinstance(recorded.event, TemplateApplied):
        return application_orders.taken_back(recorded, recorded.event, reason=reason)
    aggregate = AGGREGATES_BY_TOPIC[recorded.topic]
    intents = [aggregate.to(recorded.originator_id, because(recorded.event.undo()))]
    survivor = str(recorded.originator_id)
    match recorded.event:
        case OperationRequested(kind=kind, params=params):
            intents += application_orders.dropped(kind, params, reason=reason)
        case DeviceMerged(other_id=other):
            intents.append(DEVICE.to(other, because(SeparateDevice(from_id=survivor))))
        case DeviceSplit(other_id=other):
            intents.append(DEVICE.to(other, because(JoinDevice(into_id=survivor))))
        case _:
            pass
    return intents
