"""Templates applied to simulated devices: looked at, done in waves, refused by a device, stopped, reverted; no secret comes out."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from domain.config_text import same
from domain.errors import NotFound
from tests.integration.api.answers import done, listed, refused, unused
from tests.integration.configs.conftest import Api, Devices

BODIES = {
    "ios": "interface Vlan10\n description {{ word }}\n",
    "junos": "set system name-server {{ word }}\n",
    "routeros": '/ip firewall address-list add list="{{ word }}" address=192.0.2.9\n',
}
WORD = {"name": "word", "pattern": "[a-z0-9.]+"}


@pytest.fixture
def engineer(api: Api) -> httpx.Client:
    return api.client


def template(engineer: httpx.Client, body: str, variables: list[dict[str, Any]], **more: Any) -> str:
    made = done(
        engineer.post(
            "/config/templates", json={"name": unused(), "body": body, "variables": variables, **more}
        ),
        201,
    )
    return str(made["id"])


def applied(api: Api, template_id: str, families: tuple[str, ...], **body: Any) -> dict[str, Any]:
    """The answer to an order that was taken."""
    wanted = {"template_id": template_id, "device_ids": [api.ids[family] for family in families], **body}
    answer: dict[str, Any] = done(api.client.post("/config/template/apply", json=wanted), 202)
    return answer


def one_device(api: Api, answer: dict[str, Any]) -> dict[str, Any]:
    """The row of the only device's operation when all has ended."""
    api.ended(answer["operation_id"])
    row = api.ended(answer["operations"][0]["operation_id"])
    api.settle()
    return row


def event_of(api: Api, family: str, kind: str) -> dict[str, Any]:
    entry = api.get("/audit", device_id=api.ids[family], type=kind, limit=1)["items"][0]
    event: dict[str, Any] = api.get(f"/audit/{entry['position']}")
    return event


@pytest.mark.parametrize("family", ("ios", "junos", "routeros"))
def test_a_template_is_looked_at_applied_and_reverted(
    api: Api, devices: Devices, engineer: httpx.Client, family: str
) -> None:
    word = "192.0.2.53" if family == "junos" else "uplink"
    template_id = template(engineer, BODIES[family], [WORD], platforms=[family])
    before = devices.config(family)
    body = {"template_id": template_id, "device_ids": [api.ids[family]], "variables": {"word": word}}

    dry = done(engineer.post("/config/template/apply", json={**body, "dry_run": True}))
    (plan,) = dry["devices"]
    assert plan["changed"] and any(word in line for line in plan["lines"])
    assert f"+{plan['hunks'][-1]['added'][-1]}" in plan["unified"]
    assert same(family, devices.config(family), before), "a dry run changes nothing"

    answer = applied(api, template_id, (family,), variables={"word": word}, confirm_within_s=60, reason="new")
    row = one_device(api, answer)
    assert row["state"] == "succeeded", row
    assert [step["state"] for step in row["steps"]] == ["intended", "sent", "confirmed", "observed"]
    assert word in devices.config(family)
    bulk = api.get(f"/operations/{answer['operation_id']}")
    assert (bulk["state"], bulk["result"]["succeeded"], bulk["reason"]) == ("succeeded", 1, "new")
    event = event_of(api, family, "template.applied.v1")
    assert event["data"]["template_id"] == template_id and event["data"]["lines"]
    assert event["data"]["before_id"] != event["data"]["after_id"]

    again = one_device(api, applied(api, template_id, (family,), variables={"word": word}))
    assert again["result"]["state"] == "unchanged"

    reverted = done(engineer.post(f"/audit/{event['position']}/revert", json={"reason": "not yet"}))
    assert "config.restore_requested.v1" in reverted["events"]
    (restore,) = listed(
        engineer.get("/operations", params={"kind": "config.restore", "device_id": api.ids[family]})
    )
    assert api.ended(restore["id"])["state"] == "succeeded"
    assert same(family, devices.config(family), before)


