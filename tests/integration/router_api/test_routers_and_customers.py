"""Routers and customers as a client of the public interface sees them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx

from tests.integration.api.serving import Netledger, until
from tests.integration.router_api.conftest import Lab


def _ended(client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    url = answer.json()["status_url"].removeprefix("/api/v1")

    def row() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get(url).json()
        return found if found["state"] in ("succeeded", "failed", "cancelled") else None

    found: dict[str, Any] = until(row)
    return found


def _customer(client: httpx.Client, router_id: str, username: str) -> dict[str, Any]:
    asked = {"router_id": router_id, "q": username}
    (row,) = until(lambda: client.get("/customers", params=asked).json()["items"])
    found: dict[str, Any] = client.get(f"/customers/{row['id']}").json()
    return found


def test_reads(engineer: httpx.Client, router_id: str) -> None:
    health = engineer.get(f"/router/{router_id}/health").json()
    assert health["version"] and health["board"] and health["uptime_s"] is not None
    assert set(engineer.get(f"/router/{router_id}/traffic").json()) >= {"rx_bps", "tx_bps", "interfaces"}

    def targets() -> list[Any]:
        items = engineer.get("/monitoring/targets", params={"router_id": router_id}).json()["items"]
        return items if len(items) == 3 else []

    assert all(each["age_s"] >= 0 and each["router_id"] == router_id for each in until(targets))
    queue = engineer.get(f"/router/{router_id}/traffic", params={"user": "Customer0001"}).json()
    assert queue["queue"] == "<pppoe-customer0001>"
    missing = engineer.get(f"/router/{router_id}/traffic", params={"user": "nobody"})
    assert missing.status_code == 404
    unknown = engineer.get(f"/router/{uuid4()}/health")
    assert unknown.status_code == 404 and unknown.json()["error"]["code"] == "ROUTER_NOT_FOUND"
    overview = engineer.get(f"/router/{router_id}").json()
    assert overview["logins"] == 1 and overview["health"]["board"] == health["board"]


def test_a_router_that_hangs_is_a_504_and_one_that_refuses_a_502(
    engineer: httpx.Client, router_id: str, lab: Lab
) -> None:
    lab.order(
        fault={"kind": "reject", "command": "/system/resource/print", "message": "failure: out of order"},
        router="127.65.71.1",
    )
    refused = engineer.get(f"/router/{router_id}/health")
    assert refused.status_code == 502 and refused.json()["error"]["code"] == "DEVICE_ERROR"
    assert "out of order" in refused.json()["error"]["message"]


def test_isolate_and_release(engineer: httpx.Client, router_id: str, lab: Lab) -> None:
    before = lab.secret("customer0000")
    body = {"router_id": router_id, "username": "customer0000", "isolated": True, "reason": "unpaid"}
    operation = _ended(engineer, engineer.post("/isolate", json=body))
    assert operation["state"] == "succeeded" and operation["result"]["effective"]
    assert {"secret", "session.drop"} <= {step["name"] for step in operation["steps"]}
    assert lab.secret("customer0000")["disabled"] == "true"
    again = engineer.post("/isolate", json=body)
    assert again.status_code == 200 and again.json()["changed"] is False
    customer = _customer(engineer, router_id, "customer0000")
    assert customer["state"] == "isolated" and customer["last_change"]["evidence"]
    assert customer["session"] is None, "a reading from before the isolation says nothing about it"
    assert customer["last_change"]["reason"] == "unpaid" or customer["last_change"]["reason"] == ""
    then = engineer.get("/customers", params={"as_of": "1"}).json()["items"]
    assert then == []
    released = _ended(engineer, engineer.post("/isolate", json={**body, "isolated": False}))
    assert released["state"] == "succeeded"
    after = lab.secret("customer0000")
    assert after["disabled"] == before["disabled"] and after["profile"] == before["profile"]
    events = engineer.get(f"/customers/{customer['id']}/history").json()["items"]
    topics = [each["type"] for each in events]
    assert topics[0] == "customer.released.v1" and topics[-1] == "customer.added.v1"
    reverted = engineer.post(f"/audit/{events[0]['position']}/revert", json={"reason": "released by mistake"})
    assert reverted.status_code == 200, reverted.text
    until(lambda: lab.secret("customer0000")["disabled"] == "true")
    until(lambda: _customer(engineer, router_id, "customer0000")["state"] == "isolated")
    assert (
        _ended(engineer, engineer.post("/isolate", json={**body, "isolated": False}))["state"] == "succeeded"
    )


def test_the_same_asked_for_at_the_same_moment_is_one_operation(
    engineer: httpx.Client, router_id: str, lab: Lab
) -> None:
    for isolated in (True, False):
        body = {"router_id": router_id, "username": "customer0001", "isolated": isolated}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, body=body: engineer.post("/isolate", json=body), range(8)))
        assert {answer.status_code for answer in answers} <= {200, 202}
        (asked,) = [answer for answer in answers if answer.json()["changed"]]
        assert {answer.json()["operation_id"] for answer in answers} <= {asked.json()["operation_id"], None}
        assert _ended(engineer, asked)["state"] == "succeeded"
        assert lab.secret("customer0001")["disabled"] == ("true" if isolated else "false")


def test_bulk(engineer: httpx.Client, router_id: str, lab: Lab) -> None:
    items = [{"router_id": router_id, "username": f"customer000{number}"} for number in range(3)]
    missing = {"router_id": router_id, "username": "nobody"}
    operation = _ended(engineer, engineer.post("/isolate/bulk", json={"items": [*items, missing]}))
    assert operation["progress"]["done"] == operation["progress"]["total"] == 4
    assert operation["result"]["states"] == {"isolated": 3, "untouched": 1}
    assert operation["result"]["failures"][0]["code"] == "CUSTOMER_NOT_FOUND"
    back = [{**each, "isolated": False} for each in items]
    assert _ended(engineer, engineer.post("/isolate/bulk", json={"items": back}))["result"]["failed"] == 0


def test_bulk_by_one_list_of_customers_tells_each(engineer: httpx.Client, router_id: str, lab: Lab) -> None:
    names = [{"router_id": router_id, "username": f"customer000{number}"} for number in range(2)]
    asked = engineer.post("/isolate", json={"isolated": True, "customers": names, "reason": "unpaid"})
    assert _ended(engineer, asked)["result"]["states"] == {"isolated": 2}

    def told() -> list[Any]:
        query = {"operation_id": asked.json()["operation_id"], "state": "isolated"}
        items = engineer.get("/customers", params=query).json()["items"]
        return items if len(items) == 2 else []

    first = until(told)[0]
    assert first["requested"]["actor"]["kind"] == "user" and first["requested"]["reason"] == "unpaid"
    assert first["last_change"]["requested"] == first["requested"]
    counts = engineer.get("/customers/summary", params={"router_id": router_id}).json()
    assert counts["states"] == {"isolated": 2, "active": 1} and counts["routers"] == {router_id: 3}
    back = engineer.post("/isolate", json={"isolated": False, "customers": names})
    assert _ended(engineer, back)["result"]["failed"] == 0
    for wrong in ({"isolated": True}, {"isolated": True, "username": "customer0000", "customers": names}):
        refused = engineer.post("/isolate", json=wrong)
        assert refused.status_code == 400 and refused.json()["error"]["details"]["field"]


def test_sessions_are_remembered(engineer: httpx.Client, router_id: str, lab: Lab) -> None:
    customer = _customer(engineer, router_id, "customer0001")
    url = f"/customers/{customer['id']}"
    first = until(lambda: engineer.get(f"{url}/sessions").json()["items"])[0]
    assert first["address"].startswith("100.64.") and first["caller_id"] and first["started_at"]
    then = engineer.get(url, params={"as_of": first["started_at"]})
    assert then.status_code in (200, 404)  # the session may be older than the ledger
    assert engineer.get(f"{url}/sessions", params={"at": "2020-01-01T00:00:00Z"}).json()["items"] == []
    assert engineer.get(url).json()["sessions"][0]["session_id"] == first["session_id"]
    assert engineer.get(f"{url}/sessions", params={"at": "noon"}).status_code == 400


def test_lists_are_narrowed(engineer: httpx.Client, router_id: str) -> None:
    connected = engineer.get("/routers", params={"connection": "connected"}).json()["items"]
    assert router_id in [each["id"] for each in connected]
    assert engineer.get("/routers", params={"connection": "down"}).json()["items"] == []
    found = engineer.get("/monitoring/targets", params={"router_id": router_id, "q": "CUSTOMER0001"}).json()
    assert [each["name"] for each in found["items"]] == ["customer0001"]


def test_secrets(engineer: httpx.Client, router_id: str, lab: Lab, instance: Netledger) -> None:
    secret = {
        "router_id": router_id,
        "username": "newcomer",
        "password": "hush-hush-7",
        "profile": "home",
        "comment": "Ada Lovelace",
    }
    operation = _ended(engineer, engineer.post("/secret", json=secret))
    assert operation["state"] == "succeeded", operation
    assert "hush-hush" not in str(operation) and "Lovelace" not in str(operation)
    assert lab.secret("newcomer")["password"] == "hush-hush-7"
    assert engineer.post("/secret", json=secret).status_code == 409
    customer = _customer(engineer, router_id, "newcomer")
    assert customer["password_known"] and customer["comment"] == "Ada Lovelace"
    changed = engineer.patch(
        f"/secret/{customer['id']}", json={"profile": "family", "password": "new-hush-8"}
    )
    assert _ended(engineer, changed)["state"] == "succeeded"
    assert (
        lab.secret("newcomer")["profile"] == "family" and lab.secret("newcomer")["password"] == "new-hush-8"
    )
    assert _ended(engineer, engineer.delete(f"/secret/{customer['id']}"))["state"] == "succeeded"
    assert lab.secret("newcomer") == {}
    assert engineer.patch(f"/secret/{customer['id']}", json={"profile": "home"}).status_code == 404


def _drift_alerts(client: httpx.Client) -> list[dict[str, Any]]:
    firing = client.get("/alerts?state=firing").json()["items"]
    return [alert for alert in firing if alert["source"] == "sync"]


def test_drift_is_told_and_answered(engineer: httpx.Client, router_id: str, lab: Lab) -> None:
    name = "customer0002"
    customer = _customer(engineer, router_id, name)
    secret = lab.secret(name)
    by_hand = {"router": "127.65.71.1", "run": "/ppp/secret/set"}
    lab.order(**by_hand, words=[f"=.id={secret['.id']}", "=profile=family", "=comment=by hand"])
    assert engineer.post(f"/sync/{router_id}").status_code == 200
    drifted = until(lambda: engineer.get("/customers?drifted=true").json()["items"])
    assert [row["username"] for row in drifted] == [name]
    assert drifted[0]["drift"]["comment_differs"] is True
    (alert,) = until(lambda: _drift_alerts(engineer))
    assert "by hand" not in str(alert["detail"])
    enforced = _ended(engineer, engineer.post(f"/customers/{customer['id']}/enforce"))
    assert enforced["state"] == "succeeded", enforced["error"]
    assert lab.secret(name)["profile"] == secret["profile"]
    until(lambda: engineer.get("/customers?drifted=true").json()["items"] == [])

    lab.order(**by_hand, words=[f"=.id={secret['.id']}", "=profile=home"])
    engineer.post(f"/sync/{router_id}")
    until(lambda: engineer.get("/customers?drifted=true").json()["items"])
    adopted = engineer.post(f"/customers/{customer['id']}/adopt")
    assert adopted.status_code == 200, adopted.text
    assert adopted.json()["profile"] == "home" and adopted.json()["drifted"] is False
    until(lambda: not _drift_alerts(engineer))


def test_a_viewer_looks_and_touches_nothing(instance: Netledger, router_id: str) -> None:
    with instance.client(instance.login("viewer")) as viewer:
        assert viewer.get("/routers").status_code == 200
        assert viewer.get("/customers").status_code == 200
        body = {"router_id": router_id, "username": "customer0000", "isolated": True}
        assert viewer.post("/isolate", json=body).status_code == 403
        assert viewer.post(f"/sync/{router_id}").status_code == 403
