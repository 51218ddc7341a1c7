"""Customers and routers in the browser: isolated and released with evidence, changed by hand, many at once."""

import re
import time
from typing import Any

import httpx
import librouteros
import msgspec
import pytest
from librouteros.query import Key
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


@pytest.fixture(scope="module")
def customers(product: Product) -> list[dict[str, Any]]:
    """Those of one router that take part."""
    end = time.monotonic() + 60
    with product.client() as client:
        while True:
            found = client.get("/customers", params={"limit": 500}).json()["items"]
            mine = [each for each in found if each["username"].startswith("ber1-ce1-")]
            if len(mine) >= 20:
                return mine
            assert time.monotonic() < end, "no router was read"
            time.sleep(0.2)


def answer(page: Page, verb: str, reason: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=verb, exact=True).click()


def test_a_customer_is_isolated_and_released_with_evidence(
    open_as: Opener, customers: list[dict[str, Any]]
) -> None:
    page = open_as("engineer", f"/customers/{customers[0]['id']}")
    page.get_by_role("button", name="Isolate").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name="Isolate")
    expect(confirm).to_be_disabled()
    answer(page, "Isolate", "unpaid since March")
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    evidence = page.get_by_role("region", name="Evidence of each step")
    expect(evidence).to_be_visible(timeout=30_000)
    for fact in ("intended", "sent", "confirmed", "observed"):
        expect(evidence.get_by_role("columnheader", name=fact)).to_be_visible()
    expect(evidence.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d\d:\d\d:\d\d\.\d{3}"))
    expect(page.get_by_text("unpaid since March").first).to_be_visible()
    page.get_by_role("button", name="Release").click()
    answer(page, "Release", "has paid")
    expect(page.get_by_role("button", name="Isolate")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("has paid").first).to_be_visible(timeout=30_000)


def test_several_are_isolated_at_once(
    open_as: Opener, api: httpx.Client, customers: list[dict[str, Any]]
) -> None:
    page = open_as("engineer", "/customers?q=ber1-ce1-000")
    rows = page.get_by_role("table").get_by_role("row")
    for name in ("ber1-ce1-0003", "ber1-ce1-0004"):
        rows.filter(has_text=name).get_by_role("checkbox").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Isolate").click()
    answer(page, "Isolate", "a test of two")
    for name in ("ber1-ce1-0003", "ber1-ce1-0004"):
        expect(rows.filter(has_text=name)).to_contain_text("isolated", timeout=30_000)


def test_what_somebody_changed_by_hand_is_adopted(
    open_as: Opener, api: httpx.Client, product: Product, customers: list[dict[str, Any]]
) -> None:
    customer = customers[6]
    router = api.get(f"/routers/{customer['router_id']}").json()
    lab = msgspec.json.decode((product.data_dir / "lab-routers.json").read_bytes())
    hand = librouteros.connect(router["address"], lab["username"], lab["password"], port=lab["port"])
    secrets = hand.path("ppp", "secret")
    name = Key("name")
    mine = next(iter(secrets.select(Key(".id"), name).where(name == customer["username"])))
    secrets.update(
        **{".id": mine[".id"], "profile": "business" if customer["profile"] != "business" else "home"}
    )
    hand.close()
    page = open_as("engineer", f"/routers/{customer['router_id']}")
    page.get_by_role("button", name="Compare now").click()
    page.goto(f"/customers/{customer['id']}")
    drift = page.get_by_role("region", name="Changed by hand")
    expect(drift).to_contain_text("profile", timeout=30_000)
    drift.get_by_role("button", name="Adopt").click()
    answer(page, "Adopt", "the shop did that")
    expect(drift).to_have_count(0, timeout=30_000)


def test_routers_show_their_connection_and_live_figures(
    open_as: Opener, customers: list[dict[str, Any]]
) -> None:
    page = open_as("viewer", "/routers")
    expect(page.get_by_role("row").filter(has_text="ce1.ber1")).to_contain_text("connected", timeout=30_000)
    page.get_by_role("link", name=re.compile("ce1.ber1")).click()
    expect(page.get_by_role("region", name="Traffic of each port")).to_contain_text("bit/s", timeout=30_000)
    expect(page.get_by_role("button", name="Compare now")).to_have_count(0)


def test_a_viewer_is_offered_no_command(open_as: Opener, customers: list[dict[str, Any]]) -> None:
    page = open_as("viewer", "/customers")
    expect(page.get_by_role("link", name="ber1-ce1-0000")).to_be_visible()
    expect(page.get_by_role("button", name="New secret")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.goto(f"/customers/{customers[1]['id']}")
    expect(page.get_by_role("heading", name="Secret")).to_be_visible()
    for verb in ("Isolate", "Release", "Change", "Delete"):
        expect(page.get_by_role("button", name=verb, exact=True)).to_have_count(0)