def test_a_rejected_line_brings_the_device_back_and_is_told(
    api: Api, devices: Devices, engineer: httpx.Client
) -> None:
    body = "interface Vlan10\n description fine\nno such command {{ key }}\n"
    template_id = template(engineer, body, [{"name": "key", "type": "secret"}])
    before = devices.config("ios")
    row = one_device(api, applied(api, template_id, ("ios",), variables={"key": "hunter2secret"}))
    assert (row["state"], row["error"]["code"]) == ("failed", "CONFIG_LINE_REJECTED")
    assert same("ios", devices.config("ios"), before)
    event = event_of(api, "ios", "template.application_failed.v1")
    assert event["data"]["state"] == "rolled_back"
    assert event["data"]["rejected"]["line"] == "no such command <secret>"
    assert event["data"]["rejected"]["answer"]


def test_no_secret_leaves_the_vault(api: Api, devices: Devices, engineer: httpx.Client) -> None:
    secret = "s3cr3tcommunity"
    body = "snmp-server community {{ key }} RO\ninterface Vlan10\n description x{{ key }}x\n"
    template_id = template(engineer, body, [{"name": "key", "type": "secret"}])
    wanted = {"template_id": template_id, "device_ids": [api.ids["ios"]], "variables": {"key": secret}}
    dry = engineer.post("/config/template/apply", json={**wanted, "dry_run": True})
    assert dry.status_code == 200 and secret not in dry.text, dry.text
    answer = applied(api, template_id, ("ios",), variables={"key": secret})
    row = one_device(api, answer)
    assert row["state"] == "succeeded", row
    assert secret in devices.config("ios")
    told = [api.get(f"/operations/{each}") for each in (answer["operation_id"], row["id"])]
    head = api.instance.call(api.instance.console.events.head())
    events = api.instance.call(api.instance.console.events.read(0, limit=head))
    assert secret not in str(told) and secret not in str(events)
    sealed_id = row["params"]["sealed_id"]
    with pytest.raises(NotFound):
        api.instance.call(api.instance.console.vault.read(sealed_id))


def test_waves_follow_each_other_until_too_many_have_failed(
    api: Api, devices: Devices, engineer: httpx.Client
) -> None:
    body = "{% if device.name.startswith('vrp') %}no such command\n{% endif %}" + (
        "interface {{ 'Vlanif' if device.name.startswith('vrp') else 'Vlan' }}10\n description waves\n"
    )
    template_id = template(engineer, body, [])
    before = devices.config("arista_eos")
    answer = applied(api, template_id, ("ios", "vrp", "arista_eos"), wave_size=1)
    assert [each["wave"] for each in answer["operations"]] == [1, 2, 3]
    last = api.get(f"/operations/{answer['operations'][2]['operation_id']}")
    assert last["held"] and last["state"] == "requested"
    bulk = api.ended(answer["operation_id"])
    assert (bulk["state"], bulk["error"]["code"]) == ("failed", "FAILURE_LIMIT_REACHED")
    states = [api.ended(each["operation_id"])["state"] for each in answer["operations"]]
    assert states == ["succeeded", "failed", "cancelled"]
    assert [bulk["result"][name] for name in ("succeeded", "failed", "cancelled", "wave", "waves")] == [
        1,
        1,
        1,
        2,
        3,
    ]
    assert "description waves" in devices.config("ios")
    assert same("arista_eos", devices.config("arista_eos"), before)

    tolerant = applied(api, template_id, ("ios", "vrp", "arista_eos"), wave_size=1, max_failures=1)
    bulk = api.ended(tolerant["operation_id"])
    assert (bulk["state"], bulk["result"]["succeeded"], bulk["result"]["failed"]) == ("succeeded", 2, 1)
    assert "description waves" in devices.config("arista_eos")

    told = [each["summary"] for each in api.get("/audit?type=operation.succeeded.v1&limit=20")["items"]]
    assert "template.apply_bulk succeeded, 1 of 3 failed" in told
    alone = api.ended(applied(api, template_id, ("vrp",), max_failures=1)["operation_id"])
    assert (alone["state"], alone["error"]["code"]) == ("failed", "NO_DEVICE_CHANGED")
    assert (alone["result"]["total"], alone["result"]["failed"]) == (1, 1)


