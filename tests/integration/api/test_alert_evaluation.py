"""Why was I (not) told? Answered from what evaluation has stored; and what was done before an alert."""

import time
from typing import Any
from uuid import uuid4

import httpx

from adapters.evaluation_store import PostgresEvaluationStore
from domain.alert import alert_id
from domain.alert_commands import SilencedBy
from domain.alerting.evaluator import ON_SAMPLES, Evaluator
from domain.alerting.gate import Held, Step
from domain.alerting.ports import Progress
from domain.alerting.rule import RuleVersion
from domain.alerting.scope import Traits
from domain.alerting.signal import Signal
from domain.telemetry import Poll, Sample, partition
from projections import alert_rules
from tests.integration.api.answers import done, listed, refused, unused, unused_address
from tests.integration.api.serving import Netledger

CONDITION = {"kind": "threshold", "metric": "cpu_percent", "op": ">", "value": 90, "for_s": 300}


def device(engineer: httpx.Client, **more: Any) -> str:
    body = {"address": unused_address(), "name": unused(), **more}
    made: str = done(engineer.post("/inventory/devices", json=body), 201)["id"]
    return made


def rule(engineer: httpx.Client, **more: Any) -> str:
    body = {"name": unused(), "condition": CONDITION, **more}
    made: str = done(engineer.post("/alert-rules", json=body), 201)["id"]
    return made


async def _evaluated(instance: Netledger, rule_id: str, device_id: str, *values: float) -> list[Signal]:
    """What the worker would do with these values, a minute apart, up to now."""
    console = instance.console
    async with console.pool.connection() as conn:
        row = await alert_rules.one(conn, rule_id)
    assert row is not None
    evaluator = Evaluator(ON_SAMPLES)
    evaluator.learn(
        [RuleVersion(id=row.id, version=row.version, rule=row.rule)], {device_id: Traits(id=device_id)}
    )
    start = time.time() - 60 * len(values)
    signals: list[Signal] = []
    for n, value in enumerate(values):
        samples = (Sample("cpu_percent", value, "cpu0"),)
        signals += evaluator.poll(Poll(device_id, "resources", start + 60 * n, 60.0, samples))
    store = PostgresEvaluationStore(console.pool)
    number = partition(device_id)
    progress, _ = await store.load(number)
    await store.commit(number, progress or Progress(), {device_id: evaluator.stored(device_id)}, ())
    return signals


def test_how_far_a_duration_is(instance: Netledger, engineer: httpx.Client, viewer: httpx.Client) -> None:
    rule_id, device_id = rule(engineer), device(engineer)
    instance.call(_evaluated(instance, rule_id, device_id, 50, 95, 96, 97))
    found = viewer.get(f"/alert-rules/{rule_id}/evaluation", params={"device_id": device_id}).json()
    assert found["applies"] is True
    assert found["rule"]["version"] == 1
    (item,) = found["items"]
    series = item["series"]
    assert (item["alert_state"], series["phase"], series["value"], series["subject"]) == (
        "not raised",
        "pending",
        97,
        "cpu0",
    )
    assert (series["needed_s"], round(series["elapsed_s"]), round(series["progress"], 2)) == (300, 120, 0.4)
    assert [mark["phase"] for mark in series["trail"]] == ["pending"]
    assert item["explanation"] == "97 breaks the rule, for 120 of the 300 s that it must last"
    other = {"device_id": device_id, "interface": "cpu1"}
    none = viewer.get(f"/alert-rules/{rule_id}/evaluation", params=other).json()
    assert (none["items"], none["explanation"]) == ([], "the rule holds, but no value has come yet")
    refused(viewer.get(f"/alerts/{item['alert_id']}/evaluation"), 404, "ALERT_NOT_FOUND")
    refused(
        viewer.get(f"/alert-rules/{rule_id}/evaluation", params={"device_id": str(uuid4())}),
        404,
        "DEVICE_NOT_FOUND",
    )


def test_rules_that_do_not_hold_say_why(engineer: httpx.Client, viewer: httpx.Client) -> None:
    device_id = device(engineer, site="south")
    elsewhere = rule(engineer, scope={"sites": ["north"]})
    ask = {"device_id": device_id, "interface": "x"}
    found = viewer.get(f"/alert-rules/{elsewhere}/evaluation", params=ask).json()
    assert found["applies"] is False
    assert found["explanation"] == "the rule does not hold here: the device's site is south, not north"
    off = rule(engineer, enabled=False)
    found = viewer.get(f"/alert-rules/{off}/evaluation", params=ask).json()
    assert found["explanation"] == "the rule is disabled"


