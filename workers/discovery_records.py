"""Turns observations into the history of devices: which record each belongs to, and what changed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID, uuid4

from domain.device_identity import Known, Merge, Moved, New, Same, identity_keys, resolve

from domain.aggregate import Intent, Outcome
from domain.alert import ALERT, RaiseAlert, ResolveAlert, alert_id
from domain.device import DEVICE
from domain.device_commands import JoinDevice, LoseAddress, MarkDown, MergeDevice, ObserveDevice
from domain.device_events import DeviceChanged, DeviceDiscovered
from domain.discovery import chassis, device_facts, facts_from_banners, sources
from domain.errors import NotFound
from domain.identification import identify
from domain.observation import Observation, Sighting
from domain.ports import Leadership, PositionWatch, WorkNotes
from projections.inventory_queries import Candidate, candidates
from workers.operation import Work

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PROJECTION = "inventory"
_PATIENCE_S = 30.0
_APPENDS = 32
"""Appends under way at a time: enough to fill a group commit."""


def unreachable_alert(device_id: str) -> str:
    """The key of the one alert about a device that does not answer."""
    return f"device/{device_id}/unreachable"


class Tally:
    """What a discovery found, to be told while it runs and at its end."""

    def __init__(self, earlier: dict[str, Any]) -> None:
        self.found: int = earlier.get("found", 0)
        self.new: int = earlier.get("new", 0)
        self.changed: int = earlier.get("changed", 0)
        self.merged: int = earlier.get("merged", 0)
        self.unreachable: int = earlier.get("unreachable", 0)

    def as_dict(self) -> dict[str, int]:
        return dict(vars(self))


class DeviceRecords:
    """Decides and appends, one batch at a time for a site across all workers, so that two discoveries that meet the
    same device at the same moment cannot make two of it."""

    def __init__(
        self,
        site: str,
        *,
        connect: Connect,
        watch: PositionWatch,
        leadership: Leadership,
        notes: WorkNotes,
        work: Work,
        tally: Tally,
    ) -> None:
        self._site = site
        self._connect = connect
        self._watch = watch
        self._leadership = leadership
        self._notes = notes
        self._work = work
        self._tally = tally
        self._appending = asyncio.Semaphore(_APPENDS)
        self._position = 0
        self.seen: set[str] = set()
        """Ids of devices that answered in this scan."""

    async def record(self, observations: Sequence[Observation]) -> None:
        """Appends what is news. Addresses of one device in one batch become one device."""
        if not observations:
            return
        self._tally.found += len(observations)
        async with self._leadership.lead(f"identity {self._site}"):
            known = await self._known(observations)
            decided = [self._decide(each, known) for each in observations]
            by_device: dict[str, list[tuple[Observation, Intent, list[Intent], list[str]]]] = {}
            for observation, decision in zip(observations, decided, strict=True):
                by_device.setdefault(str(decision[0].aggregate_id), []).append((observation, *decision))
            await asyncio.gather(*(self._append_all(each) for each in by_device.values()))
        await self._notes.saw(
            [
                Sighting(
                    device_id=str(decision[0].aggregate_id),
                    address=observation.address,
                    rtt_ms=observation.icmp_rtt_ms,
                    uptime_s=observation.snmp.system.uptime_s if observation.snmp else None,
                )
                for observation, decision in zip(observations, decided, strict=True)
            ]
        )

    async def _known(self, observations: Sequence[Observation]) -> dict[str, Candidate]:
        """The records that these observations may be about, as fresh as our own last append."""
        position = max(self._position, self._watch.ledger_position())
        if not await self._watch.wait_for_projection(_PROJECTION, position, _PATIENCE_S):
            raise TimeoutError(f"the inventory did not reach position {position} within {_PATIENCE_S:.0f} s")
        addresses = [each.address for each in observations]
        identities = [key for each in observations for key in _identities(each)]
        async with self._connect() as conn:
            rows = await candidates(conn, self._site, addresses, identities)
        return {row.id: row for row in rows}

    def _decide(
        self, observation: Observation, known: dict[str, Candidate]
    ) -> tuple[Intent, list[Intent], list[str]]:
        """The observation's own intent, those that go with it, and the ids of devices that came back; `known` learns."""
        identities = _identities(observation)
        decision = resolve(
            self._site, observation.address, identities, [_known_as(row) for row in known.values()]
        )
        others: list[Intent] = []
        match decision:
            case New(evidence=evidence):
                device_id, new = str(uuid4()), True
            case Same(device_id=device_id, evidence=evidence):
                new = False
            case Merge(survivor_id=device_id, other_ids=other_ids, evidence=evidence):
                new = False
                others = [
                    intent
                    for other in other_ids
                    for intent in merge_intents(device_id, known[other], evidence)
                ]
                self._tally.merged += len(other_ids)
                for other in other_ids:
                    gone = known.pop(other)
                    known[device_id].addresses.extend(gone.addresses)
                    known[device_id].identities.extend(gone.identities)
            case Moved(device_id=moved_to, losers=losers, evidence=evidence):
                device_id, new = (moved_to, False) if moved_to else (str(uuid4()), True)
                for loser in losers:
                    lose = LoseAddress(address=observation.address, evidence=evidence)
                    others.append(DEVICE.to(loser, lose))
                    known[loser].addresses.remove(observation.address)
        self._learn(device_id, observation.address, identities, known, new=new)
        self.seen.add(device_id)
        intent = DEVICE.to(device_id, _observe(observation, self._site, identities, evidence), new=new)
        return intent, others, [device_id]

    def _learn(
        self,
        device_id: str,
        address: str,
        identities: Sequence[str],
        known: dict[str, Candidate],
        *,
        new: bool,
    ) -> None:
        if new:
            known[device_id] = Candidate(
                id=device_id,
                site=self._site,
                state="active",
                addresses=[],
                identities=[],
                identified=bool(identities),
                name=address,
            )
        row = known[device_id]
        row.addresses.extend({address} - set(row.addresses))
        row.identities.extend(each for each in identities if each not in row.identities)

    async def _append_all(
        self, decisions: Sequence[tuple[Observation, Intent, list[Intent], list[str]]]
    ) -> None:
        """What concerns one device is appended one after the other; different devices at the same time."""
        for _, intent, others, device_ids in decisions:
            async with self._appending:
                outcome = await self._work.execute(intent, *others)
                self._count(outcome)
                if any(each.topic == "device.came_up.v1" for each in outcome.events):
                    await self._resolve_alert(device_ids[0])

    def _count(self, outcome: Outcome) -> None:
        self._position = max(self._position, outcome.position)
        events = [each.event for each in outcome.events]
        self._tally.new += any(isinstance(event, DeviceDiscovered) for event in events)
        self._tally.changed += any(isinstance(event, DeviceChanged) for event in events)

    async def mark_unreachable(self, devices: Sequence[Candidate]) -> None:
        """A device that is gone is not deleted: it is down, with an alert."""
        for device in devices:
            raised = RaiseAlert(
                key=unreachable_alert(device.id),
                severity="high",
                title=f"{device.name} does not answer",
                device_id=device.id,
                source="discovery",
                detail={"addresses": device.addresses},
            )
            outcome = await self._work.execute(
                DEVICE.to(device.id, MarkDown(cause="no probe of a discovery was answered")),
                ALERT.to(alert_id(raised.key), raised),
            )
            self._position = max(self._position, outcome.position)
            self._tally.unreachable += 1

    async def _resolve_alert(self, device_id: str) -> None:
        try:
            await self._work.execute(
                ALERT.to(
                    alert_id(unreachable_alert(device_id)), ResolveAlert(reason="the device answers again")
                )
            )
        except NotFound:
            return  # it was down before alerts were raised for it


