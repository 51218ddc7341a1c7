"""No sequence of isolations, releases, killed workers, broken connections and reboots leaves a secret half isolated."""

import asyncio
from random import Random

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.routeros.dial import DialLimits
from adapters.routeros.fleet import RouterOsFleet
from adapters.routeros.link import LinkLimits
from domain.access import RouterOsAccess
from domain.router_isolation import IsolationMemento, IsolationOutcome, IsolationPlan, RouterStep
from domain.router_ports import RouterEndpoint, RouterError
from lab.routeros.faults import Fault
from lab.routeros.fleet import FleetPlan, LabFleet, add_customer

ADDRESS = "127.65.60.1"
PLANS = {
    "disable": IsolationPlan(method="disable"),
    "profile": IsolationPlan(method="profile", profile="isolated"),
    "address-list": IsolationPlan(method="address-list", address_list="isolated"),
}
ISOLATED = {"disable": {"disabled": "true"}, "profile": {"profile": "isolated"}, "address-list": {}}
COMMANDS = (
    "/ppp/secret/set",
    "/ppp/secret/print",
    "/ppp/active/remove",
    "/ppp/active/print",
    "/ip/firewall/address-list/",
    "/login",
)
KINDS = ("drop_before", "drop_after", "drop_mid_sentence", "half_sentence", "hang", "reject", "fatal")
QUICK = LinkLimits(
    dial=DialLimits(0.3, 0.3, 0.2), backoff_cap_s=0.02, flapping_cap_s=0.02, refused_retry_s=0.02
)
ATTEMPTS = 12


class Killed(BaseException):
    """What a worker does not survive."""


class IsolationMachine(RuleBasedStateMachine):
    """Two customers of one router, each with what is remembered of its isolation, as the ledger would."""

    @initialize(version=st.sampled_from(["6.42.12", "7.16.2", "7.18.2"]), ends=st.booleans())
    def start(self, version: str, ends: bool) -> None:
        self.runner = asyncio.Runner()
        self.lab = LabFleet(
            FleetPlan(
                network="127.65.60.0/24",
                customers=0,
                versions=(version,),
                redial_s=0.005,
                disable_ends_session=ends,
            )
        )
        self.mementos: dict[str, IsolationMemento] = {}
        self.runner.run(self._start())
        self.before = {name: self.secret(name) for name in ("pool", "fixed")}

    async def _start(self) -> None:
        await self.lab.start()
        self.device = self.lab[ADDRESS]
        add_customer(self.device, "pool", redial_s=0.005, comment="first floor")
        add_customer(self.device, "fixed", redial_s=0.005, remote_address="10.66.0.99")
        self.fleet = RouterOsFleet(limits=QUICK, random=Random(1))
        access = RouterOsAccess(id="lab", username="admin", password="lab", port=self.lab.port)
        self.router = self.fleet.own(RouterEndpoint(router_id="r", address=ADDRESS, access=access))

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.fleet.close())
            self.runner.run(self.lab.stop())
            self.runner.close()

    def secret(self, name: str) -> dict[str, str]:
        row = self.device.ppp.secrets.find(name=name)
        assert row is not None
        return dict(row)

    @rule(kind=st.sampled_from(KINDS), command=st.sampled_from(COMMANDS))
    def fault(self, kind: str, command: str) -> None:
        self.device.faults.add(Fault(kind, command))  # type: ignore[arg-type]  # one of the literals

    @rule()
    def break_connections(self) -> None:
        self.lab.servers[ADDRESS].drop_sessions()

    @rule()
    @precondition(lambda self: self.device.pppoe.up)
    def reboot(self) -> None:
        self.runner.run(self._reboot())

    async def _reboot(self) -> None:
        self.device.reboot(0.01)

    @rule(name=st.sampled_from(["pool", "fixed"]), method=st.sampled_from(sorted(PLANS)))
    def isolate(self, name: str, method: str) -> None:
        if name in self.mementos:
            method = self.mementos[name].plan.method
        outcome = self.runner.run(self._until_done(name, PLANS[method]))
        assert outcome.memento.before.comment == self.before[name].get("comment", "")
        assert self.secret(name) == self.before[name] | ISOLATED[method]
        assert outcome.effective or outcome.notes, "what is not effective says why"

    @rule(
        name=st.sampled_from(["pool", "fixed"]), method=st.sampled_from(sorted(PLANS)), step=st.integers(1, 9)
    )
    def isolate_by_a_worker_that_dies(self, name: str, method: str, step: int) -> None:
        if name not in self.mementos:
            self.runner.run(self._attempt(name, PLANS[method], step))

    @rule(name=st.sampled_from(["pool", "fixed"]))
    def release(self, name: str) -> None:
        if name in self.mementos:
            self.runner.run(self._until_released(name))
            del self.mementos[name]
            assert self.secret(name) == self.before[name]
            marked = [
                row for row in self.device.ppp.address_lists.items.values() if name in row.get("comment", "")
            ]
            assert marked == []

    @invariant()
    def no_secret_is_half_isolated(self) -> None:
        if not hasattr(self, "before"):
            return
        for name, before in self.before.items():
            memento = self.mementos.get(name)
            allowed = [before] if memento is None else [before, before | ISOLATED[memento.plan.method]]
            assert self.secret(name) in allowed

    async def _attempt(self, name: str, plan: IsolationPlan, dies_at: int = 0) -> IsolationOutcome | None:
        """One worker's attempt; None when it failed or died."""
        told = 0

        async def report(step: RouterStep) -> None:
            nonlocal told
            told += 1
            if step.memento is not None:
                self.mementos[name] = step.memento
            if told == dies_at:
                raise Killed

        try:
            return await self.router.ensure_isolated(
                name, plan, report=report, memento=self.mementos.get(name), watch_s=0.1, deadline_s=0.25
            )
        except (RouterError, Killed):
            return None

    async def _until_done(self, name: str, plan: IsolationPlan) -> IsolationOutcome:
        for _ in range(ATTEMPTS):
            outcome = await self._attempt(name, plan)
            if outcome is not None:
                return outcome
            await self._breathe()
        raise AssertionError(f"not isolated after {ATTEMPTS} attempts: {self.router.connection}")

    async def _until_released(self, name: str) -> None:
        async def ignore(_step: RouterStep) -> None: ...

        for _ in range(ATTEMPTS):
            try:
                await self.router.ensure_released(
                    self.mementos[name], report=ignore, watch_s=0.05, deadline_s=0.25
                )
                return
            except RouterError:
                await self._breathe()
        raise AssertionError(f"not released after {ATTEMPTS} attempts: {self.router.connection}")

    async def _breathe(self) -> None:
        self.router.reset()
        await self.fleet.wait_tried(timeout_s=0.2)
        await asyncio.sleep(0.02)  # an attempt of its own, not a wait for anything


IsolationMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
TestIsolation = IsolationMachine.TestCase
