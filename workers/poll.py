"""Reads one device now, with the credential that worked before, and records what changed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.discovery import POLL
from domain.observation import Observation
from domain.ports import Leadership, PositionWatch, SecretOpener, SnmpError, SnmpReader, WorkNotes
from projections.inventory_queries import one
from projections.settings import in_force
from workers.discovery_records import DeviceRecords, Tally
from workers.operation import OperationFailedError, Work

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
        leadership: Leadership,
        notes: WorkNotes,
        secrets: SecretOpener,
        snmp: SnmpReader,
    ) -> None:
        self._connect = connect
        self._watch = watch
        self._leadership = leadership
        self._notes = notes
        self._secrets = secrets
        self._snmp = snmp

    async def run(self, work: Work) -> dict[str, Any]:
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
                "NO_CREDENTIAL", "no credential is known for this device; discover it first"
            )
        failure = OperationFailedError("NO_CREDENTIAL", "none of the device's credentials is for SNMP")
        for access_id in access_ids:
            access = await self._secrets.open(
                access_id, purpose="poll", by=work.by, operation_id=str(work.operation_id)
            )
            if not isinstance(access, SnmpV1Access | SnmpV2cAccess | SnmpV3Access):
                continue
            for address in device.addresses:
                try:
                    facts = await self._snmp.read(address, access, timeout_s=settings.device_timeout_s)
                except SnmpError as error:
                    failure = OperationFailedError(
                        _CODES.get(error.kind, "DEVICE_ERROR"), f"{address}: {error}"
                    )
                    continue
                tally = Tally({})
                records = DeviceRecords(
                    device.site,
                    connect=self._connect,
                    watch=self._watch,
                    leadership=self._leadership,
                    notes=self._notes,
                    work=work,
                    tally=tally,
                )
                await records.record([Observation(address=address, snmp=facts, snmp_access_id=access.id)])
                return {"address": address, "changed": tally.changed, "incomplete": list(facts.incomplete)}
        raise failure
