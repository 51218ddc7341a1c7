"""Reads one device now, with the credential that worked before, and records what changed."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.discovery import POLL
from domain.errors import NotFound
from domain.observation import Observation
from domain.ports import EventLog, Leadership, PositionWatch, SecretOpener, SnmpError, SnmpReader, WorkNotes
from projections.inventory_queries import DeviceDetail, one
from projections.settings import in_force
from workers.discovery_records import DeviceRecords, Tally
from workers.operation import OperationFailedError, Work
from workers.read_models import caught_up

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_CODES = {"timeout": "DEVICE_TIMEOUT", "unreachable": "DEVICE_TIMEOUT"}


class Poll:
    """Handler of `poll` operations."""

    kind = POLL

    def __init__(
        self,
        *,
        connect: Connect,
        watch: PositionWatch,
        events: EventLog,
        leadership: Leadership,
        notes: WorkNotes,
        secrets: SecretOpener,
        snmp: SnmpReader,
    ) -> None:
        self._connect = connect
        self._watch = watch
        self._events = events
        self._leadership = leadership
        self._notes = notes
        self._secrets = secrets
        self._snmp = snmp

    async def run(self, work: Work) -> dict[str, Any]:
        await caught_up(self._events, self._watch, "inventory")
        async with self._connect() as conn:
            device = await one(conn, work.device_id)
            settings = (await in_force(conn)).discovery
        if device is None or device.state != "active":
            raise OperationFailedError("DEVICE_NOT_FOUND", "the device is not in the inventory")
        access_ids = dict.fromkeys(
            [*([device.access_id] if device.access_id else []), *device.credential_ids]
        )
        if not access_ids:
            raise OperationFailedError(
                "NO_CREDENTIAL", "no credential is known for this device; discover it first, or give it one"
            )
        failure = OperationFailedError(
            "NO_CREDENTIAL",
            "none of the device's credentials is for SNMP; give it one of kind snmp_v2c or snmp_v3",
        )
        for access_id in access_ids:
            try:
                access = await self._secrets.open(
                    access_id, purpose="poll", by=work.by, operation_id=str(work.operation_id)
                )
            except NotFound as error:  # deleted meanwhile; another may still open the device
                failure = OperationFailedError(error.code, error.message)
                continue
            if not isinstance(access, SnmpV1Access | SnmpV2cAccess | SnmpV3Access):
                continue
            for address in device.addresses:
                asked_at = time.time()
                try:
                    facts = await self._snmp.read(address, access, timeout_s=settings.device_timeout_s)
                except SnmpError as error:
                    failure = OperationFailedError(_CODES.get(error.kind, "DEVICE_ERROR"), str(error))
                    continue
                observation = Observation(
                    address=address, snmp=facts, snmp_access_id=access_id, asked_at=asked_at
                )
                seen, tally = await self._record(device, observation, work)
                if device.id in seen:
                    return {
                        "address": address,
                        "changed": tally.changed,
                        "incomplete": list(facts.incomplete),
                    }
                failure = OperationFailedError("DEVICE_REPLACED", f"another device answers at {address} now")
        raise failure

    async def _record(
        self, device: DeviceDetail, observation: Observation, work: Work
    ) -> tuple[set[str], Tally]:
        """The devices that it turned out to be, and what changed."""
        tally = Tally()
        records = DeviceRecords(
            device.site,
            connect=self._connect,
            watch=self._watch,
            events=self._events,
            leadership=self._leadership,
            notes=self._notes,
            work=work,
            tally=tally,
        )
        await records.record([observation])
        await records.hear_others()
        return records.seen, tally
