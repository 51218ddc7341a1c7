"""Alert rules over real telemetry and a real ledger: raised once, through kills, outages of parents and silences."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import nats
import pytest

from adapters.evaluation_store import PostgresEvaluationStore
from adapters.jetstream.telemetry import JetStreamTelemetry
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ReopenAlert, ResolveAlert
from domain.alert_rule import ALERT_RULE, ChangeAlertRule, CreateAlertRule, DeleteAlertRule
from domain.alerting.evaluator import Kept
from domain.alerting.finding import Finding
from domain.alerting.gate import Held
from domain.alerting.rule import Anomaly, Condition, DeviceDown, LogMatch, Rule, Threshold
from domain.alerting.scope import Matchers, Scope
from domain.alerting.templates import TEMPLATES
from domain.device import DEVICE
from domain.device_commands import AddDevice, ChangeDevice, MarkDown, MarkUp, ObserveDevice
from domain.device_facts import DeviceFacts
from domain.observation import Neighbour
from domain.silence import SILENCE, CreateSilence, EndSilence
from domain.telemetry import Poll, Sample
from projections.alerts import AlertRow
from tests.integration.workers.installation import Installation, until
from tests.integration.workers.processes import worker_process

HOT = Threshold(metric="temperature_celsius", op=">", value=70.0, clear=65.0)


class Network:
    """Devices, rules, and telemetry that says what a test wants."""

    def __init__(self, netledger: Installation, publisher: JetStreamTelemetry) -> None:
        self.netledger = netledger
        self.publisher = publisher
        self.at = time.time() - 600
        self.rules: set[str] = set()
        self._addresses = iter(range(1, 250))

    async def do(self, *intents: Any) -> Any:
        return await self.netledger.console.bus.execute(*intents, by=self.netledger.console.by())

    async def device(self, name: str, **more: Any) -> str:
        device_id = uuid4()
        command = AddDevice(address=f"192.0.2.{next(self._addresses)}", name=name, **more)
        await self.do(DEVICE.to(device_id, command, new=True))
        return str(device_id)

    async def rule(self, condition: Condition, **more: Any) -> str:
        rule_id = uuid4()
        command = CreateAlertRule(rule=Rule(name="Rule", condition=condition, **more))
        await self.do(ALERT_RULE.to(rule_id, command, new=True))
        self.rules.add(str(rule_id))
        return str(rule_id)

    async def publish(self, device_id: str, value: float, metric: str = "temperature_celsius") -> None:
        self.at += 60
        poll = Poll(device_id, "sensors", self.at, 60.0, (Sample(metric, value, "cpu"),))
        assert await self.publisher.publish([poll]) == 1

    async def alert(self, device_id: str, state: str, **fields: Any) -> AlertRow:
        """Waits for the device's only alert by the test's own rules to be so."""

        async def so() -> AlertRow | None:
            everything = await self.netledger.alerts(device_id)
            found = [row for row in everything if row.rule_id is None or row.rule_id in self.rules]
            assert len(found) <= 1
            right = [
                row
                for row in found
                if row.state == state and all(getattr(row, k) == v for k, v in fields.items())
            ]
            return right[0] if right else None

        row: AlertRow = await until(so)
        return row

    async def steps(self, alert: UUID) -> list[str]:
        async with self.netledger.console.pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT kind FROM alerting.steps WHERE alert_id = %s ORDER BY seq", (alert,)
            )
            return [row[0] for row in await cursor.fetchall()]

    async def settled(self) -> None:
        """Until the read models that evaluation goes by have seen everything."""
        head = await self.netledger.settled()
        for name in ("alert_rules", "silences"):
            assert await self.netledger.console.watch.wait_for_projection(name, head, 20)

    async def ready(self) -> bool:
        """Whether evaluation of facts has begun: before, devices may be down already."""
        return await self._value("SELECT ledger FROM alerting.places WHERE partition = 16") is not None

    async def pending(self, device_id: str) -> bool:
        """Whether something of the device is on its way to an alert, and stored so."""
        raw = await self._value("SELECT series FROM alerting.devices WHERE device_id = %s", device_id)
        kept = msgspec.msgpack.decode(raw, type=list[Kept]) if raw else []
        return any(each.series.phase == "pending" for each in kept)

    async def held(self, device_id: str) -> str | None:
        raw = await self._value(
            "SELECT held::text FROM alerting.held WHERE key LIKE '%%' || %s || '%%'", device_id
        )
        if raw is None:
            return None
        by = msgspec.json.decode(raw, type=Held).by
        return f"{by.id} {by.why}"

    async def _value(self, query: str, *values: Any) -> Any:
        async with self.netledger.console.pool.connection() as conn:
            row = await (await conn.execute(query, values)).fetchone()
        return row[0] if row else None

    async def status(self, device_id: str, wanted: str) -> bool:
        return bool(
            await self._value("SELECT status FROM inventory.devices WHERE id = %s", device_id) == wanted
        )

    async def down(self, device_id: str) -> None:
        await self.do(DEVICE.to(device_id, MarkDown(cause="no answer")))

    async def up(self, device_id: str) -> None:
        await self.do(DEVICE.to(device_id, MarkUp()))


@pytest.fixture
async def network(netledger: Installation) -> AsyncIterator[Network]:
    client = await nats.connect(netledger.configuration.nats_url)
    yield Network(netledger, JetStreamTelemetry(client))
    await client.close()


async def test_a_hot_device_is_told_once_and_over_when_it_has_cooled_down(network: Network) -> None:
    async with network.netledger.worker("projector"):
        core = await network.device("core-1", site="north")
        other = await network.device("lab-1", site="lab")
        rule = await network.rule(HOT, severity="high", scope=Scope(sites=("north",)))
        await network.settled()
        async with network.netledger.worker("alerting", "alerts"):
            for value in (50, 75, 80):
                await network.publish(core, value)
                await network.publish(other, value)
            row = await network.alert(core, "firing")
            assert (row.rule_id, row.rule_version, row.severity, row.interface) == (rule, 1, "high", "cpu")
            assert row.title == "Rule: core-1 cpu: temperature_celsius 75 is > 70"
            await network.publish(core, 68)
            await network.publish(core, 60)
            over = await network.alert(core, "resolved")
            assert (over.resolved_by, over.occurrence) == ("alert rules", 1)
            assert over.reason == "the condition holds no longer"
            await network.publish(core, 90)
            again = await network.alert(core, "firing", occurrence=2)
            await network.do(ALERT.to(again.id, ResolveAlert(reason="by mistake")))
            await network.do(ALERT.to(again.id, ReopenAlert()))
            await network.alert(core, "firing", occurrence=2)
            await network.do(ALERT_RULE.to(rule, DeleteAlertRule()))
            ended = await network.alert(core, "resolved")
            assert (ended.id, ended.reason) == (again.id, "the rule holds here no longer")
            assert await network.netledger.alerts(other) == []
            assert await network.steps(UUID(ended.id)) == ["fired", "cleared", "fired", "cleared"]


async def test_a_killed_worker_neither_forgets_nor_tells_twice(network: Network) -> None:
    async with network.netledger.worker("projector"):
        core = await network.device("core-1")
        await network.rule(Threshold(metric="temperature_celsius", op=">", value=70.0, for_s=150.0))
        await network.settled()
        await network.publish(core, 50)
        with worker_process(network.netledger.configuration, "alerting", "alerts") as first:
            await network.publish(core, 80)
            await until(lambda: network.pending(core))
            first.kill()
            first.wait()
        await network.publish(core, 80)
        await network.publish(core, 80)
        with worker_process(network.netledger.configuration, "alerting", "alerts") as second:
            # Pending for 60 s before the crash, and for 120 s more in what came while nobody was there.
            await network.publish(core, 80)
            row = await network.alert(core, "firing")
            second.kill()
            second.wait()
        await network.publish(core, 40)
        await network.publish(core, 80)
        with worker_process(network.netledger.configuration, "alerting", "alerts"):
            over = await network.alert(core, "resolved")
            assert (over.id, over.occurrence) == (row.id, 1)
        raised = await network.netledger.events("alert.raised.v1")
        assert len(raised) == 1


async def test_what_is_behind_a_device_that_is_down_is_not_told(network: Network) -> None:
    async with network.netledger.worker("projector"):
        core, edge = await network.device("core"), await network.device("edge")
        await network.do(DEVICE.to(edge, ChangeDevice(depends_on=(core,))))
        await network.rule(DeviceDown(for_s=0.0))
        await network.settled()
        async with network.netledger.worker("alerting", "alerts"):
            await until(network.ready)
            await network.down(core)
            await network.alert(core, "firing")
            await network.down(edge)
            told = await until(lambda: network.held(edge))
            assert told == f"{core} core is down"
            assert await network.netledger.alerts(edge) == []
            await network.up(core)
            await network.alert(core, "resolved")
            left = await network.alert(edge, "firing")
            assert await network.steps(UUID(left.id)) == ["fired", "held", "released"]
            # The other way round: what was told already is silenced when its cause shows.
            await network.down(core)
            hidden = await network.alert(edge, "silenced")
            assert hidden.silenced_by is not None
            assert (hidden.silenced_by.kind, hidden.silenced_by.id) == ("parent", core)
            await network.up(edge)
            await network.alert(edge, "resolved")


async def test_the_middle_of_the_topology_is_the_root_where_none_is_known(network: Network) -> None:
    """Core, three distribution switches, and access behind the first of them; nothing links another device to them, which
    may have the address of this host's gateway."""
    async with network.netledger.worker("projector"):
        names = ("other", "core", "east", "west", "south", "access")
        ids = {name: await network.device(name) for name in names}
        addresses = {each.name: each.addresses[0] for each in await network.netledger.devices()}
        for near, others in (("core", ("east", "west", "south")), ("east", ("access",))):
            seen = tuple(
                Neighbour(protocol="lldp", local_if_index=port, chassis_id=far, addresses=(addresses[far],))
                for port, far in enumerate(others, 1)
            )
            observed = ObserveDevice(
                address=addresses[near], facts=DeviceFacts(sys_name=near), neighbours=seen
            )
            await network.do(DEVICE.to(ids[near], observed))
        await network.rule(DeviceDown(for_s=0.0))
        await network.settled()
        async with network.netledger.worker("alerting", "alerts"):
            await until(network.ready)
            await network.down(ids["east"])
            await network.alert(ids["east"], "firing")
            await network.down(ids["access"])
            assert await until(lambda: network.held(ids["access"])) == f"{ids['east']} east is down"
            assert await network.netledger.alerts(ids["access"]) == []
            await network.down(ids["west"])  # by itself
            await network.alert(ids["west"], "firing")


