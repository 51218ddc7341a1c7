"""Records that may be of one device: candidates with evidence, merged or kept apart."""

from typing import Any
from uuid import uuid4

import httpx

from domain.device import DEVICE
from domain.device_commands import ObserveDevice
from domain.device_facts import DeviceFacts
from tests.integration.api.serving import Netledger


def observed(instance: Netledger, site: str, identity: str, name: str) -> str:
    """A device as a discovery at this site records it."""
    device = str(uuid4())
    facts = DeviceFacts(vendor="Acme", model="S1", sys_name=name)
    seen = ObserveDevice(
        address="192.0.2.77", site=site, sources=("snmp",), facts=facts, identities=(identity,)
    )
    done = instance.call(
        instance.console.bus.execute(DEVICE.to(device, seen, new=True), by=instance.console.by())
    )
    instance.call(instance.console.watch.wait_for_projection("inventory", done.position, 20))
    return device


def candidates(client: httpx.Client, device: str) -> list[dict[str, Any]]:
    answer = client.get("/inventory/merge-candidates")
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json()["items"] if device in (each["older"]["id"], each["newer"]["id"])]


def test_two_records_with_one_chassis_id_are_told_and_merged_with_that_evidence(
    instance: Netledger, engineer: httpx.Client, viewer: httpx.Client
) -> None:
    chassis = uuid4().hex[:12]
    one = observed(instance, "berlin", f"chassis:{chassis}", "moved")
    other = observed(instance, "hamburg", f"chassis:{chassis}", "moved")
    [told] = candidates(viewer, one)
    assert (told["older"]["id"], told["newer"]["id"]) == (one, other)
    assert told["evidence"] == {"chassis": f"{chassis} equal", "name": "both are called moved"}
    assert told["against"] == {"site": "berlin and hamburg"}
    refused = viewer.post(f"/inventory/devices/{one}/merge", json={"other_id": other})
    assert refused.status_code == 403
    merged = engineer.post(f"/inventory/devices/{one}/merge", json={"other_id": other, "reason": "it moved"})
    assert merged.status_code == 200, merged.text
    assert candidates(viewer, one) == []
    [event] = viewer.get("/audit", params={"device_id": one, "type": "device.merged.v1"}).json()["items"]
    evidence = viewer.get(f"/audit/{event['position']}").json()["data"]["evidence"]
    assert evidence["chassis"] == f"{chassis} equal"
    assert evidence["decided by"] == "engineer"


def test_what_an_engineer_keeps_apart_is_no_candidate_any_longer(
    instance: Netledger, engineer: httpx.Client, viewer: httpx.Client
) -> None:
    mac = "mac:2c:54:" + ":".join(uuid4().hex[at : at + 2] for at in range(0, 8, 2))
    one, other = (observed(instance, "east", mac, name) for name in ("pair-1", "pair-2"))
    [told] = candidates(viewer, one)
    assert (told["strength"], told["against"]) == ("strong", {})
    assert set(told["evidence"]) == {"mac", "address"}
    assert viewer.post(f"/inventory/devices/{one}/keep-apart", json={"other_id": other}).status_code == 403
    body = {"other_id": other, "reason": "cloned virtual machines"}
    assert engineer.post(f"/inventory/devices/{one}/keep-apart", json=body).status_code == 200
    assert candidates(viewer, one) == []
    for device in (one, other):
        [event] = viewer.get("/audit", params={"device_id": device, "type": "device.kept_apart.v1"}).json()[
            "items"
        ]
        assert event["reason"] == "cloned virtual machines"
    itself = engineer.post(f"/inventory/devices/{one}/keep-apart", json={"other_id": one})
    assert itself.status_code == 400
