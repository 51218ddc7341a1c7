"""Turns observations into the history of devices: which record each belongs to, and what changed."""

import contextlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from domain.aggregate import Intent, Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert
from domain.device import DEVICE, unreachable_alert
from domain.device_commands import JoinDevice, LoseAddress, MarkDown, MergeDevice, RestoreDevice
from domain.device_events import DeviceAbsorbed, DeviceChanged, DeviceDiscovered, DeviceWentDown
from domain.device_identity import Merge, Moved, New, Same, resolve
from domain.discovery import identity_lock
from domain.errors import Conflict, DomainError, NotFound, Refused, Unavailable
from domain.event import Event
from domain.observation import Observation
from domain.ports import EventLog, Leadership, PositionWatch, WorkNotes
from projections.inventory_queries import Candidate, candidates
from workers.known_devices import KnownDevice, KnownDevices
from workers.operation import Work
from workers.reading import Reading, command, read, sighting

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PROJECTION = "inventory"
_PATIENCE_S = 30.0
_TRIES = 3
"""Decisions made on a batch before its observations are recorded one by one."""
_REMEMBERED = 1_000
"""Records decided upon that may wait for the read model to show them."""
_TOGETHER = 64
"""Devices in one append."""
log = structlog.get_logger(__name__)


class Tally:
    """What a discovery found, to be told while it runs and at its end."""

    def __init__(self) -> None:
        self.found = 0
        """Addresses that answered."""
        self.new = 0
        self.changed = 0
        self.merged = 0
        self.unreachable = 0
        self.refused = 0
        """Observations that could not be recorded."""

    def count(self, event: Event) -> None:
        self.new += isinstance(event, DeviceDiscovered)
        self.changed += isinstance(event, DeviceChanged)
        self.merged += isinstance(event, DeviceAbsorbed)
        self.unreachable += isinstance(event, DeviceWentDown)

    def as_dict(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name != "refused"}


