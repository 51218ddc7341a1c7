"""What detectors know, say and foretell, over the API."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.api.answers import done, listed, refused
from tests.integration.api.serving import Netledger, until


def ended(watched: Netledger, engineer: httpx.Client, accepted: dict[str, Any]) -> Any:
    url = watched.root + accepted["status_url"]
    until(lambda: engineer.get(url).json()["state"] in ("succeeded", "failed"))
    operation = engineer.get(url).json()
    assert operation["state"] == "succeeded", operation
    return operation["result"]


def alert(engineer: httpx.Client, device: str, metric: str) -> Any:
    found = [
        row
        for row in listed(engineer.get("/alerts", params={"device_id": device}))
        if row["metric"] == metric
    ]
    assert len(found) == 1
    return found[0]


def model(engineer: httpx.Client, device: str, metric: str, interface: str = "") -> Any:
    body = engineer.get("/models/series", params={"device_id": device}).json()
    (found,) = [each for each in body["series"] if (each["metric"], each["interface"]) == (metric, interface)]
    return found


def test_the_status_tells_what_is_watched(engineer: httpx.Client, devices: list[str]) -> None:
    status = engineer.get("/models/status").json()
    series, device = status["detectors"]
    assert (series["detector"], series["series"], series["warm"]) == ("series", 15, 15)
    assert (device["detector"], device["series"], device["warm"]) == ("device", 3, 3)
    assert status["devices"] == 3 and series["raised"] >= 2
    assert len(status["partitions"]) == 16 and status["snapshot_age_s"] is not None


def test_each_series_of_a_device_is_shown(engineer: httpx.Client, devices: list[str]) -> None:
    body = engineer.get("/models/series", params={"device_id": devices[1]}).json()
    assert {each["metric"] for each in body["series"]} == {
        "cpu_percent",
        "memory_percent",
        "if_in_bps",
        "if_in_errors_per_s",
    }
    cpu = model(engineer, devices[1], "cpu_percent")
    assert cpu["warm"] and not cpu["firing"] and cpu["expected_low"] < 40.0 < cpu["expected_high"]
    assert cpu["threshold"] == pytest.approx(0.75)
    assert body["joint"]["warm"]
    refused(engineer.get("/models/series", params={"device_id": str(uuid4())}), 404, "MODEL_NOT_FOUND")


def test_feedback_lowers_a_series_and_can_be_taken_back(engineer: httpx.Client, devices: list[str]) -> None:
    found = alert(engineer, devices[0], "cpu_percent")
    url = f"/alerts/{found['id']}/feedback"
    try:
        done(engineer.post(url, json={"useful": False}))
        until(lambda: model(engineer, devices[0], "cpu_percent")["lowered"] == 1)
        assert model(engineer, devices[0], "cpu_percent")["threshold"] == pytest.approx(0.806, abs=0.001)
        assert model(engineer, devices[1], "cpu_percent")["threshold"] == pytest.approx(0.75)
        series = engineer.get("/models/status").json()["detectors"][0]
        assert (series["not_useful"], series["precision"], series["lowered_series"]) == (1, 0.0, 1)
    finally:
        done(engineer.post(url, json={"useful": None}))
    until(lambda: model(engineer, devices[0], "cpu_percent")["lowered"] == 0)
    assert engineer.get("/models/status").json()["detectors"][0]["precision"] is None


def test_a_series_is_analyzed(engineer: httpx.Client, devices: list[str]) -> None:
    said = engineer.post("/analyze/traffic", json={"device_id": devices[1], "metric": "cpu_percent"}).json()
    assert said["warm"] and not said["anomalous"] and said["expected_low"] < 40.0 < said["expected_high"]
    assert said["value"] is not None
    refused(
        engineer.post("/analyze/traffic", json={"device_id": devices[1], "metric": "no_such"}),
        404,
        "SERIES_NOT_FOUND",
    )


def test_samples_are_analyzed(engineer: httpx.Client) -> None:
    steady = [[1_760_000_000 + 300 * number, 50 + number % 7] for number in range(400)]
    said = engineer.post("/analyze/traffic", json={"samples": [*steady, [1_760_120_000, 500]]}).json()
    assert said["anomalous"] and said["at"].startswith("2025-10-10T")
    assert "above the expected" in said["reason"]
    named = engineer.post(
        "/analyze/traffic", json={"samples": [["2026-01-01T00:00:00Z", 1], [1_767_225_700, None]]}
    ).json()
    assert not named["warm"] and named["samples_seen"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"samples": []},
        {"samples": [[1]]},
        {"samples": [["yesterday", 1]]},
        {"samples": [[1, "x"]]},
        {"metric": "cpu_percent"},
        {"device_id": str(uuid4())},
        {"device_id": str(uuid4()), "metric": "x", "samples": [[1, 1]]},
        {"device_id": "no", "metric": "x"},
    ],
)
def test_what_is_no_series_is_refused(engineer: httpx.Client, body: dict[str, Any]) -> None:
    refused(engineer.post("/analyze/traffic", json=body), 400, "INVALID_REQUEST")
    refused(engineer.post("/analyze/forecast", json={**body, "horizon_s": 3_600}), 400, "INVALID_REQUEST")


def test_a_disk_that_fills_is_foretold(engineer: httpx.Client) -> None:
    """Half a percent a day, from 60."""
    samples = [[1_760_000_000 + 600 * n, 60 + n / 288 + (n % 5) * 0.01] for n in range(144 * 10)]
    body = {"samples": samples, "horizon_s": 100 * 86_400, "step_s": 86_400, "threshold": 90}
    said = engineer.post("/analyze/forecast", json=body).json()
    assert len(said["points"]) == 100
    assert all(point["lower"] <= point["mean"] <= point["upper"] for point in said["points"])
    days = said["threshold"]["expected_in_s"] / 86_400
    assert 45 <= days <= 55 and f"{round(days)} days" in said["threshold"]["text"]
    assert said["threshold"]["earliest_in_s"] <= said["threshold"]["expected_in_s"]
    falling = engineer.post("/analyze/forecast", json={**body, "threshold": 10}).json()["threshold"]
    assert not falling["rising"] and falling["expected"] is None


def test_a_watched_series_is_foretold(engineer: httpx.Client, devices: list[str]) -> None:
    body = {"device_id": devices[1], "metric": "cpu_percent", "horizon_s": 6 * 3_600}
    said = engineer.post("/analyze/forecast", json=body).json()
    assert said["points"][0]["lower"] < 40.0 < said["points"][0]["upper"]
    few = engineer.post("/analyze/forecast", json={"samples": [[1, 1], [2, 2]], "horizon_s": 60})
    refused(few, 422, "FORECAST_NOT_POSSIBLE")
    many = {**body, "horizon_s": 86_400, "step_s": 0.5}
    refused(engineer.post("/analyze/forecast", json=many), 422, "FORECAST_NOT_POSSIBLE")


def test_expected_ranges_over_a_window_show_what_was_outside(
    engineer: httpx.Client, devices: list[str]
) -> None:
    wrong = datetime.fromisoformat(alert(engineer, devices[0], "cpu_percent")["detail"]["at"])
    window = {
        "metric": "cpu_percent",
        "from": (wrong - timedelta(hours=3)).isoformat(),
        "to": (wrong + timedelta(hours=3)).isoformat(),
    }
    body = engineer.get(f"/telemetry/expected/{devices[0]}", params=window).json()
    assert body["step_s"] == 0 and 70 <= len(body["points"]) <= 73
    outside = [point for point in body["points"] if point["anomalous"]]
    # The time of a stored sample is in milliseconds.
    assert abs(datetime.fromisoformat(outside[0]["at"]) - wrong) < timedelta(milliseconds=2)
    assert outside[0]["value"] > outside[0]["high"]
    assert [each["at"] for each in body["alerts"]] == [wrong.isoformat()]
    backwards = {**window, "from": window["to"], "to": window["from"]}
    refused(engineer.get(f"/telemetry/expected/{devices[0]}", params=backwards), 400, field="from")
    nobody = engineer.get(f"/telemetry/expected/{uuid4()}", params=window)
    refused(nobody, 404, "SERIES_NOT_FOUND")


def test_a_backtest_tells_what_other_settings_would_have_raised(
    watched: Netledger, engineer: httpx.Client, devices: list[str]
) -> None:
    found = alert(engineer, devices[0], "cpu_percent")
    now = datetime.now(UTC)
    body = {
        "device_id": devices[0],
        "metric": "cpu_percent",
        "from": (now - timedelta(days=3)).isoformat(),
        "to": now.isoformat(),
    }
    done(engineer.post(f"/alerts/{found['id']}/feedback", json={"useful": True}))
    same = ended(watched, engineer, done(engineer.post("/models/backtest", json=body), 202))
    assert (same["fired"], same["matched"], same["missed"], same["delay_s"]) == (1, 1, [], 0.0)
    assert same["alerts"][0]["useful"] is True
    deaf = {**body, "settings": {"threshold": 0.99}}
    nothing = ended(watched, engineer, done(engineer.post("/models/backtest", json=deaf), 202))
    assert (nothing["fired"], nothing["missed"][0]["metric"]) == (0, "cpu_percent")
    done(engineer.post(f"/alerts/{found['id']}/feedback", json={"useful": None}))
    refused(engineer.post("/models/backtest", json={**body, "settings": {"thresh": 1}}), 400)
    refused(engineer.post("/models/backtest", json={**body, "from": body["to"]}), 400, field="from")


def test_learning_anew_reports_and_puts_better_states_in_place(
    watched: Netledger, engineer: httpx.Client, devices: list[str]
) -> None:
    accepted = done(engineer.post("/models/retrain", json={"device_ids": [devices[2], str(uuid4())]}), 202)
    report = ended(watched, engineer, accepted)
    assert report["counts"]["unknown devices"] == 1
    assert report["series"] == 6
    better = [each for each in report["listed"] if each["swapped_in"]]
    assert all(each["error_ratio"] < 0.95 for each in better)
    assert all(each["samples"] > 1_500 for each in report["listed"])
    swapped_at = time.time()
    until(lambda: _saved_after(engineer, devices[2], swapped_at) or not better)


def _saved_after(engineer: httpx.Client, device: str, moment: float) -> bool:
    body = engineer.get("/models/series", params={"device_id": device}).json()
    return datetime.fromisoformat(body["snapshot_at"]).timestamp() > moment
