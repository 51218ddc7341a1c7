"""Telemetry and detectors in the browser: samples as they come, the range that was expected, what was outside of it."""

import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import WebSocket, expect

from domain.telemetry import Poll, Sample
from tests.e2e.web.conftest import PASSWORD, Opener
from tests.e2e.web.product import Product
from tests.integration.workers.imagined import INTERVAL_S, polls

pytestmark = pytest.mark.needs_package("chromium")
COUNT = 3 * 288
WRONG = COUNT - 40


@pytest.fixture(scope="module")
def watched(product: Product) -> Iterator[str]:
    """A device that was measured for three days until now, every 5 minutes; its CPU was once far too busy."""
    with product.client() as api:
        body = {"address": f"2001:db8::{uuid4().hex[:4]}", "name": "watched.example.net"}
        device: str = api.post("/inventory/devices", json=body).raise_for_status().json()["id"]
        start = time.time() - COUNT * INTERVAL_S
        product.publish(list(polls([device], COUNT, wrong=[WRONG], start=start)))
        end = time.monotonic() + 60
        while not _anomalous(api, device):
            assert time.monotonic() < end, "the detector found nothing"
            time.sleep(0.2)
        yield device
        api.request("DELETE", f"/inventory/devices/{device}", json={"reason": "the test is over"})


def _anomalous(api: httpx.Client, device: str) -> list[dict[str, Any]]:
    asked = {"metric": "cpu_percent", "from": _at(time.time() - 86_400), "to": _at(time.time())}
    answer = api.get(f"/telemetry/expected/{device}", params=asked)
    return (
        [each for each in answer.json().get("points", []) if each["anomalous"]] if answer.is_success else []
    )


def _at(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def test_samples_show_as_they_come(open_as: Opener, product: Product, watched: str) -> None:
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        if "/telemetry/subscribe" in socket.url:
            socket.on("framereceived", lambda frame: frames.append(str(frame)))
            opened.append(socket.url)

    opened: list[str] = []
    page = open_as("viewer", "/telemetry")
    page.on("websocket", listen)
    page.goto(f"/telemetry?device={watched}&metric=cpu_percent")
    chart = page.get_by_role("figure", name="Processor over time")
    expect(chart.locator("canvas")).to_be_visible()
    assert opened, "no connection for live samples"
    poll = Poll(watched, "resources", time.time(), INTERVAL_S, (Sample("cpu_percent", 12.5),))
    product.publish([poll])
    expect(chart.get_by_role("button")).to_contain_text("12.5 %")
    assert any('"value":12.5' in each for each in frames)


def test_the_expected_range_and_what_left_it_are_shown(
    open_as: Opener, product: Product, watched: str
) -> None:
    page = open_as("engineer", f"/analytics?device={watched}&metric=cpu_percent")
    chart = page.get_by_role("figure", name="Values and the range that was expected of them")
    expect(chart.locator("canvas")).to_be_visible()
    page.get_by_text(re.compile(r"\d moments? outside of the expected range")).click()
    moments = page.get_by_role("list", name="Moments outside of the expected range").get_by_role("listitem")
    expect(moments.first).to_contain_text("95")
    expect(moments.first).to_contain_text(re.compile(r"expected \d.* to \d.*, score 0\.\d\d"))
    expect(page.get_by_text(re.compile("as expected|unusual")).first).to_be_visible()
    page.get_by_role("tab", name="Forecast").click()
    expect(page.get_by_role("figure", name="Stored values and their forecast")).to_be_visible()


def test_two_settings_are_tried_side_by_side(open_as: Opener, watched: str) -> None:
    page = open_as("engineer", f"/analytics?device={watched}&metric=cpu_percent&tab=backtest")
    page.get_by_role("button", name="Try", exact=True).click()
    first = page.locator("section").filter(has=page.get_by_role("heading", name="settings in force"))
    expect(first.get_by_text("Would fire")).to_be_visible(timeout=30_000)
    page.get_by_label("Alarms from score").fill("0.9")
    page.get_by_role("button", name="Try", exact=True).click()
    second = page.locator("section").filter(has=page.get_by_role("heading", name="threshold 0.9"))
    for name in ("Would fire", "Would miss", "Would spare", "Delay"):
        expect(second.get_by_text(name)).to_be_visible(timeout=30_000)
        expect(first.get_by_text(name)).to_be_visible()
    one, other = first.bounding_box(), second.bounding_box()
    assert one is not None and other is not None
    assert abs(one["y"] - other["y"]) < 5, "side by side"
    page.reload()
    expect(second.get_by_text("Would fire")).to_be_visible()


def test_detectors_learn_anew_for_an_engineer_alone(open_as: Opener, product: Product, watched: str) -> None:
    page = open_as("engineer", "/analytics?tab=models")
    page.get_by_role("button", name="Learn anew").click()
    page.get_by_role("dialog").get_by_role("button", name="Learn anew").click()
    expect(page.get_by_text("Learning anew").first).to_be_visible()
    viewer = open_as("viewer", "/analytics?tab=models")
    expect(viewer.get_by_role("table").filter(has_text="Each series by itself")).to_be_visible()
    expect(viewer.get_by_role("button", name="Learn anew")).to_have_count(0)
    expect(viewer.get_by_role("tab", name="Backtest")).to_have_count(0)
    with product.client("viewer", PASSWORD) as client:
        assert client.post("/models/retrain", json={}).status_code == 403