def test_two_orders_for_one_device_follow_each_other(
    api: Api, devices: Devices, engineer: httpx.Client
) -> None:
    ids = [
        template(engineer, f"interface Vlan{number}\n description serial\n", []) for number in (21, 22, 23)
    ]
    answers = [applied(api, each, ("ios",)) for each in ids]
    rows = [one_device(api, answer) for answer in answers]
    assert [row["state"] for row in rows] == ["succeeded"] * 3, rows
    for number in (21, 22, 23):
        assert f"interface Vlan{number}" in devices.config("ios")
    spans = sorted((row["steps"][0]["at"], row["steps"][-1]["at"]) for row in rows)
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), spans
    chain = sorted(rows, key=lambda row: row["steps"][0]["at"])
    for before, after in pairwise(chain):
        assert before["result"]["after_id"] == after["result"]["before_id"]


def test_a_cancelled_order_leaves_the_later_waves_alone(
    api: Api, devices: Devices, engineer: httpx.Client
) -> None:
    template_id = template(engineer, "interface Vlan10\n description cancelled\n", [])
    devices.order(fault={"kind": "slow", "delay_s": 0.5, "times": 4}, device=devices.address("ios"))
    answer = applied(api, template_id, ("ios", "arista_eos"), wave_size=1)
    assert engineer.post(f"/operations/{answer['operation_id']}/cancel").status_code in (200, 202)
    assert api.ended(answer["operation_id"])["state"] == "cancelled"
    assert api.ended(answer["operations"][1]["operation_id"])["state"] == "cancelled"
    assert "description cancelled" not in devices.config("arista_eos")
    devices.order(clear=devices.address("ios"))


def test_an_order_that_fits_not_every_device_is_refused_whole(api: Api, engineer: httpx.Client) -> None:
    def ask(template_id: str, *families: str, **more: Any) -> httpx.Response:
        ids = [api.ids[family] for family in families]
        return engineer.post(
            "/config/template/apply", json={"template_id": template_id, "device_ids": ids, **more}
        )

    before = api.instance.call(api.instance.console.events.head())
    undefined = template(
        engineer, "{% if device.name.startswith('vrp') %}{{ device.nothing }}{% endif %}x\n", []
    )
    error = refused(ask(undefined, "ios", "vrp"), 422, "TEMPLATE_UNDEFINED")
    assert [each["device_id"] for each in error["details"]["devices"]] == [api.ids["vrp"]]
    empty = template(engineer, "{% if device.name == 'x' %}x{% endif %}", [])
    refused(ask(empty, "ios"), 422, "TEMPLATE_EMPTY")
    ios = template(engineer, "hostname {{ word }}\n", [WORD], platforms=["ios"])
    values = {"variables": {"word": "x"}}
    refused(ask(ios, "ios", "junos", **values), 422, "TEMPLATE_PLATFORM_MISMATCH")
    refused(ask(ios, "ios"), 400, "INVALID_REQUEST", "variables.word")
    refused(ask(ios, "ios", variables={"word": "A B"}), 400, "INVALID_REQUEST", "variables.word")
    refused(ask(ios, **values), 400, "INVALID_REQUEST")
    refused(ask(api.ids["ios"], "ios"), 404, "TEMPLATE_NOT_FOUND")
    unknown = {"template_id": ios, "device_ids": [ios], **values}
    refused(engineer.post("/config/template/apply", json=unknown), 404, "DEVICE_NOT_FOUND")
    after = api.instance.call(api.instance.console.events.head())
    events = api.instance.call(api.instance.console.events.read(before, limit=after))
    assert {each.topic for each in events} == {"template.created.v1"}


def test_a_repeated_order_is_one(api: Api, engineer: httpx.Client) -> None:
    template_id = template(engineer, "interface Vlan10\n description once\n", [])
    body = {"template_id": template_id, "device_ids": [api.ids["ios"]]}
    key = {"Idempotency-Key": unused()}
    first = done(engineer.post("/config/template/apply", json=body, headers=key), 202)
    again = done(engineer.post("/config/template/apply", json=body, headers=key), 202)
    assert again == first
    assert one_device(api, first)["state"] == "succeeded"
