"""GET /telemetry/metrics, and the settings of polling."""

import httpx

from tests.integration.api.answers import done


def test_the_catalogue_says_what_each_metric_is(viewer: httpx.Client) -> None:
    metrics = {metric["name"]: metric for metric in viewer.get("/telemetry/metrics").json()["items"]}
    assert metrics["if_in_bps"]["unit"] == "bit/s"
    assert (metrics["storage_percent"]["group"], metrics["storage_percent"]["scope"]) == (
        "resources",
        "storage",
    )


def test_intervals_are_settings_with_overrides(admin: httpx.Client) -> None:
    overrides = [{"label": "core", "interfaces": 10}]
    changed = done(admin.patch("/settings", json={"telemetry": {"sensors_s": 600, "overrides": overrides}}))
    assert changed["telemetry"]["sensors_s"] == 600
    (override,) = changed["telemetry"]["overrides"]
    assert (override["label"], override["interfaces"]) == ("core", 10)
    refused = admin.patch("/settings", json={"telemetry": {"overrides": [{"labels": "core"}]}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "INVALID_REQUEST")
    done(admin.patch("/settings", json={"telemetry": {"sensors_s": 300, "overrides": []}}))
