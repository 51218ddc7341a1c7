"""The inventory: by hand, discovered, as of then, polled, merged and split, and for other tools."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.api.answers import done, is_uuid, listed, newest, refused, unused, unused_address
from tests.integration.api.conftest import Lab
from tests.integration.api.serving import Netledger, until

ROW = {
    "id", "address", "name", "mac", "vendor", "model", "os", "os_version", "serial", "type", "status", "site",
    "labels", "owner", "last_seen",
}  # fmt: skip
DETAIL = ROW | {
    "interfaces", "snmp", "uptime_s", "contact", "location", "credential_ids", "last_backup", "notes",
}  # fmt: skip


def added(client: httpx.Client, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = done(
        client.post("/inventory/devices", json={"address": unused_address(), **more}), 201
    )
    return body


def found(client: httpx.Client, lab: Lab) -> list[dict[str, Any]]:
    addresses = set(lab.fleet.agents)
    rows = listed(client.get("/inventory/devices", params={"limit": 500}))
    return [row for row in rows if addresses & set(row["addresses"])]


def test_a_device_by_hand(engineer: httpx.Client, viewer: httpx.Client, admin: httpx.Client) -> None:
    device = added(
        engineer, name="core", site="north", labels=["backbone"], owner="ada", notes="x", reason="installed"
    )
    assert is_uuid(device["id"])
    assert set(device) >= DETAIL
    assert (device["name"], device["site"], device["labels"]) == ("core", "north", ["backbone"])
    assert (device["status"], device["state"]) == ("unknown", "active")
    assert viewer.get(f"/inventory/devices/{device['id']}").json() == device
    assert newest(admin, "device.added.v1")["reason"] == "installed"


def test_an_address_is_written_in_one_way(engineer: httpx.Client) -> None:
    address = unused_address()
    long = address.replace("2001:db8::", "2001:0DB8:0:0:0:0:0:")
    assert added(engineer, address=long)["address"] == address
    refused(engineer.post("/inventory/devices", json={"address": address}), 409, "DEVICE_EXISTS")
    assert added(engineer, address=address, site=unused())["address"] == address, "another site"


def test_a_removed_device_makes_room(engineer: httpx.Client) -> None:
    device = added(engineer)
    done(engineer.delete(f"/inventory/devices/{device['id']}"))
    assert added(engineer, address=device["address"])["id"] != device["id"]


def test_two_at_once_with_one_address_make_one(engineer: httpx.Client) -> None:
    address = unused_address()
    with ThreadPoolExecutor(6) as threads:
        answers = list(
            threads.map(lambda _: engineer.post("/inventory/devices", json={"address": address}), range(6))
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


def test_changing_what_engineers_say(engineer: httpx.Client, admin: httpx.Client) -> None:
    device = added(engineer, name="a", owner="ada")
    credential = admin.post(
        "/credentials", json={"name": "x", "kind": "snmp_v2c", "community": "public"}
    ).json()["id"]
    changes = {
        "name": "b",
        "labels": ["x", "y"],
        "notes": "n",
        "site": "south",
        "credential_ids": [credential],
    }
    changed = done(engineer.patch(f"/inventory/devices/{device['id']}", json={**changes, "reason": "moved"}))
    assert {name: changed[name] for name in changes} == changes
    assert changed["owner"] == "ada"
    refused(
        engineer.patch(f"/inventory/devices/{device['id']}", json={"credential_ids": [credential, "x"]}),
        400,
        field="credential_ids[1]",
    )
    refused(engineer.patch(f"/inventory/devices/{device['id']}", json={"vendor": "x"}), 400, field="vendor")
    refused(engineer.patch(f"/inventory/devices/{uuid4()}", json={"name": "x"}), 404, "DEVICE_NOT_FOUND")


def test_filters(engineer: httpx.Client) -> None:
    label, site = unused(), unused()
    one = added(engineer, name=f"Alpha {label}", labels=[label, "x"], site=site)
    two = added(engineer, name=f"beta {label}", labels=[label], site=site, owner=f"owner {label}")

    def ids(**params: str) -> list[str]:
        return [each["id"] for each in listed(engineer.get("/inventory/devices", params=params))]

    assert ids(label=label) == [one["id"], two["id"]], "by name, whatever the case"
    assert ids(site=site, q="ALPHA") == [one["id"]]
    assert ids(q=f"owner {label}") == [two["id"]]
    assert ids(q=one["address"], site=site) == [one["id"]]
    assert ids(site=site, status="unknown") == [one["id"], two["id"]]
    assert ids(site=site, status="up") == []
    assert ids(site=site, status="maintenance") == []
    assert ids(site=site, vendor="none") == []
    assert ids(site=site, type="router") == []
    assert ids(q="%") == [], "no wildcard"


def test_as_of_a_position_and_a_time(engineer: httpx.Client, viewer: httpx.Client) -> None:
    before = datetime.now(UTC).isoformat()
    device = added(engineer, name="first", labels=[unused()])
    url = f"/inventory/devices/{device['id']}"
    created = device["position"]
    between = datetime.now(UTC).isoformat()
    done(engineer.patch(url, json={"name": "second"}))
    done(engineer.delete(url))

    def name(as_of: str | int) -> str:
        answer = viewer.get(url, params={"as_of": str(as_of)})
        return str(answer.json()["name"]) if answer.status_code == 200 else refused(answer, 404)["code"]

    assert name(created - 1) == name(before) == "DEVICE_NOT_FOUND"
    assert name(created) == name(between) == "first"
    assert name(created + 1) == "second"
    assert viewer.get(url, params={"as_of": between}).json()["state"] == "active"
    assert viewer.get(url).json()["state"] == "removed"

    def there(as_of: str | int) -> list[str]:
        params = {"as_of": str(as_of), "label": device["labels"][0]}
        return [each["name"] for each in listed(viewer.get("/inventory/devices", params=params))]

    assert (there(before), there(created), there(between), there(created + 1)) == (
        [],
        ["first"],
        ["first"],
        ["second"],
    )
    now = datetime.now(UTC).isoformat()
    assert there(now) == [], "removed by then"
    assert viewer.get(f"{url}?as_of={between}").json()["name"] == "first", "a + that arrives as a blank"


def test_discovered_devices(discovered: Lab, viewer: httpx.Client) -> None:
    devices = found(viewer, discovered)
    assert len(devices) == 12
    for row in devices:
        assert set(row) >= ROW
        assert row["status"] == "up"
        assert row["last_seen"]
    assert sum(bool(row["vendor"]) for row in devices) >= 10
    detail = viewer.get(f"/inventory/devices/{devices[0]['id']}").json()
    assert set(detail) >= DETAIL
    assert detail["uptime_s"] > 0
    assert detail["snmp"]["credential_id"]
    assert detail["interfaces"]
    assert {each["device_id"] for each in detail["interfaces"]} == {detail["id"]}


def test_a_discovered_device_as_of_its_identification(discovered: Lab, viewer: httpx.Client) -> None:
    device = found(viewer, discovered)[0]
    now = viewer.get(f"/inventory/devices/{device['id']}").json()
    then = viewer.get(f"/inventory/devices/{device['id']}", params={"as_of": now["position"]}).json()
    assert then["interfaces"] == now["interfaces"]
    assert then["neighbours"] == now["neighbours"]
    assert then["serial"] == now["serial"]


def test_interfaces(discovered: Lab, viewer: httpx.Client) -> None:
    device = found(viewer, discovered)[0]
    whole = viewer.get(f"/inventory/devices/{device['id']}").json()["interfaces"]
    own = listed(viewer.get(f"/inventory/devices/{device['id']}/interfaces"))
    assert own == whole
    assert {each["device_name"] for each in own} == {device["name"]}
    filtered = listed(viewer.get("/interfaces", params={"device_id": device["id"], "limit": 500}))
    assert filtered == own
    everything, cursor = [], None
    while True:
        body = viewer.get(
            "/interfaces", params={"limit": 100, **({"cursor": cursor} if cursor else {})}
        ).json()
        everything += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    keys = [(each["device_id"], each["if_index"]) for each in everything]
    assert keys == sorted(set(keys))
    assert len({device_id for device_id, _ in keys}) >= 10


def test_the_summary(discovered: Lab, viewer: httpx.Client) -> None:
    summary = viewer.get("/inventory/summary").json()
    assert summary["total"] >= 12
    assert set(summary) == {"total", "by_status", "by_vendor", "by_type", "by_site"}
    for name in ("by_status", "by_vendor", "by_type", "by_site"):
        assert sum(summary[name].values()) == summary["total"], name
    assert summary["by_status"]["up"] >= 12


def test_the_map(discovered: Lab, viewer: httpx.Client) -> None:
    topology = viewer.get("/inventory/topology").json()
    ids = {node["id"] for node in topology["nodes"]}
    assert {device["id"] for device in found(viewer, discovered)} <= ids
    assert topology["links"]
    for link in topology["links"]:
        assert {link["source"], link["target"]} <= ids
        assert link["protocol"] in ("lldp", "cdp")


def test_the_map_as_it_was(discovered: Lab, viewer: httpx.Client) -> None:
    newest = viewer.get("/audit", params={"limit": 1}).json()["items"][0]["position"]
    now = viewer.get("/inventory/topology").json()
    then = viewer.get("/inventory/topology", params={"as_of": str(newest)}).json()
    assert then["links"] == now["links"]
    identified = viewer.get("/audit", params={"type": "device.identified.v1", "limit": 500}).json()["items"]
    first = min(each["position"] for each in identified)
    begun = viewer.get("/inventory/topology", params={"as_of": str(first)}).json()
    assert {link["source"] for link in begun["links"]} <= {
        each["subject"]["id"] if isinstance(each["subject"], dict) else each["subject"]
        for each in identified
        if each["position"] == first
    }
    assert len(begun["links"]) < len(now["links"])
    assert viewer.get("/inventory/topology", params={"as_of": "1"}).json() == {"nodes": [], "links": []}


def test_a_poll_now(
    discovered: Lab, engineer: httpx.Client, admin: httpx.Client, instance: Netledger
) -> None:
    device = found(engineer, discovered)[0]
    answer = engineer.post(f"/inventory/devices/{device['id']}/poll", json={"reason": "is it well?"})
    accepted = done(answer, 202)
    assert accepted["status_url"] == f"/api/v1/operations/{accepted['operation_id']}"

    def ended() -> Any:
        operation = engineer.get(instance.root + accepted["status_url"]).json()
        return operation if operation["ended_at"] else None

    operation = until(ended)
    assert (operation["kind"], operation["state"], operation["device_id"]) == (
        "poll",
        "succeeded",
        device["id"],
    )
    assert operation["reason"] == "is it well?"
    assert operation["actor"]["name"] == "engineer"
    refused(engineer.post(f"/inventory/devices/{uuid4()}/poll"), 404, "DEVICE_NOT_FOUND")


def test_a_poll_of_what_answers_no_more_fails_in_words(engineer: httpx.Client, instance: Netledger) -> None:
    device = added(engineer)
    accepted = done(engineer.post(f"/inventory/devices/{device['id']}/poll"), 202)

    def ended() -> Any:
        operation = engineer.get(instance.root + accepted["status_url"]).json()
        return operation if operation["ended_at"] else None

    operation = until(ended)
    assert operation["state"] == "failed"
    assert operation["error"]["code"] == "NO_CREDENTIAL"


def test_merging_and_splitting(engineer: httpx.Client, viewer: httpx.Client) -> None:
    one, two = added(engineer, name="one"), added(engineer, name="two")
    url = f"/inventory/devices/{one['id']}"
    merged = done(engineer.post(f"{url}/merge", json={"other_id": two["id"], "reason": "same box"}))
    assert merged["addresses"] == [*one["addresses"], *two["addresses"]]
    other = viewer.get(f"/inventory/devices/{two['id']}").json()
    assert (other["state"], other["merged_into"]) == ("merged", one["id"])
    parted = done(engineer.post(f"{url}/split", json={"other_id": two["id"]}))
    assert parted["addresses"] == one["addresses"]
    assert viewer.get(f"/inventory/devices/{two['id']}").json()["state"] == "active"
    refused(engineer.post(f"{url}/merge", json={"other_id": one["id"]}), 400, field="other_id")
    refused(engineer.post(f"{url}/split", json={"other_id": str(uuid4())}), 422, "DEVICE_NOT_MERGED")


@pytest.mark.parametrize("kind", ["csv", "json", "ansible", "prometheus"])
def test_export_for_other_tools(
    engineer: httpx.Client, viewer: httpx.Client, discovered: Lab, kind: str
) -> None:
    hostile = added(engineer, name='=HYPERLINK("http://x")', labels=["a b", "c"])
    answer = viewer.get("/inventory/export", params={"format": kind})
    assert answer.status_code == 200
    mine = {device["id"] for device in found(viewer, discovered)} | {hostile["id"]}
    match kind:
        case "csv":
            assert "attachment" in answer.headers["content-disposition"]
            rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text))}
            assert mine <= set(rows)
            assert rows[hostile["id"]]["name"].startswith("'=")
        case "json":
            assert mine <= {each["id"] for each in answer.json()}
        case "ansible":
            inventory = answer.json()
            hosts = inventory["_meta"]["hostvars"]
            assert mine <= {each["netledger_id"] for each in hosts.values()}
            assert set(inventory["all"]["hosts"]) == set(hosts)
            assert inventory["label_a_b"]["hosts"]
            assert all(
                set(group["hosts"]) <= set(hosts) for name, group in inventory.items() if name != "_meta"
            )
        case "prometheus":
            for target in answer.json():
                assert len(target["targets"]) == 1
                assert all(isinstance(value, str) for value in target["labels"].values())
            assert mine <= {each["labels"]["__meta_netledger_id"] for each in answer.json()}
