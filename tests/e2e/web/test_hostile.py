"""Hostile text from devices on every page that shows such text: the API's answers, with each name made hostile."""

import json
import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.web.conftest import PHONE, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")
HOSTILE = (
    "<script>window.broken=1</script><img src=x onerror=window.broken=1>",
    "\u202etxet\u202d \u2066core\u2069",
    "n" * 5_000,
    "Z\u0335\u0321a\u0336\u034el\u0334go\x00\x1b[31m",
)
DECEIVING = "[\u202a-\u202e\u2066-\u2069\x00\x1b]"
SHOWN = re.compile("nnnnnnnn|<script>|202E|txet|go\u2400")
NAMED = frozenset(
    [
        "name",
        "device_name",
        "given_name",
        "sys_name",
        "sys_descr",
        "alias",
        "description",
        "location",
        "contact",
        "owner",
        "notes",
        "model",
        "username",
        "comment",
        "profile",
        "title",
        "summary",
        "last_error",
        "said",
        "reason",
        "note",
        "author_by",
        "line",
        "text",
        "label",
        "router",
    ]
)
"""Fields that somebody outside writes."""


def spoilt(value: Any, number: Iterator[int]) -> Any:
    match value:
        case dict():
            return {
                key: HOSTILE[next(number) % len(HOSTILE)]
                if key in NAMED and isinstance(each, str)
                else spoilt(each, number)
                for key, each in value.items()
            }
        case list():
            return [spoilt(each, number) for each in value]
        case _:
            return value


def spoil(page: Page) -> None:
    number = count()

    def answer(route: Route) -> None:
        real = route.fetch()
        if "application/json" not in real.headers.get("content-type", ""):
            route.fulfill(response=real)
        else:
            route.fulfill(response=real, body=json.dumps(spoilt(real.json(), number)))

    told = re.compile(
        r"/api/v1/(inventory|customers|routers?|monitoring|config|alerts|audit|operations|telemetry/series)\b"
    )
    page.route(told, lambda route: answer(route) if route.request.method == "GET" else route.continue_())


def first(api: httpx.Client, path: str, **query: Any) -> Any:
    """As soon as there is one."""
    end = time.monotonic() + 60
    while not (found := api.get(path, params={"limit": 1, **query}).json()["items"]):
        assert time.monotonic() < end, f"nothing in {path}"
        time.sleep(0.2)
    return found[0]["id"]


@pytest.fixture(scope="module")
def paths(product: Product) -> tuple[str, ...]:
    """Pages with something on them."""
    with product.client() as api:
        device = next(each["id"] for each in product.devices(api) if each["name"].startswith("cr2"))
        api.post("/config/backup", json={"device_id": device}).raise_for_status()
        for severity in ("high", "low", "info"):
            body = {"severity": severity, "title": "to be spoilt", "device_id": device}
            api.post("/alerts", json=body).raise_for_status()
        customer, backup = first(api, "/customers"), first(api, "/config/backups", device_id=device)
    return (
        *(
            "/customers",
            f"/customers/{customer}",
            "/routers",
            f"/routers/{device}",
            "/configs",
            f"/configs/{backup}",
        ),
        *("/alerts", f"/devices/{device}?tab=interfaces", "/topology", "/audit"),
    )


@pytest.mark.parametrize(("viewport", "half"), [(None, 0), (PHONE, 1)], ids=["desk", "phone"])
def test_hostile_text_is_shown_as_text_everywhere(
    open_as: Opener, paths: tuple[str, ...], viewport: Any, half: int
) -> None:
    page = open_as("engineer", "/login", viewport=viewport)
    spoil(page)
    for path in paths[half::2]:  # lists on a desk, and what they lead to on a phone
        page.goto(path)
        shown = page.locator("main")
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(shown.get_by_text(SHOWN).first).to_be_attached()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        assert page.evaluate("window.broken") is None, path
        assert re.findall(f".{{0,40}}{DECEIVING}", shown.inner_text()) == [], path
        assert page.locator("main img[src=x]").count() == 0, path