def merge_intents(survivor_id: str, other: Candidate, evidence: dict[str, str]) -> list[Intent]:
    """Both sides of a merge, to be appended together."""
    return [
        DEVICE.to(
            survivor_id,
            MergeDevice(
                other_id=other.id,
                other_name=other.name,
                addresses=tuple(other.addresses),
                identities=tuple(other.identities),
                evidence=evidence,
            ),
        ),
        DEVICE.to(UUID(other.id), JoinDevice(into_id=survivor_id)),
    ]


def _identities(observation: Observation) -> tuple[str, ...]:
    if observation.snmp is None:
        return ()
    facts = device_facts(observation.snmp, identify(observation.snmp))
    return identity_keys(facts, observation.snmp.interfaces)


def _known_as(row: Candidate) -> Known:
    return Known(
        id=row.id,
        site=row.site,
        addresses=tuple(row.addresses),
        identities=tuple(row.identities),
        identified=row.identified,
    )


def _observe(
    observation: Observation, site: str, identities: tuple[str, ...], evidence: dict[str, str]
) -> ObserveDevice:
    snmp = observation.snmp
    if snmp is None:
        return ObserveDevice(
            address=observation.address,
            site=site,
            sources=sources(observation),
            facts=facts_from_banners(observation),
            evidence=evidence | ({"ssh banner": observation.ssh_banner} if observation.ssh_banner else {}),
        )
    identity = identify(snmp)
    complete = set(snmp.incomplete)
    return ObserveDevice(
        address=observation.address,
        site=site,
        sources=sources(observation),
        facts=device_facts(snmp, identity),
        identities=identities,
        evidence={**evidence, **identity.evidence},
        access_id=observation.snmp_access_id,
        interfaces=None if "interfaces" in complete else snmp.interfaces,
        neighbours=None if complete & {"lldp", "cdp", "neighbours"} else snmp.neighbours,
        chassis=chassis(snmp),
    )
