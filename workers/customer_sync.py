"""Keeps customers in step with their routers: imports secrets that are new, and tells where somebody changed one by hand."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import structlog

from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import AddCustomer, EndDrift, ReportDrift
from domain.customer_drift import differences, drift_alert, facts_of
from domain.customer_state import Customer
from domain.errors import NotFound
from domain.event import Actor, Attribution
from domain.ports import CommandBus, PositionWatch, Vault
from domain.router_secrets import PppSecret
from projections import customers
from workers.owned_router import OwnedRouter

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PATIENCE_S = 10.0
_BATCH = 200
_LOCK_S = 30.0
log = structlog.get_logger(__name__)


class CustomerSync:
    """Compares one router with the ledger. Runs where the router's connection is, so that passwords stay there."""

    def __init__(
        self, worker_id: str, *, connect: Connect, bus: CommandBus, vault: Vault, watch: PositionWatch
    ) -> None:
        self._by = Attribution(
            actor=Actor("worker", worker_id, worker_id), correlation_id=f"sync {worker_id}", reason="sync"
        )
        self._connect = connect
        self._bus = bus
        self._vault = vault
        self._watch = watch

    async def __call__(self, router_id: str, router: OwnedRouter) -> None:
        """Raises RouterError."""
        before = await self._known(router_id)
        found = {secret.name: secret for secret in await router.secrets(priority="bulk")}
        await self._import(
            router_id, router, [secret for name, secret in found.items() if name not in before]
        )
        for username, customer in before.items():
            if not customer.pending and _suspicious(customer, found.get(username)):
                await self._look_again(router_id, router, username)

    async def _known(self, router_id: str) -> dict[str, Customer]:
        await self._watch.wait_for_projection("customers", self._watch.ledger_position(), _PATIENCE_S)
        async with self._connect() as conn:
            return await customers.on_router(conn, router_id)

    async def _import(self, router_id: str, router: OwnedRouter, secrets: Sequence[PppSecret]) -> None:
        if not secrets:
            return
        passwords = await router.passwords(priority="bulk")
        for start in range(0, len(secrets), _BATCH):
            batch = [secret for secret in secrets[start : start + _BATCH] if 0 < len(secret.name) <= 255]
            ids = await asyncio.gather(*(self._kept(passwords.get(secret.name, "")) for secret in batch))
            intents = [
                CUSTOMER.to(
                    customer_id(router_id, secret.name),
                    AddCustomer(
                        router_id=router_id,
                        username=secret.name,
                        facts=facts_of(secret),
                        comment=secret.comment,
                        password_id=password_id,
                    ),
                )
                for secret, password_id in zip(batch, ids, strict=True)
            ]
            if intents:
                await self._bus.execute(*intents, by=self._by)

    async def _kept(self, password: str) -> str:
        return await self._vault.put(password.encode(), purpose="pppoe") if password else ""

    async def _look_again(self, router_id: str, router: OwnedRouter, username: str) -> None:
        """While nobody of ours changes the customer, so that our own work is not taken for a stranger's."""
        key = customer_id(router_id, username)
        async with router.alone(username, deadline_s=_LOCK_S):
            customer = await self._bus.state(CUSTOMER, key)
            if customer.pending or customer.state in ("absent", "deleted"):
                return
            secret = await router.secret(username, priority="bulk")
        if secret is None:
            report = ReportDrift(missing=True)
        else:
            changed, comment = differences(customer, secret)
            report = ReportDrift(differences=changed, comment_differs=comment)
            if not changed and not comment:
                await self._agree(key)
                return
        outcome = await self._bus.execute(CUSTOMER.to(key, report), by=self._by)
        if outcome.events:
            title = outcome.events[0].event.summary()
            await self._bus.execute(self._alert(key, router_id, title, report), by=self._by)

    @staticmethod
    def _alert(key: UUID, router_id: str, title: str, report: ReportDrift) -> Intent:
        raised = RaiseAlert(
            key=drift_alert(key),
            severity="medium",
            title=title[:300],
            device_id=router_id,
            source="sync",
            detail={
                "customer_id": str(key),
                "missing": report.missing,
                "differences": [
                    {"field": each.field, "ledger": each.expected, "router": each.found}
                    for each in report.differences
                ]
                + ([{"field": "comment"}] if report.comment_differs else []),
            },
        )
        return ALERT.to(alert_id(raised.key), raised)

    async def _agree(self, key: UUID) -> None:
        await self._bus.execute(CUSTOMER.to(key, EndDrift()), by=self._by)
        await resolve_drift(self._bus, key, self._by)


async def resolve_drift(bus: CommandBus, key: UUID, by: Attribution) -> None:
    """Ends the alert, where there is one."""
    try:
        resolve = ResolveAlert(reason="router and ledger agree")
        await bus.execute(ALERT.to(alert_id(drift_alert(key)), resolve), by=by)
    except NotFound:
        return


def _suspicious(customer: Customer, secret: PppSecret | None) -> bool:
    if secret is None or customer.drift is not None:
        return True
    changed, comment = differences(customer, secret)
    return bool(changed) or comment
