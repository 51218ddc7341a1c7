"""Believable histories for benchmarks: a fleet is discovered, then years of small changes, outages, operations and logins.

    python bench/ledger_history.py --events 1000000 --devices 10000 postgresql://...

Deterministic for one seed. Events go into the ledger through its own recorder, so positions and hash chain are valid.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import cast
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.ledger.application import LedgerApplication
from adapters.ledger.group import Append
from adapters.ledger.mapper import LedgerMapper
from adapters.ledger.recorder import LedgerRecorder
from adapters.ledger.seals import LedgerSeals
from adapters.schema import migrate
from adapters.vault.subjects import SubjectKeys
from bench.ledger_database import MASTER_KEY
from domain.alert import alert_id
from domain.alert_events import AlertAcknowledged, AlertRaised, AlertResolved
from domain.credential import CredentialCreated, CredentialSecretRead
from domain.device_events import (
    DeviceCameUp,
    DeviceChanged,
    DeviceDiscovered,
    DeviceIdentified,
    DeviceWentDown,
)
from domain.device_facts import DeviceFacts, as_json, neighbour_key
from domain.event import About, Actor, Change, Event, Metadata, Recorded
from domain.observation import Interface, Neighbour
from domain.operation import OperationRequested, OperationStarted, OperationSucceeded
from domain.user_events import UserCreated, UserLoggedIn

GROUP = 1_000
_MODELS = (
    ("MikroTik", "CCR2004-1G-12S+2XS", "routeros", "RouterOS", ("7.12", "7.13.5", "7.14.3", "7.15.1"), "router"),
    ("Cisco", "WS-C2960X-24TS-L", "ios", "IOS", ("15.2(4)E8", "15.2(7)E3", "15.2(7)E10"), "switch"),
    ("Ubiquiti", "LiteBeam 5AC Gen2", "airos", "AirOS", ("8.7.4", "8.7.11", "8.7.13"), "wireless"),
    ("HPE", "2530-24G", "procurve", "ProCurve", ("YA.16.10.0016", "YA.16.11.0013"), "switch"),
)  # fmt: skip
_START = datetime(2024, 1, 1, tzinfo=UTC)
_ENGINEERS = ("ada", "grace", "radia", "jon", "vint", "elizabeth")


class History:
    """Makes up what happens to a fleet of so many devices."""

    def __init__(self, devices: int, seed: int = 1) -> None:
        self._random = Random(seed)
        self.devices = [self._id() for _ in range(devices)]
        self._count = 0
        self._at = _START
        self._versions: dict[UUID, int] = {}
        self._ports: dict[UUID, list[str]] = {}
        self._firmware: dict[UUID, int] = {}
        self._labels: dict[UUID, list[str]] = {}
        self._cabled: dict[UUID, str] = {}
        self._alerts: dict[UUID, int] = {}
        self._down: list[UUID] = []
        self._credential = self._id()
        self._worker = Actor("worker", str(self._id()), "discovery")
        self._users = [(self._id(), name) for name in _ENGINEERS]
        self._correlation = str(self._id())

    def recorded(self) -> Iterator[Recorded]:
        """Endless; positions from 1."""
        for user_id, name in self._users:
            created = UserCreated(username=name, role="engineer", password_id=str(self._id()), email=f"{name}@example.net")  # fmt: skip
            yield self._record(user_id, created, Actor("cli", "", "setup"))
        yield self._record(
            self._credential,
            CredentialCreated(name="read only", kind="snmp_v2c", secret_id=str(self._id())),
            self._engineer(),
        )
        for number, device in enumerate(self.devices):
            yield from self._found(number, device)
        while True:
            yield from self._something()

    def _something(self) -> Iterator[Recorded]:
        self._at += timedelta(seconds=self._random.expovariate(1 / 60))
        self._correlation = str(self._id())
        device = self._random.choice(self.devices)
        dice = self._random.random()
        if dice < 0.55:
            yield self._rediscovered(device)
        elif dice < 0.65:
            yield self._labelled(device)
        elif dice < 0.78:
            yield from self._operation(device)
        elif dice < 0.88:
            yield from self._outage(device)
        elif dice < 0.94:
            user_id, name = self._random.choice(self._users)
            client = f"198.51.100.{self._random.randrange(1, 255)}"
            yield self._record(user_id, UserLoggedIn(client=client), Actor("user", str(user_id), name))
        else:
            yield self._record(
                self._credential, CredentialSecretRead(purpose="discovery", name="read only"), self._worker
            )

    def _found(self, number: int, device: UUID) -> Iterator[Recorded]:
        vendor, model, os, os_name, versions, kind = self._random.choice(_MODELS)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        ports = self._random.choice((5, 8, 10, 26))
        self._ports[device] = ["up"] * ports
        self._firmware[device] = 0
        self._labels[device] = []
        macs = [f"00:1b:21:{number >> 8 & 255:02x}:{number & 255:02x}:{port:02x}" for port in range(ports)]
        serial = f"HC{number:08d}"
        facts = DeviceFacts(
            vendor=vendor, model=model, os=os, os_name=os_name, os_version=versions[0], serial=serial, type=kind,
            sys_name=f"{kind}-{number:05d}.example.net", sys_descr=f"{os_name} {versions[0]} on {model}",
            sys_object_id="1.3.6.1.4.1.14988.1", location=f"Exchange {number % 97}", contact="noc@example.net",
            engine_id=f"80003a8c05{number:012x}", mac=macs[0],
        )  # fmt: skip
        interfaces = tuple(
            Interface(
                if_index=port + 1,
                name=f"ether{port + 1}",
                description=f"ether{port + 1}",
                type=6,
                mtu=1500,
                mac=macs[port],
                addresses=(f"{address}/16",) if not port else (),
                speed_bps=1_000_000_000,
                admin_status="up",
                oper_status="up",
            )
            for port in range(ports)
        )
        neighbours = (_neighbour(number, macs[0]),) if number else ()
        if neighbours:
            self._cabled[device] = neighbour_key(neighbours[0])
        yield self._record(
            device,
            DeviceDiscovered(address=address, sources=("icmp", "snmp"), evidence={"address": f"{address} was not known"}),
            self._worker,
        )  # fmt: skip
        yield self._record(
            device,
            DeviceIdentified(
                facts=facts,
                identities=(
                    f"serial:{vendor.lower()}:{serial.lower()}",
                    *(f"mac:{mac}" for mac in macs[:16]),
                ),
                evidence={"vendor": "sysObjectID", "serial": "entPhysicalSerialNum.1"},
                access_id=str(self._credential),
                interfaces=interfaces,
                neighbours=neighbours,
            ),
            self._worker,
        )

    def _rediscovered(self, device: UUID) -> Recorded:
        changes: list[Change] = []
        dice = self._random.random()
        if dice < 0.8:
            for _ in range(self._random.choice((1, 1, 1, 2, 3))):
                ports = self._ports[device]
                port = self._random.randrange(len(ports))
                old, ports[port] = ports[port], "down" if ports[port] == "up" else "up"
                changes.append(Change(f"interfaces/{port + 1}/oper_status", old, ports[port]))
        elif dice < 0.95 or device not in self._cabled:
            self._firmware[device] = number = self._firmware[device] + 1
            changes.append(Change("os_version", f"7.{number - 1}", f"7.{number}"))
            changes.append(Change("sys_descr", f"release 7.{number - 1}", f"release 7.{number}"))
        else:
            key = self._cabled[device]
            moved = _neighbour(self._random.randrange(10_000), "00:1b:21:00:00:00")
            self._cabled[device] = neighbour_key(moved)
            changes.append(Change(f"neighbours/{key}", {"protocol": "lldp"}, None))
            changes.append(Change(f"neighbours/{self._cabled[device]}", None, as_json(moved)))
        return self._record(device, DeviceChanged(source="discovery", changes=changes), self._worker)

    def _labelled(self, device: UUID) -> Recorded:
        old = self._labels[device]
        self._labels[device] = self._random.sample(("core", "backbone", "customer", "tower", "spare"), 2)
        change = Change("labels", old, self._labels[device])
        reason = f"ticket {self._random.randrange(100_000)}"
        return self._record(
            device, DeviceChanged(source="engineer", changes=[change]), self._engineer(), reason=reason
        )

    def _operation(self, device: UUID) -> Iterator[Recorded]:
        operation = self._id()
        about = About(device_id=str(device), operation_id=str(operation))
        events: Sequence[Event] = (
            OperationRequested(kind="poll", device_id=str(device)),
            OperationStarted(attempt=1, worker="executor-1", kind="poll"),
            OperationSucceeded(attempt=1, result={"changed": False}, kind="poll"),
        )
        engineer = self._engineer()
        for event in events:
            yield self._record(operation, event, engineer, about=about)

    def _outage(self, device: UUID) -> Iterator[Recorded]:
        if self._down and self._random.random() < 0.5:
            device = self._down.pop(self._random.randrange(len(self._down)))
            alert = alert_id(f"device/{device}/unreachable")
            title = f"{device} does not answer"
            yield self._record(device, DeviceCameUp(), self._worker)
            yield self._record(
                alert,
                AlertResolved(previous="firing", title=title),
                self._worker,
                about=About(device_id=str(device)),
            )
        elif device not in self._down:
            self._down.append(device)
            key = f"device/{device}/unreachable"
            about = About(device_id=str(device))
            self._alerts[device] = occurrence = self._alerts.get(device, 0) + 1
            title = f"{device} does not answer"
            yield self._record(device, DeviceWentDown(cause="no answer to 3 probes"), self._worker)
            raised = AlertRaised(
                key=key, severity="high", title=title, occurrence=occurrence, device_id=str(device), source="discovery"
            )  # fmt: skip
            yield self._record(alert_id(key), raised, self._worker, about=about)
            if self._random.random() < 0.4:
                yield self._record(
                    alert_id(key), AlertAcknowledged(title=title), self._engineer(), about=about
                )

    def _record(
        self,
        originator: UUID,
        event: Event,
        actor: Actor,
        *,
        about: About | None = None,
        reason: str = "",
    ) -> Recorded:
        self._count += 1
        self._at += timedelta(milliseconds=20)
        self._versions[originator] = version = self._versions.get(originator, 0) + 1
        if about is None:
            about = About(device_id=str(originator)) if event.topic.startswith("device.") else About()
        meta = Metadata(
            occurred_at=self._at,
            actor=actor,
            correlation_id=self._correlation,
            causation_id=f"command:{self._correlation}",
            reason=reason,
            about=about,
        )
        return Recorded(originator, version, event, meta, self._count)

    def _engineer(self) -> Actor:
        user_id, name = self._random.choice(self._users)
        return Actor("user", str(user_id), name)

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


def _neighbour(number: int, mac: str) -> Neighbour:
    return Neighbour(
        protocol="lldp",
        local_if_index=1,
        chassis_id=mac,
        port_id=f"ether{number % 24 + 1}",
        system_name=f"switch-{number // 24:05d}.example.net",
    )


def load(conninfo: str, history: Iterator[Recorded], count: int) -> None:
    """Appends the next so many events of a history whose earlier ones the ledger has."""
    sealer = SubjectKeys(conninfo, MASTER_KEY)
    application = LedgerApplication(conninfo, LedgerSeals(MASTER_KEY.derive("ledger")), sealer)
    recorder, mapper = cast(LedgerRecorder, application.recorder), cast(LedgerMapper, application.mapper)
    events = islice(history, count)
    try:
        while group := list(islice(events, GROUP)):
            (result,) = recorder.insert_group([Append([mapper.to_stored_event(each) for each in group])])
            if isinstance(result, Exception):
                raise result
    finally:
        application.close()
        sealer.close()


def main() -> None:
    """Fills an empty database."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", help="of an empty PostgreSQL database")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    migrate(options.url)
    started = time.perf_counter()
    load(options.url, History(options.devices, options.seed).recorded(), options.events)
    print(f"{options.events} events in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