async def test_silences_by_rule_and_for_alerts_raised_by_hand(network: Network) -> None:
    async with network.netledger.worker("projector"):
        core = await network.device("core", labels=("lab",))
        await network.settled()
        now = datetime.now(UTC)
        silence = uuid4()
        quiet = CreateSilence(
            matchers=Matchers(scope=Scope(labels=("lab",))),
            starts_at=now,
            ends_at=now + timedelta(seconds=3_600),
            why="new fans",
        )
        async with network.netledger.worker("alerting", "alerts"):
            await until(network.ready)
            by_hand = RaiseAlert(key="k", severity="low", title="noisy fan", device_id=core)
            await network.do(ALERT.to(alert_id("k"), by_hand))
            await network.do(SILENCE.to(silence, quiet, new=True))
            row = await network.alert(core, "silenced")
            assert row.silenced_by is not None
            assert (row.silenced_by.id, row.silenced_by.why) == (str(silence), "silence: new fans")
            await network.do(SILENCE.to(silence, EndSilence()))
            await network.alert(core, "firing")
            end = datetime.now(UTC) + timedelta(seconds=3)
            soon = msgspec.structs.replace(quiet, ends_at=end, maintenance=True)
            await network.do(SILENCE.to(uuid4(), soon, new=True))
            await network.alert(core, "silenced")
            await until(lambda: network.status(core, "maintenance"))
            await network.alert(core, "firing")
            await until(lambda: network.status(core, "unknown"))