def test_rules_on_what_is_found_tell_how_much_was(engineer: httpx.Client, viewer: httpx.Client) -> None:
    body = {"name": "Odd", "severity": "low", "condition": {"kind": "anomaly", "score": 0.9}}
    rule_id = done(engineer.post("/alert-rules", json=body), 201)["id"]
    ask = {"device_id": device(engineer)}
    found = viewer.get(f"/alert-rules/{rule_id}/evaluation", params=ask).json()
    assert found["explanation"] == "the rule holds, but nothing was found that it decides on"


def test_what_is_held_back_tells_its_parent(
    instance: Netledger, engineer: httpx.Client, viewer: httpx.Client
) -> None:
    core = device(engineer)
    edge = device(engineer)
    done(engineer.patch(f"/inventory/devices/{edge}", json={"depends_on": [core]}))
    rule_id = rule(engineer)
    (signal,) = instance.call(_evaluated(instance, rule_id, edge, *[95] * 7))
    alert = alert_id(signal.key)
    by = SilencedBy(kind="parent", id=core, why="core is down")
    body = {"rule_id": rule_id, "rule_version": 1, "device_id": edge, "value": 95}
    steps = [
        Step(alert_id=alert, at=signal.at, kind="fired", body=body),
        Step(alert_id=alert, at=signal.at, kind="held"),
    ]
    store = PostgresEvaluationStore(instance.console.pool)
    held = {signal.key: Held(sequence=1, signal=signal, by=by)}
    instance.call(store.settle([], held, [], steps))
    found = viewer.get(f"/alerts/{alert}/evaluation").json()
    assert (found["state"], found["inhibition"]["id"]) == ("held", core)
    assert found["explanation"] == "held back: core is down, and the alert about that tells the cause"
    assert [parent["device_id"] for parent in found["parents"]] == [core]
    assert [step["kind"] for step in found["steps"]] == ["fired", "held"]
    assert (found["series"]["phase"], found["rule"]["evaluated_version"]) == ("firing", 1)
    listed_rule = viewer.get(f"/alert-rules/{rule_id}/evaluation", params={"device_id": edge}).json()
    assert listed_rule["explanation"] == "held back: core is down"


def test_an_alert_raised_by_hand_tells_its_story(engineer: httpx.Client, viewer: httpx.Client) -> None:
    device_id = device(engineer)
    body = {"severity": "low", "title": "noise", "device_id": device_id}
    alert = done(engineer.post("/alerts", json=body), 201)["id"]
    done(engineer.post(f"/alerts/{alert}/acknowledge", json={"reason": "on it"}))
    found = viewer.get(f"/alerts/{alert}/evaluation").json()
    assert found["explanation"] == "raised, and acknowledged by engineer"
    assert [(step["kind"], step["by"], step["reason"]) for step in found["steps"]] == [
        ("raised", "engineer", ""),
        ("acknowledged", "engineer", "on it"),
    ]


def test_what_was_done_before_an_alert(engineer: httpx.Client, viewer: httpx.Client) -> None:
    device_id = device(engineer)
    done(engineer.patch(f"/inventory/devices/{device_id}", json={"owner": "ada", "reason": "moved"}))
    body = {"severity": "low", "title": "after the change", "device_id": device_id}
    alert = done(engineer.post("/alerts", json=body), 201)
    done(engineer.patch(f"/inventory/devices/{device_id}", json={"owner": "bob"}))
    changes = viewer.get(f"/alerts/{alert['id']}").json()["preceding_changes"]
    assert [(each["type"], each["reason"], each["revertible"]) for each in changes] == [
        ("device.changed.v1", "moved", True),
        ("device.added.v1", "", True),
    ]
    assert changes[0]["on_neighbour"] is False
    done(engineer.post(f"/audit/{changes[0]['position']}/revert"))
    assert (
        listed(viewer.get("/audit", params={"device_id": device_id, "limit": 1}))[0]["type"]
        == "device.changed.v1"
    )
