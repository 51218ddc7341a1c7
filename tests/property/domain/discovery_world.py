"""A small world of true devices for identity properties: what each would answer, and the records that observations lead to."""

from collections.abc import Iterable, Sequence

import msgspec

from domain.device import DEVICE
from domain.device_commands import JoinDevice, LoseAddress, MergeDevice, ObserveDevice
from domain.device_facts import DeviceFacts
from domain.device_identity import Decision, Known, Merge, Moved, New, Same, resolve
from domain.device_state import Device
from domain.event import Command


class Seen(msgspec.Struct, frozen=True):
    """One observation: at a site and address, with these identities."""

    address: str
    identities: tuple[str, ...]
    site: str = ""


class Records:
    """Applies each decision through the device aggregate, as discovery does."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.decisions: list[Decision] = []

    def observe(self, seen: Seen) -> str:
        """The id of the device that it was taken for."""
        decision = resolve(seen.site, seen.address, seen.identities, self.candidates(seen))
        self.decisions.append(decision)
        losers: Sequence[str] = ()
        others: Sequence[str] = ()
        match decision:
            case New():
                device_id = self._new()
            case Same(device_id=device_id):
                pass
            case Merge(survivor_id=device_id, other_ids=others, losers=losers):
                pass
            case Moved(device_id=known, losers=losers):
                device_id = known or self._new()
        for loser in losers:
            self.do(loser, LoseAddress(address=seen.address, evidence=decision.evidence))
        facts = DeviceFacts(sys_descr="thin agent")
        self.do(
            device_id,
            ObserveDevice(
                address=seen.address,
                site=seen.site,
                facts=facts if seen.identities else None,
                identities=seen.identities,
                evidence=decision.evidence,
            ),
        )
        for other in others:
            absorbed = self.devices[other]
            self.do(
                device_id,
                MergeDevice(
                    other_id=other,
                    addresses=absorbed.addresses,
                    identities=absorbed.identities,
                    evidence=decision.evidence,
                ),
            )
            self.do(other, JoinDevice(into_id=device_id))
        return device_id

    def candidates(self, seen: Seen) -> list[Known]:
        return [
            Known(
                device_id,
                device.site,
                device.addresses,
                device.identities,
                device.identified,
                device.apart,
                device.state == "removed",
            )
            for device_id, device in self.devices.items()
            if device.state in ("active", "removed")
            and (seen.address in device.addresses or not set(seen.identities).isdisjoint(device.identities))
        ]

    def active(self) -> dict[str, Device]:
        return {key: device for key, device in self.devices.items() if device.state == "active"}

    def do(self, device_id: str, command: Command) -> int:
        """The number of events."""
        state = self.devices.get(device_id, DEVICE.initial)
        events = DEVICE.decide(state, command)
        self.devices[device_id] = DEVICE.fold(events, state)
        return len(events)

    def _new(self) -> str:
        return f"device-{len(self.devices)}"


def settled(records: Records, history: Iterable[Seen]) -> list[str]:
    """Which device each observation of the history belongs to, once it is repeated after all of it."""
    return [records.observe(seen) for seen in history]


def serials(identities: Iterable[str]) -> set[str]:
    return {key for key in identities if key.startswith("serial:")}