async def test_findings_become_alerts_once(network: Network) -> None:
    async with network.netledger.worker("projector"):
        core = await network.device("core")
        words = LogMatch(contains=("telnet", "on"), clear_contains=("telnet", "off"))
        rule = await network.rule(words, severity="high")
        await network.settled()
        async with network.netledger.worker("alerting", "alerts"):
            await until(network.ready)
            store = PostgresEvaluationStore(network.netledger.console.pool)
            found = Finding(
                id="f1", kind="log", device_id=core, at=time.time(), source="syslog", text="telnet is on"
            )
            await store.add([found, found])
            await store.add([found])
            row = await network.alert(core, "firing")
            assert (row.rule_id, row.title) == (rule, "Rule: core: telnet is on")
            over = msgspec.structs.replace(found, id="f2", at=time.time(), text="telnet is off")
            await store.add([over])
            await network.alert(core, "resolved")


async def test_rules_decide_on_what_detectors_raise(network: Network) -> None:
    shipped = next(each for each in TEMPLATES if each.id == "anomaly").rule_id
    odd = RaiseAlert(
        key="odd",
        severity="low",
        title="cpu_percent: 99",
        source="detector",
        metric="cpu_percent",
        detail={"score": 0.9},
    )
    async with network.netledger.worker("projector", "alerting", "alerts"):
        core = await network.device("core")
        await until(network.ready)

        async def alert(state: str) -> AlertRow:
            async def so() -> AlertRow | None:
                rows = await network.netledger.alerts(core)
                assert len(rows) <= 1  # nothing is told twice
                return next((row for row in rows if row.state == state and row.rule_id), None)

            row: AlertRow = await until(so)
            return row

        await network.do(ALERT.to(alert_id("odd"), msgspec.structs.replace(odd, device_id=core), new=True))
        row = await alert("firing")
        assert (row.rule_id, row.severity, row.group) == (str(shipped), "low", f"{shipped}/device/{core}")
        assert "ruled" in await network.steps(alert_id("odd"))

        await network.do(ALERT_RULE.to(shipped, ChangeAlertRule(enabled=False)))
        row = await alert("silenced")
        assert row.silenced_by is not None
        assert row.silenced_by.why == "no alert rule of the kind anomaly tells of it"

        mine = await network.rule(Anomaly(score=0.8, metric="cpu_percent"), severity="critical")
        row = await alert("firing")
        assert (row.rule_id, row.severity) == (mine, "critical")
        await network.do(ALERT.to(alert_id("odd"), ResolveAlert(reason="as expected again")))
        await alert("resolved")


async def test_the_first_start_makes_rules_that_stay_as_engineers_leave_them(network: Network) -> None:
    async with network.netledger.worker("projector", "alerting", "alerts"):

        async def count() -> int:
            return len(await network.netledger.events("alert_rule.created.v1"))

        active = [template for template in TEMPLATES if template.active]
        await until(lambda: _equals(count, len(active)))
        await network.do(ALERT_RULE.to(active[0].rule_id, DeleteAlertRule()))
        await network.do(ALERT_RULE.to(active[1].rule_id, ChangeAlertRule(enabled=False)))
    async with network.netledger.worker("projector", "alerting", "alerts"):
        await until(network.ready)
        assert await count() == len(active)
        state = await network.netledger.console.bus.state(ALERT_RULE, active[0].rule_id)
        assert state.state == "deleted"


async def _equals(count: Any, wanted: int) -> bool:
    return bool(await count() == wanted)
