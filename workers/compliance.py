"""Keeps findings in step with configurations and policies: what changed is checked at once, all the rest now and then."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID, uuid4, uuid5

import structlog

from domain.compliance import Scope, Verdict, evaluate
from domain.compliance_record import ComplianceRecord, KnownFinding
from domain.compliance_settings import ComplianceSettings
from domain.config_ports import ConfigStore
from domain.errors import DomainError, Unavailable
from domain.event import Actor, Attribution
from domain.patterns import Patterns
from domain.policy import POLICY, CreatePolicy
from domain.ports import CommandBus, Leadership, PositionWatch
from projections import compliance_queries, findings, policies
from projections.compliance_queries import Subject
from projections.settings import in_force

Connect = Callable[[], AbstractAsyncContextManager[Any]]
LOOK_S = 2.0
"""How often it looks whether something is due."""
_BATCH = 50
_READ_MODEL_S = 30.0
_STARTERS = UUID("57a27e25-0000-5000-8000-000000000001")
log = structlog.get_logger(__name__)


def starter_id(name: str) -> UUID:
    """A policy that ships with the product is created once, and stays deleted when it was deleted."""
    return uuid5(_STARTERS, name)


class ComplianceWatch:
    """One leader checks. What it has checked it notes, so that a restart begins nothing anew."""

    def __init__(
        self,
        bus: CommandBus,
        connect: Connect,
        leadership: Leadership,
        watch: PositionWatch,
        *,
        store: ConfigStore,
        patterns: Patterns,
        starters: Callable[[], Sequence[CreatePolicy]],
        look_s: float = LOOK_S,
    ) -> None:
        self._bus = bus
        self._connect = connect
        self._leadership = leadership
        self._watch = watch
        self._store = store
        self._patterns = patterns
        self._starters = starters
        self._look_s = look_s
        self._record = ComplianceRecord(bus)

    async def run(self) -> None:
        """Until cancelled."""
        async with self._leadership.lead("compliance"):
            await self._create_starters()
            while True:
                try:
                    while await self._look():
                        pass
                except Exception as error:  # the next look is soon
                    log.warning("compliance not checked", error=repr(error))
                await asyncio.sleep(self._look_s)

    async def _create_starters(self) -> None:
        by = _attribution("compliance starter set")
        for starter in self._starters():
            key = starter_id(starter.name)
            if (await self._bus.state(POLICY, key)).state == "absent":
                await self._bus.execute(POLICY.to(key, starter), by=by)

    async def _look(self) -> bool:
        """One batch; tells whether there may be more."""
        async with self._connect() as conn:
            settings = (await in_force(conn)).compliance
            if not settings.enabled:
                return False
            due = await compliance_queries.due(conn, interval_s=settings.interval_s, limit=_BATCH)
            gone = await compliance_queries.departed(conn, limit=_BATCH)
            scopes = await policies.scopes(conn)
        reached = 0
        for subject in due:
            reached = max(reached, await self._check(subject, scopes, settings))
        for device_id in gone:
            reached = max(reached, await self._close(device_id, settings))
        await self._watch.wait_for_projection("findings", reached, _READ_MODEL_S)
        return len(due) == _BATCH or len(gone) == _BATCH

    async def _check(self, subject: Subject, scopes: Sequence[Scope], settings: ComplianceSettings) -> int:
        """The position reached. A configuration that cannot be read or understood is not tried again until it changes."""
        error = ""
        position = 0
        try:
            text = await self._store.read(subject.device_id, subject.content)
            verdict = await asyncio.to_thread(
                evaluate, scopes, subject.platform, text, subject.labels, self._patterns
            )
            async with self._connect() as conn:
                known = await findings.known(conn, subject.device_id)
            position = await self._append(subject.device_id, subject.name, verdict, known, settings)
        except Unavailable:
            raise
        except DomainError as refused:
            error = refused.message
            log.warning("configuration not checked", device=subject.device_id, why=error)
        async with self._connect() as conn:
            await compliance_queries.checked(conn, subject, error=error)
        return position

    async def _close(self, device_id: str, settings: ComplianceSettings) -> int:
        async with self._connect() as conn:
            known = await findings.known(conn, device_id)
        return await self._append(device_id, "", Verdict(), known, settings)

    async def _append(
        self,
        device_id: str,
        name: str,
        verdict: Verdict,
        known: Sequence[KnownFinding],
        settings: ComplianceSettings,
    ) -> int:
        intents = await self._record.intents(
            device_id, name, verdict, known, policies=None, least=settings.alert_from
        )
        if not intents:
            return 0
        return (await self._bus.execute(*intents, by=_attribution("compliance"))).position


def _attribution(name: str) -> Attribution:
    return Attribution(actor=Actor("policy", "compliance", name), correlation_id=str(uuid4()))
