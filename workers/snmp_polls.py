"""Polls devices over SNMP: interfaces, resources and sensors, by what each was found to have."""

import asyncio
import time

import structlog

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.metering import Gauge, sample
from domain.ports import SnmpError
from domain.snmp_polling import InterfacesRead, PollPlan, PollPlans, SnmpPolling
from domain.telemetry import Group, Poll, Sample
from workers.opened_accesses import OpenedAccesses
from workers.poll_counts import PollCounts
from workers.polled_device import SLOW_S, CaredDevice

_MOST_ADDRESSES = 3
_MOST_ACCESSES = 4
_LOOK_TIMEOUTS = 3.0
"""Finding out what a device has may take so many times what a poll may."""
_MISSING_PAUSE_S = 300.0
SnmpCredential = SnmpV1Access | SnmpV2cAccess | SnmpV3Access
log = structlog.get_logger(__name__)


class SnmpPolls:
    def __init__(
        self, polling: SnmpPolling, plans: PollPlans, accesses: OpenedAccesses, counts: PollCounts
    ) -> None:
        self._polling = polling
        self._plans = plans
        self._accesses = accesses
        self._counts = counts

    async def poll(
        self, device: CaredDevice, group: Group, interval_s: float, timeout_s: float
    ) -> Poll | None:
        """None where the device has nothing of the group, or does not answer."""
        loop = asyncio.get_running_loop()
        async with device.asking:
            begun = loop.time()
            try:
                plan = await self._plan(device, timeout_s)
                if plan is None:
                    return None
                access = await self._access(device, plan.access_id)
                if access is None:
                    return None
                samples = await self._samples(device, plan, access, group, interval_s, timeout_s)
            except SnmpError as error:
                self._counts.failures[group, error.kind] += 1
                device.failed(loop.time(), looking=False)
                if error.kind == "auth":
                    device.look_soon(loop.time())
                log.debug("not polled", device=device.known.id, group=group, why=str(error))
                return None
            if device.answered_s >= begun:  # it was asked for something
                device.slow = loop.time() - begun > SLOW_S
        if not samples:
            return None
        return Poll(device.known.id, group, time.time(), interval_s, tuple(samples))

    async def alive(self, device: CaredDevice, timeout_s: float) -> bool:
        """Whether its agent answers now, at the address and to the credential that worked last."""
        plan = device.plan
        address = plan.address if plan else device.known.addresses[0]
        access = await self._access(device, plan.access_id if plan else device.known.accesses[0][0])
        if access is None:
            return False
        try:
            await self._polling.alive(address, access, timeout_s=timeout_s)
        except SnmpError as error:
            return error.kind == "auth"
        device.answered_s = asyncio.get_running_loop().time()
        return True

    async def _samples(
        self,
        device: CaredDevice,
        plan: PollPlan,
        access: SnmpCredential,
        group: Group,
        interval_s: float,
        timeout_s: float,
    ) -> list[Sample]:
        if group == "interfaces":
            if not plan.interfaces:
                return []
            read = await self._polling.interfaces(plan.address, access, plan, timeout_s=timeout_s)
            self._answered(device, read.uptime_s)
            return self._interface_samples(device, plan, read, interval_s)
        gauges = [gauge for gauge in plan.gauges if gauge.group == group]
        if not gauges and group != "resources":
            return []
        oids = tuple(dict.fromkeys(oid for gauge in gauges for oid in gauge.oids))
        values = await self._polling.values(plan.address, access, oids, timeout_s=timeout_s)
        self._answered(device, values.uptime_s)
        samples = [made for gauge in gauges if (made := sample(gauge, values.values)) is not None]
        self._miss(device, gauges, samples)
        if group == "resources":
            samples.append(Sample("snmp_response_ms", values.response_ms))
            if values.uptime_s is not None:
                samples.append(Sample("uptime_s", values.uptime_s))
        return samples

    def _interface_samples(
        self, device: CaredDevice, plan: PollPlan, read: InterfacesRead, interval_s: float
    ) -> list[Sample]:
        """None of a reading that shows that the device has other interfaces now: an ifIndex may mean another one."""
        now_s = asyncio.get_running_loop().time()
        samples, anew = device.rates.samples(plan, read, interval_s)
        if anew or read.tables != plan.tables:
            device.look_soon(now_s)
            return []
        states = read.columns.get("oper_status")
        if states is None or not states.whole:
            device.look_soon(now_s, _MISSING_PAUSE_S)
        return samples

    @staticmethod
    def _miss(device: CaredDevice, gauges: list[Gauge], samples: list[Sample]) -> None:
        if len(samples) < len(gauges):
            device.look_soon(asyncio.get_running_loop().time(), _MISSING_PAUSE_S)

    @staticmethod
    def _answered(device: CaredDevice, uptime_s: float | None) -> None:
        device.answered(asyncio.get_running_loop().time(), uptime_s, time.time())

    async def _plan(self, device: CaredDevice, timeout_s: float) -> PollPlan | None:
        """What the device has, found out anew when that is due; what was known stays good where that fails."""
        loop = asyncio.get_running_loop()
        plan = device.plan
        fits = (
            plan is not None
            and plan.address in device.known.addresses
            and any(plan.access_id == credential_id for credential_id, _ in device.known.accesses)
        )
        if not fits:
            plan = None
        if loop.time() < device.look_s:
            return plan
        failure: SnmpError | None = None
        for credential_id, version in device.known.accesses[:_MOST_ACCESSES]:
            access = await self._accesses.get(credential_id, version)
            if not isinstance(access, SnmpCredential):
                continue
            for address in device.known.addresses[:_MOST_ADDRESSES]:
                try:
                    found = await self._polling.look(address, access, timeout_s=timeout_s * _LOOK_TIMEOUTS)
                except SnmpError as error:
                    failure = error
                    continue
                device.looked(found, loop.time())
                if found != plan:
                    await self._plans.save(device.known.id, found)
                return found
        if failure is not None:
            device.failed(loop.time(), looking=True)
            log.debug("not found out what it has", device=device.known.id, why=str(failure))
        return plan

    async def _access(self, device: CaredDevice, credential_id: str) -> SnmpCredential | None:
        version = dict(device.known.accesses).get(credential_id)
        if version is None:
            return None
        opened = await self._accesses.get(credential_id, version)
        return opened if isinstance(opened, SnmpCredential) else None
