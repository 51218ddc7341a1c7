"""Connections cut and the server lost in the middle of work: what was typed stays, what happened meanwhile is shown."""

import json
import re
from uuid import uuid4

import httpx
import psutil
import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


def test_a_cut_connection_goes_on_where_it_was(open_as: Opener, api: httpx.Client) -> None:
    ends: list[WebSocketRoute] = []
    asked: list[int] = []
    seen: list[int] = []

    def between(page_end: WebSocketRoute) -> None:
        server = page_end.connect_to_server()
        ends[:] = [server, page_end]

        def to_server(message: str | bytes) -> None:
            asked.append(json.loads(message)["from"])
            server.send(message)

        def to_page(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["kind"] == "event":
                seen.append(frame["position"])
            page_end.send(message)

        page_end.on_message(to_server)
        server.on_message(to_page)

    page = open_as("engineer", "/login")
    page.route_web_socket(re.compile("/api/v1/events"), between)
    page.goto("/alerts?tab=silences")
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible()
    page.get_by_role("button", name="New silence").click()
    page.get_by_label("Why").fill("half a sent")
    before, during = (f"{when} the cut {uuid4().hex[:6]}" for when in ("before", "during"))
    api.post("/alerts", json={"severity": "critical", "title": before}).raise_for_status()
    expect(page.get_by_text(before).first).to_be_visible()
    for end in ends:
        end.close(code=4000, reason="cut")
    raised = api.post("/alerts", json={"severity": "critical", "title": during}).raise_for_status()
    expect(page.get_by_text(during).first).to_be_visible()  # nobody missed it
    position = int(raised.headers["X-Ledger-Position"])
    assert len(asked) == 2
    assert asked[1] in seen
    assert asked[1] < position
    assert seen == sorted(set(seen)), "nothing came twice"
    expect(page.get_by_label("Why")).to_have_value("half a sent")
    api.post("/alerts/acknowledge-all", json={"filter": {"severity": "critical"}}).raise_for_status()


def test_a_server_that_dies_in_the_middle_of_work_is_outlived(open_as: Opener, product: Product) -> None:
    page = open_as("engineer", "/discovery")
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible()
    page.get_by_label("Targets").fill("127.64.0.1-127.64.0.200")
    page.get_by_role("button", name="Discover").click()
    run = page.get_by_role("link", name="127.64.0.1-127.64.0.200").first
    expect(run).to_be_visible()
    page.get_by_label("Site").fill("while typing")
    killed = product.kill("serve")
    expect(page.get_by_role("status", name=re.compile("^Not live"))).to_be_visible()
    expect(run).to_be_visible()  # what was there stays, and is said to be old
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible(timeout=40_000)
    assert not psutil.pid_exists(killed)
    expect(page.get_by_label("Site")).to_have_value("while typing")
    row = page.get_by_role("row").filter(has_text="127.64.0.1-127.64.0.200")
    expect(row).to_contain_text("succeeded", timeout=40_000)  # the workers did not even notice
