"""Compliance in the browser: a policy written, its finding accepted and withdrawn, a pasted configuration judged."""

from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")

PASTED = "hostname core\nip http server\nline vty 0 4\n transport input telnet\nend\n"


def test_a_finding_is_accepted_and_withdrawn(open_as: Opener, product: Product, api: httpx.Client) -> None:
    title = f"No banner {uuid4().hex[:8]}"
    page = open_as("engineer", "/policies/new")
    page.get_by_label("Name", exact=True).fill(title)
    page.get_by_label("Severity").first.select_option("high")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text", exact=True).fill("a line that no device has")
    page.get_by_label("What to do about it").fill("banner login ^C Authorised only ^C")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    policy = page.url.rsplit("/", 1)[1]
    device = next(each for each in product.devices(api) if each["os"] == "arista_eos")
    wanted = {"device_id": device["id"], "policy_ids": [policy], "source": "running"}
    answer = api.post("/analyze/compliance", json=wanted, timeout=60)
    assert answer.json()["findings"], answer.text

    page.goto(f"/compliance?policy_id={policy}")
    page.get_by_role("row").filter(has_text=title).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Authorised only")
    drawer.get_by_role("button", name="Accept…").click()
    asked = page.get_by_role("dialog").last
    asked.get_by_label("Reason").fill("the lobby switch has none")
    asked.get_by_role("button", name="Accept", exact=True).click()
    expect(drawer).to_contain_text("the lobby switch has none")
    drawer.get_by_role("button", name="Withdraw the acceptance").click()
    page.get_by_role("dialog").last.get_by_role("button", name="Withdraw", exact=True).click()
    expect(drawer.get_by_role("button", name="Accept…")).to_be_visible()
    viewer = open_as("viewer", page.url)
    expect(viewer.get_by_role("dialog")).to_contain_text("Authorised only")
    expect(viewer.get_by_role("button", name="Accept…")).to_have_count(0)


def test_a_pasted_configuration_is_judged(open_as: Opener) -> None:
    page = open_as("engineer", "/compliance?tab=analyse")
    page.get_by_label("Platform").fill("ios")
    page.get_by_role("textbox", name="Configuration to check").click()
    page.keyboard.insert_text(PASTED)
    page.get_by_role("button", name="Check", exact=True).click()
    result = page.get_by_role("region", name="Result")
    expect(result).to_contain_text("not compliant")
    expect(result.get_by_role("region", name="Findings")).to_be_visible()


def test_a_policy_is_changed_as_json_and_switched_off(open_as: Opener, api: httpx.Client) -> None:
    rule = {"id": "a", "title": "A", "check": "must_contain", "value": "x"}
    body = {"name": f"p {uuid4().hex[:8]}", "rules": [rule], "platforms": ["junos"]}
    made = api.post("/config/policies", json=body).raise_for_status().json()
    page = open_as("engineer", f"/policies/{made['id']}")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="JSON").click()
    editor = page.get_by_role("textbox", name="Policy as JSON")
    expect(editor).to_contain_text('"must_contain"')
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("{")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no JSON")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep as it is").click()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    assert api.get(f"/config/policies/{made['id']}").json()["enabled"] is False


def test_the_trend_is_drawn(open_as: Opener) -> None:
    page = open_as("viewer", "/compliance?tab=trend")
    expect(page.get_by_role("figure", name="Findings over time by severity")).to_be_visible()
    expect(page.get_by_role("tab", name="Analyse")).to_have_count(0)
