"""Tells what detectors found: alerts that begin and end, and devices whose series should be learned anew."""

import asyncio
import contextlib
from collections.abc import Sequence
from hashlib import sha256
from uuid import uuid4

import msgspec
import structlog

from domain.aggregate import IdempotencyKey
from domain.alert import ALERT, alert_id
from domain.detection.alarm_rules import JOINT
from domain.detection.finding import SOURCE, Finding
from domain.detection.retrain import RETRAIN, RetrainModels
from domain.errors import NotFound
from domain.event import Actor, Attribution
from domain.operation import OPERATION, RequestOperation
from domain.ports import CommandBus

_AT_ONCE = 32
_DAY_S = 86_400.0
_BY = Actor("worker", SOURCE, SOURCE)
log = structlog.get_logger(__name__)


class Findings:
    """Each is known by its series and the time of its sample: whoever reads that sample again finds the same, and the
    ledger takes it once."""

    def __init__(self, bus: CommandBus) -> None:
        self._bus = bus

    async def tell(self, found: Sequence[Finding], *, retrain_on_drift: bool) -> None:
        """What concerns one alert goes in order, and all else at once, so that it shares commits."""
        by_alert: dict[str, list[Finding]] = {}
        for finding in found:
            by_alert.setdefault(finding.key, []).append(finding)
        free = asyncio.Semaphore(_AT_ONCE)

        async def in_order(several: Sequence[Finding]) -> None:
            async with free:
                for finding in several:
                    if finding.kind != "drifted":
                        await self._tell(finding)
                    elif retrain_on_drift and finding.metric != JOINT:
                        await self._request_retrain(finding)

        async with asyncio.TaskGroup() as group:
            for several in by_alert.values():
                group.create_task(in_order(several))

    async def _tell(self, finding: Finding) -> None:
        digest = sha256(f"{finding.kind}/{finding.at!r}/{finding.key}".encode()).digest()
        alert = alert_id(finding.key)
        with contextlib.suppress(NotFound):  # the end of an alert that this ledger never had
            await self._bus.execute(
                ALERT.to(alert, finding.command()),
                by=Attribution(actor=_BY, correlation_id=str(alert)),
                key=IdempotencyKey(SOURCE, digest.hex(), digest),
            )
        log.info(f"anomaly {finding.kind}", device=finding.device_id, metric=finding.metric, at=finding.at)

    async def _request_retrain(self, finding: Finding) -> None:
        """At most once a day and device."""
        operation_id = uuid4()
        day = f"retrain/{finding.device_id}/{int(finding.at // _DAY_S)}"
        request = RetrainModels(device_ids=[finding.device_id], reason="its behaviour has drifted")
        await self._bus.execute(
            OPERATION.to(
                operation_id,
                RequestOperation(
                    kind=RETRAIN,
                    params=msgspec.to_builtins(request),
                    device_id=finding.device_id,
                    reason=request.reason,
                ),
                new=True,
            ),
            by=Attribution(actor=_BY, correlation_id=str(operation_id)),
            key=IdempotencyKey(SOURCE, day, sha256(day.encode()).digest()),
        )
