"""Handlers of operations on PPPoE secrets: create, change, delete, and put back what the ledger says."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from domain.alert import ALERT, alert_id
from domain.alert_commands import ResolveAlert
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import (
    AddCustomer,
    EndDrift,
    RecordSecret,
    RemoveCustomer,
    SecretFacts,
)
from domain.customer_drift import drift_alert, facts_of
from domain.customer_orders import (
    ENFORCE,
    SECRET_CHANGE,
    SECRET_CREATE,
    SECRET_DELETE,
    SealedSecret,
    SecretOrder,
)
from domain.customer_state import Customer
from domain.errors import Conflict, NotFound
from domain.ports import Vault
from domain.router_isolation import Evidence, RouterStep
from domain.router_ownership import RouterCalls
from domain.router_ports import RouterError
from domain.router_secrets import PppSecret, SecretChange, WantedSecret
from workers.customer_change import AWAY, FIRST_PAUSE_S, LONGEST_PAUSE_S, LOOK_UP_S
from workers.operation import OperationCancelledError, OperationFailedError, Work
from workers.router_returns import RouterReturns

T = TypeVar("T")


class _Patience:
    """Carries a change of one router through its absences, and keeps what was seen of it."""

    def __init__(self, work: Work, order: SecretOrder, returns: RouterReturns) -> None:
        self._work = work
        self._router_id = order.router_id
        self._until = order.until
        self._returns = returns
        self._evidence: list[Evidence] = []
        self._unconfirmed = ""

    async def report(self, step: RouterStep) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._evidence.append(Evidence(name=step.name, state=step.state, at=at, detail=step.detail))
        self._unconfirmed = step.name if step.state in ("intended", "sent") else ""
        steps = [msgspec.to_builtins(each) for each in self._evidence]
        await self._work.report(done=0, total=1, detail={"steps": steps})

    async def through(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Raises OperationFailedError with the router's own code, or when time is over."""
        pause_s = FIRST_PAUSE_S
        while True:
            if self._work.cancelled:
                raise OperationCancelledError({})
            try:
                await self._work.resume()
                self._evidence.clear()
                self._unconfirmed = ""
                return await attempt()
            except RouterError as error:
                if error.code not in AWAY:
                    raise OperationFailedError(error.code, error.message) from None
                if datetime.now(UTC) >= self._until:
                    raise OperationFailedError(
                        "ROUTER_DEADLINE_PASSED", f"the router did not come back in time: {error.message}"
                    ) from None
                if error.outcome_unknown and self._unconfirmed:
                    await self._work.lose(error.message)
                else:
                    await self._work.report(done=0, total=1, detail={"waiting": error.message})
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
            while not self._work.cancelled and datetime.now(UTC) < self._until:
                if await self._returns.wait(self._router_id, LOOK_UP_S):
                    break


