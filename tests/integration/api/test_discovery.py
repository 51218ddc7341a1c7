"""Discoveries: started, followed, cancelled, remembered."""

from uuid import uuid4

import httpx

from tests.integration.api.answers import done, listed, newest, refused
from tests.integration.api.conftest import Lab
from tests.integration.api.serving import Netledger, until


def test_a_discovery_from_start_to_end(discovered: Lab, viewer: httpx.Client) -> None:
    """Started by the fixture."""
    (job,) = [
        each
        for each in listed(viewer.get("/discovery/jobs", params={"limit": 500}))
        if each["targets"] == [discovered.network]
    ]
    status = viewer.get(f"/discovery/status/{job['job_id']}").json()
    assert status == job
    assert status["state"] == "succeeded"
    assert status["total"] == status["scanned"] == 62
    assert status["new"] == 12
    assert status["percent"] == 100
    assert status["eta_s"] == 0
    assert status["error"] is None
    assert sum(status["errors"].values()) >= 0
    assert status["requested_at"] <= status["started_at"] <= status["ended_at"]
    assert status["actor"]["name"] == "admin"
    operation = viewer.get(f"/operations/{job['job_id']}").json()
    assert operation["kind"] == "discovery"
    assert operation["result"]["total"] == 62


def test_starting_answers_with_the_job(
    engineer: httpx.Client, admin: httpx.Client, instance: Netledger
) -> None:
    body = {"targets": ["127.0.0.1"], "probes": ["routeros"], "reason": "looking around"}
    started = done(engineer.post("/discovery/start", json=body), 202)
    assert started["job_id"] == started["operation_id"]
    assert started["status_url"] == f"/api/v1/discovery/status/{started['job_id']}"
    assert engineer.get(instance.root + started["status_url"]).json()["state"] in (
        "queued",
        "running",
        "succeeded",
    )
    assert newest(admin, "operation.requested.v1")["reason"] == "looking around"


def test_without_targets_the_ranges_of_the_settings_are_scanned(
    engineer: httpx.Client, admin: httpx.Client, instance: Netledger
) -> None:
    refused(engineer.post("/discovery/start"), 400, field="targets")
    done(admin.patch("/settings", json={"discovery": {"ranges": ["127.0.0.1"]}}))
    try:
        started = done(engineer.post("/discovery/start", json={"probes": ["snmp"]}), 202)
    finally:
        done(admin.patch("/settings", json={"discovery": {"ranges": []}}))
    assert engineer.get(instance.root + started["status_url"]).json()["targets"] == ["127.0.0.1"]


def test_cancelling(engineer: httpx.Client, admin: httpx.Client, instance: Netledger) -> None:
    """A slow one: a silent network at a low rate."""
    slow = {"discovery": {"rate_per_s": 1}}
    before = admin.get("/settings").json()["discovery"]["rate_per_s"]
    done(admin.patch("/settings", json=slow))
    try:
        body = {"targets": ["127.73.0.0/24"], "probes": ["snmp"]}
        job = done(engineer.post("/discovery/start", json=body), 202)["job_id"]
        status = done(engineer.post(f"/discovery/cancel/{job}", json={"reason": "wrong network"}))
        assert status["state"] in ("queued", "running", "cancelled")
        ended = until(
            lambda: (s := engineer.get(f"/discovery/status/{job}").json())["state"] == "cancelled" and s
        )
        assert ended["ended_at"]
        assert done(engineer.post(f"/discovery/cancel/{job}"))["state"] == "cancelled", "it already is so"
    finally:
        done(admin.patch("/settings", json={"discovery": {"rate_per_s": before}}))


def test_other_operations_are_no_discoveries(engineer: httpx.Client) -> None:
    device = engineer.post("/inventory/devices", json={"address": "198.51.100.77"}).json()["id"]
    poll = engineer.post(f"/inventory/devices/{device}/poll").json()["operation_id"]
    refused(engineer.get(f"/discovery/status/{poll}"), 404, "DISCOVERY_NOT_FOUND")
    refused(engineer.post(f"/discovery/cancel/{poll}"), 404, "DISCOVERY_NOT_FOUND")
    refused(engineer.post(f"/discovery/cancel/{uuid4()}"), 404, "DISCOVERY_NOT_FOUND")