class DeviceRecords:
    """Decides and appends, one batch at a time for a site across all workers, so that two discoveries that meet the
    same device at the same moment cannot make two of it."""

    def __init__(
        self,
        site: str,
        *,
        connect: Connect,
        watch: PositionWatch,
        events: EventLog,
        leadership: Leadership,
        notes: WorkNotes,
        work: Work,
        tally: Tally,
    ) -> None:
        self._site = site
        self._connect = connect
        self._watch = watch
        self._events = events
        self._leadership = leadership
        self._notes = notes
        self._work = work
        self._tally = tally
        self._known = KnownDevices(site)
        self._position = 0
        self.seen: set[str] = set()
        """Ids of devices that answered in this scan."""
        self._spoken: set[str] = set()
        """Ids of devices whose facts were told in this scan, by the address that speaks for them."""
        self._unheard: dict[str, Reading] = {}
        """Device -> what its lowest other address said, which counts where the one that speaks for it stays silent."""
        self._hearing_others = False

    async def record(self, observations: Sequence[Observation]) -> None:
        """Appends what is news. Addresses of one device become one device, of which the lowest comes first."""
        readings = [read(each) for each in sorted(observations, key=lambda each: _number(each.address))]
        for start in range(0, len(readings), _TOGETHER):
            await self._record(readings[start : start + _TOGETHER])
        self._tally.found += len(observations)

    async def hear_others(self) -> None:
        """Call it when all addresses were asked: of devices whose lowest address told nothing, another one is heard."""
        unheard, self._unheard = self._unheard, {}
        left = [reading for device_id, reading in unheard.items() if device_id not in self._spoken]
        self._hearing_others = True
        try:
            for start in range(0, len(left), _TOGETHER):
                await self._record(left[start : start + _TOGETHER])
        finally:
            self._hearing_others = False

    async def _record(self, readings: Sequence[Reading]) -> None:
        refusal: DomainError | None = None
        for _ in range(_TRIES):
            try:
                async with self._leadership.lead(identity_lock(self._site)):
                    ids = await self._decide_and_append(readings)
                now = time.time()
                await self._notes.saw([sighting(*each, now) for each in zip(readings, ids, strict=True)])
                self.seen.update(ids)
            except (Refused, NotFound, Conflict) as error:
                self._forget()
                if error.code == "OPERATION_FENCED":
                    raise
                refusal = error  # an engineer was faster: look again
            except BaseException:
                self._forget()
                raise
            else:
                return
        if len(readings) > 1:
            for reading in readings:
                await self._record([reading])
        elif refusal is not None:
            self._tally.refused += 1
            log.warning("not recorded", address=readings[0].address, code=refusal.code, why=refusal.message)

    async def _decide_and_append(self, readings: Sequence[Reading]) -> list[str]:
        """The device of each reading."""
        rows = await self._candidates(readings)
        self._known.begin(rows, await self._notes.runs([row.id for row in rows]))
        intents: list[Intent] = []
        ids = [await self._decide(reading, intents) for reading in readings]
        self._appended(await self._work.execute(*intents))
        return ids

    async def _candidates(self, readings: Sequence[Reading]) -> list[Candidate]:
        """The records that these readings may be about. The read model must have seen what others appended; what this
        scan appended itself is remembered until then."""
        head = await self._events.head()
        if head != self._position or self._known.decided > _REMEMBERED:
            if not await self._watch.wait_for_projection(_PROJECTION, head, _PATIENCE_S):
                raise Unavailable(f"the inventory did not reach position {head} within {_PATIENCE_S:.0f} s")
            self._known.forget()
        elif await self._watch.wait_for_projection(_PROJECTION, head, 0):
            self._known.forget()
        self._position = head
        addresses = [each.address for each in readings]
        identities = [key for each in readings for key in each.identities]
        async with self._connect() as conn:
            return await candidates(conn, self._site, addresses, identities)

    async def _decide(self, reading: Reading, intents: list[Intent]) -> str:
        """Adds what is to be appended because of one reading; the id of its device."""
        known, address, identities = self._known, reading.address, reading.identities
        about = known.about(address, identities)
        decision = resolve(self._site, address, identities, about, reading.run)
        match decision:
            case New(evidence=evidence):
                device_id = None
            case Same(device_id=device_id, evidence=evidence):
                pass
            case Merge(survivor_id=device_id, other_ids=other_ids, evidence=evidence, losers=losers):
                survivor = known[device_id]
                if survivor.state == "removed":
                    intents.append(DEVICE.to(device_id, RestoreDevice()))
                for other_id in other_ids:
                    await self._merge(survivor, known[other_id], evidence, intents)
                self._lose(losers, address, evidence, intents)
            case Moved(device_id=device_id, losers=losers, evidence=evidence):
                self._lose(losers, address, evidence, intents)
        record = known.made(str(uuid4()), address) if device_id is None else known[device_id]
        described = record.described if record.identified else None
        observe = command(reading, self._site, evidence, described=described)
        if observe.facts is not None and not self._speaks(reading, record):
            observe = msgspec.structs.replace(
                observe, facts=None, interfaces=None, neighbours=None, chassis=None
            )
        intents.append(DEVICE.to(record.id, observe, new=device_id is None))
        if record.status == "down":
            await self._resolve_alert(record.id, "the device answers again", intents)
        if observe.facts is not None:
            record.identified = True
            record.described = (observe.facts.sys_descr, observe.facts.sys_object_id)
        known.answers(record, address, identities, reading.run)
        return record.id

    def _speaks(self, reading: Reading, record: KnownDevice) -> bool:
        """Whether the device is as this address says. Two agents that are one device, by a wrong merge or a serial
        that both have, would otherwise change it back and forth for ever: the lowest address speaks for it."""
        if record.identified and not self._hearing_others:
            lowest = min((reading.address, *record.addresses), key=_number)
            if reading.address != lowest:
                present = self._unheard.setdefault(record.id, reading)
                self._unheard[record.id] = min(present, reading, key=lambda each: _number(each.address))
                return False
        self._spoken.add(record.id)
        return True

    async def _merge(
        self, survivor: KnownDevice, other: KnownDevice, evidence: dict[str, str], intents: list[Intent]
    ) -> None:
        merge = MergeDevice(
            other_id=other.id,
            other_name=other.name,
            addresses=tuple(other.addresses),
            identities=tuple(other.identities),
            evidence=evidence,
        )
        intents += [DEVICE.to(survivor.id, merge), DEVICE.to(other.id, JoinDevice(into_id=survivor.id))]
        if other.status == "down":
            await self._resolve_alert(other.id, f"the device is part of {survivor.name}", intents)
        self._known.merged(survivor, other)

    def _lose(
        self, losers: Sequence[str], address: str, evidence: dict[str, str], intents: list[Intent]
    ) -> None:
        """Another device answers at the address. Whoever has no other address left is down, as far as anyone knows."""
        for loser_id in losers:
            loser = self._known[loser_id]
            intents.append(DEVICE.to(loser_id, LoseAddress(address=address, evidence=evidence)))
            if loser.addresses == [address] and loser.state == "active" and loser.status != "down":
                intents.append(_alert(loser_id, loser.name, loser.addresses))
                loser.status = "down"
            self._known.lost(loser, address)

    async def _resolve_alert(self, device_id: str, reason: str, intents: list[Intent]) -> None:
        alert = alert_id(unreachable_alert(device_id))
        raised_here = any(intent.aggregate_id == alert for intent in intents)
        if raised_here or (await self._work.state(ALERT, alert)).state != "absent":
            intents.append(ALERT.to(alert, ResolveAlert(reason=reason)))

    def _appended(self, outcome: Outcome) -> None:
        for recorded in outcome.events:
            self._tally.count(recorded.event)
        if outcome.events and outcome.events[0].position == self._position + 1:
            self._position = outcome.position
        elif outcome.events:
            self._position = 0  # others appended in between, which the read model has to show first

    def _forget(self) -> None:
        self._known.forget()
        self._position = 0

    async def mark_unreachable(self, devices: Sequence[Candidate]) -> None:
        """A device that is gone is not deleted: it is down, with an alert."""
        self._forget()
        for start in range(0, len(devices), _TOGETHER):
            some = devices[start : start + _TOGETHER]
            try:
                await self._append_down(some)
            except (Refused, NotFound) as error:  # one of them was removed or merged meanwhile
                if error.code == "OPERATION_FENCED":
                    raise
                for device in some:
                    with contextlib.suppress(NotFound, Refused):
                        await self._append_down([device])

    async def _append_down(self, devices: Sequence[Candidate]) -> None:
        intents: list[Intent] = []
        for device in devices:
            intents.append(DEVICE.to(device.id, MarkDown(cause="no probe of a discovery was answered")))
            intents.append(_alert(device.id, device.name, device.addresses))
        self._appended(await self._work.execute(*intents))


def _number(address: str) -> tuple[int, int]:
    """The order of addresses."""
    parsed = ip_address(address)
    return parsed.version, int(parsed)


def _alert(device_id: str, name: str, addresses: Sequence[str]) -> Intent:
    raised = RaiseAlert(
        key=unreachable_alert(device_id),
        severity="high",
        title=f"{name} does not answer",
        device_id=device_id,
        source="discovery",
        detail={"addresses": list(addresses)},
    )
    return ALERT.to(alert_id(raised.key), raised)