class SecretWork:
    """Handler of one of the kinds of operations on secrets."""

    def __init__(self, kind: str, calls: RouterCalls, returns: RouterReturns, vault: Vault) -> None:
        self._kind = kind
        self._calls = calls
        self._returns = returns
        self._vault = vault

    @property
    def kind(self) -> str:
        return self._kind

    async def run(self, work: Work) -> dict[str, Any]:
        async with work.aside():
            return await self._run(work)

    async def _run(self, work: Work) -> dict[str, Any]:
        order = msgspec.convert(work.params, SecretOrder)
        patience = _Patience(work, order, self._returns)
        customer = await work.state(CUSTOMER, customer_id(order.router_id, order.username))
        if self._kind == SECRET_DELETE:
            return await self._delete(work, order, customer, patience)
        if self._kind == ENFORCE:
            return await self._enforce(work, order, customer, patience)
        return await self._write(work, order, customer, patience)

    async def _write(
        self, work: Work, order: SecretOrder, customer: Customer, patience: _Patience
    ) -> dict[str, Any]:
        if customer.pending or customer.memento is not None:
            raise OperationFailedError(
                "CUSTOMER_CHANGING",
                f"{order.username} is isolated or being changed; release the customer, or wait, and ask again",
            )
        sealed = await self._sealed(order)
        if sealed is None:
            if customer.state == "active":  # an earlier attempt got as far as destroying it
                return {"changed": True}
            raise OperationFailedError(
                "SECRET_ORDER_LOST", "the password of this order is no longer there; ask for the change again"
            )
        wanted = WantedSecret(
            name=order.username,
            password=sealed.password,
            service=order.service,
            profile=order.profile,
            remote_address=order.remote_address,
            local_address=order.local_address,
            caller_id=order.caller_id,
            comment=sealed.comment,
            disabled=order.disabled,
        )
        change = await patience.through(
            lambda: self._calls.router(order.router_id).ensure_secret(
                wanted, create_only=self._kind == SECRET_CREATE, report=patience.report
            )
        )
        await self._record(work, order, customer, change, sealed)
        if order.sealed_id:
            await self._vault.destroy(order.sealed_id)
        return {"changed": change.changed, "fields": list(change.fields)}

    async def _record(
        self,
        work: Work,
        order: SecretOrder,
        customer: Customer,
        change: SecretChange,
        sealed: SealedSecret,
    ) -> None:
        after = change.after
        if after is None:
            raise OperationFailedError("ROUTER_READBACK_DIFFERS", "the secret is not there after the change")
        password_id = ""
        if sealed.password is not None:
            password_id = await self._vault.put(sealed.password.encode(), purpose="pppoe")
        key = customer_id(order.router_id, order.username)
        record = RecordSecret(facts=facts_of(after), comment=after.comment, password_id=password_id)
        if customer.state in ("absent", "deleted"):
            add = AddCustomer(
                router_id=order.router_id,
                username=order.username,
                facts=facts_of(after),
                comment=after.comment,
                password_id=password_id,
                source="engineer",
            )
            try:
                await work.execute(CUSTOMER.to(key, add))
                return
            except Conflict as error:
                if error.code != "CUSTOMER_EXISTS":  # a sync imported it in between
                    raise
        await work.execute(CUSTOMER.to(key, record))
        if password_id and customer.password_id:
            await self._vault.destroy(customer.password_id)

    async def _delete(
        self, work: Work, order: SecretOrder, customer: Customer, patience: _Patience
    ) -> dict[str, Any]:
        if customer.pending:
            raise OperationFailedError(
                "CUSTOMER_CHANGING", f"{order.username} is being changed; wait until that is done"
            )
        change = await patience.through(
            lambda: self._calls.router(order.router_id).ensure_no_secret(
                order.username, report=patience.report
            )
        )
        if customer.state not in ("absent", "deleted"):
            await work.execute(CUSTOMER.to(customer_id(order.router_id, order.username), RemoveCustomer()))
            await self._end_drift(work, customer)
        if customer.password_id:
            await self._vault.destroy(customer.password_id)
        return {"changed": change.changed}

    async def _enforce(
        self, work: Work, order: SecretOrder, customer: Customer, patience: _Patience
    ) -> dict[str, Any]:
        if customer.pending:
            raise OperationFailedError(
                "CUSTOMER_CHANGING", f"{order.username} is being changed; wait until that is done"
            )
        there = await patience.through(lambda: self._calls.router(order.router_id).secret(order.username))
        wanted = await self._expected(customer, there)
        change = await patience.through(
            lambda: self._calls.router(order.router_id).ensure_secret(wanted, report=patience.report)
        )
        await work.execute(CUSTOMER.to(customer_id(order.router_id, order.username), EndDrift()))
        await self._end_drift(work, customer)
        return {"changed": change.changed, "fields": list(change.fields)}

    async def _expected(self, customer: Customer, there: PppSecret | None) -> WantedSecret:
        facts: SecretFacts = customer.on_router()
        password = None
        if there is None:
            if not customer.password_id:
                raise OperationFailedError(
                    "PASSWORD_UNKNOWN", "the secret is gone and its password is not known; create it anew"
                )
            password = (await self._vault.read(customer.password_id)).decode()
        return WantedSecret(
            name=customer.username,
            password=password,
            comment=customer.comment,
            **msgspec.structs.asdict(facts),
        )

    async def _end_drift(self, work: Work, customer: Customer) -> None:
        key = alert_id(drift_alert(customer_id(customer.router_id, customer.username)))
        try:
            await work.execute(ALERT.to(key, ResolveAlert(reason="router and ledger agree")))
        except NotFound:
            return

    async def _sealed(self, order: SecretOrder) -> SealedSecret | None:
        if not order.sealed_id:
            return SealedSecret()
        try:
            return msgspec.json.decode(await self._vault.read(order.sealed_id), type=SealedSecret)
        except NotFound:
            return None


def secret_handlers(calls: RouterCalls, returns: RouterReturns, vault: Vault) -> list[SecretWork]:
    kinds = (SECRET_CREATE, SECRET_CHANGE, SECRET_DELETE, ENFORCE)
    return [SecretWork(kind, calls, returns, vault) for kind in kinds]
