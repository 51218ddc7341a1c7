"""Accessibility (WCAG 2.2 AA) of every page and dialog, dark and light, on a desk and on a phone; and the keyboard alone."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.web.conftest import DESKTOP, PHONE, Opener
from tests.e2e.web.product import ADMIN, Product, axe_source, told

pytestmark = pytest.mark.needs_package("chromium")

FEATURES = Path(__file__).parents[3] / "web/src/features"
NOBODY = "00000000-0000-0000-0000-000000000000"
PAGES = (
    "/dashboard", "/devices", "/devices/$device", "/devices/$device?tab=interfaces", "/devices/$device?tab=charts",
    "/devices/$device?tab=neighbours", "/devices/$device?tab=alerts", "/devices/$device?tab=configs", "/discovery?tab=candidates", "/admin?tab=workers", "/devices/$device?tab=history",
    "/devices/$device/terminal", f"/devices/{NOBODY}", f"/terminals/{NOBODY}", "/audit", "/audit?event=5", "/discovery",
    "/discovery/$job", "/topology", "/configs", "/configs?tab=search", "/configs?tab=host-keys", "/configs/$backup",
    "/configs/$backup?tab=compare", "/templates", "/templates/new", "/templates/$template",
    "/templates/$template?tab=preview", "/templates/$template?tab=apply", "/templates/$template?tab=versions",
    "/compliance", "/compliance?tab=trend", "/compliance?tab=policies", "/compliance?tab=analyse", "/policies/new",
    "/policies/$policy", "/routers", "/routers/$router", "/customers", "/customers/$customer", "/telemetry",
    "/telemetry?device=$device", "/telemetry?device=$device&metric=cpu_percent", "/analytics",
    "/analytics?device=$device&metric=cpu_percent", "/analytics?tab=forecast&device=$device&metric=cpu_percent",
    "/analytics?tab=backtest&device=$device&metric=cpu_percent", "/analytics?tab=models", "/alerts",
    "/alerts?tab=rules", "/alerts?tab=silences", "/alerts/$alert", "/alert-rules/$rule", "/admin", "/admin?tab=users",
    "/admin?tab=keys", "/admin?tab=credentials", "/admin?tab=settings", "/admin?tab=projections", "/admin?tab=logs",
    "/account", "/no/such/page",
)  # fmt: skip
ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"
LOOKS: tuple[tuple[str, ViewportSize, Literal["dark", "light"]], ...] = (
    ("light, desk", DESKTOP, "light"),
    ("dark, phone", PHONE, "dark"),
)
"""Both sizes and both themes; a colour is the same at every size, and a layout in every theme."""


@dataclass
class Walk:
    """One logged-in page that goes from page to page in the client."""

    page: Page
    named: dict[str, str]

    def go(self, path: str) -> None:
        for name, value in self.named.items():
            path = path.replace(f"${name}", value)
        self.page.evaluate("path => history.pushState({}, '', path)", path)
        expect(
            self.page.get_by_role("heading", level=1).or_(self.page.get_by_role("heading", level=2)).first
        ).to_be_visible()
        expect(self.page.get_by_role("status", name="Loading")).to_have_count(0)

    def found(self) -> dict[str, str]:
        """What axe says of what is shown now, by look."""
        found: dict[str, str] = {}
        for look, size, scheme in LOOKS:
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=scheme)
            expect(self.page.locator("html")).to_have_class(re.compile("dark" if scheme == "dark" else "^$"))
            violations = self.page.evaluate(
                f"axe.run({{runOnly: {ALL}, resultTypes: ['violations']}}).then((done) => done.violations)"
            )
            if violations:
                found[look] = told(violations)
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[look] = found.get(look, "") + "wider than its window"
        self.page.set_viewport_size(DESKTOP)
        return found


@pytest.fixture(scope="module")
def walk(product: Product, browser: Browser) -> Iterator[Walk]:
    troubles: list[str] = []
    context = browser.new_context(
        base_url=product.url, viewport=DESKTOP, reduced_motion="reduce", locale="en-GB"
    )
    context.set_default_timeout(15_000)
    product.log_in(context, "admin", ADMIN)
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.goto("/dashboard")
    page.evaluate(axe_source())
    yield Walk(page, _named(product))
    context.close()
    assert troubles == []


def _named(product: Product) -> dict[str, str]:
    """One of each kind that a page shows."""
    with product.client() as api:

        def first(path: str, key: str = "id", **params: str) -> str:
            end = time.monotonic() + 60
            while not (items := api.get(path, params=params).raise_for_status().json()["items"]):
                assert time.monotonic() < end, f"nothing at {path}"
                time.sleep(0.2)
            return str(items[0][key])

        def made(path: str, body: dict[str, Any]) -> str:
            return str(api.post(path, json=body).raise_for_status().json()["id"])

        name = f"walk {uuid4().hex[:8]}"
        device = next(each["id"] for each in product.devices(api) if each["name"].startswith("cr2"))
        api.post("/config/backup", json={"device_ids": [device], "reason": "to look at"}).raise_for_status()
        rule = {"id": "a", "title": "A", "check": "must_contain", "value": "x"}
        variable = {"name": "server", "type": "ip"}
        template = {"name": name, "body": "ntp server {{ server }}\n", "variables": [variable]}
        return {
            "device": device,
            "alert": made("/alerts", {"severity": "high", "title": name, "device_id": device}),
            "template": made("/config/templates", template),
            "policy": made("/config/policies", {"name": name, "rules": [rule], "platforms": ["junos"]}),
            "job": first("/discovery/jobs", "job_id"),
            "rule": first("/alert-rules"),
            "router": first("/routers"),
            "customer": first("/customers"),
            "backup": first("/config/backups", device_id=device),
        }


def test_every_page_is_walked() -> None:
    text = "".join(each.read_text() for each in FEATURES.glob("*/routes.tsx"))
    paths = set(re.findall(r'\{ path: "([^"]+)"', text)) - {"/login"}
    assert len(paths) > 20
    assert paths - {re.sub(rf"\$\w+|{NOBODY}", "$id", path.partition("?")[0]) for path in PAGES} == set()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(walk: Walk, path: str) -> None:
    walk.go(path)
    found = walk.found()
    assert found == {}, "\n".join(f"{look}: {text}" for look, text in found.items())
    walk.page.keyboard.press("Escape")  # a drawer that the address opened


def test_axe_finds_nothing_at_the_login(open_as: Opener) -> None:
    page = open_as(None, "/login")
    expect(page.get_by_label("User name")).to_be_visible()
    page.evaluate(axe_source())
    assert Walk(page, {}).found() == {}


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/devices", "Add a device"),
        ("/devices/$device", "Edit"),
        ("/devices/$device", "More actions"),
        ("/devices", "Views"),
        ("/alerts/$alert", "Acknowledge"),
        ("/alerts/$alert", "Silence"),
        ("/alerts?tab=rules", "New rule"),
        ("/customers", "New secret"),
        ("/customers/$customer", "Isolate"),
        ("/configs/$backup", "Tag and note"),
        ("/admin?tab=users", "Add a user"),
        ("/admin?tab=credentials", "Add a credential"),
        ("/account", "Account of admin"),
        ("/dashboard", "Operations"),
        ("/dashboard", "Search or jump to"),
    ],
)
def test_axe_finds_nothing_in_what_opens(walk: Walk, path: str, button: str) -> None:
    walk.go(path)
    opener = walk.page.get_by_role("button", name=button).first
    opener.click()
    shown = walk.page.get_by_role("dialog").or_(walk.page.get_by_role("menu")).first
    expect(shown).to_be_visible()
    found = walk.found()
    assert found == {}, "\n".join(f"{look}: {text}" for look, text in found.items())
    walk.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_keyboard_alone_opens_a_page_a_row_and_a_tab(walk: Walk) -> None:
    page = walk.page
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    _tab_to(page, page.get_by_role("link", name="To the page"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.goto("/dashboard")
    _tab_to(page, page.get_by_role("link", name="Devices", exact=True))
    page.keyboard.press("Enter")
    table = page.get_by_role("table", name="Devices")
    expect(table.get_by_role("row").nth(3)).to_be_visible()
    _tab_to(page, table)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/devices/[0-9a-f-]{36}$"))
    _tab_to(page, page.get_by_role("tab", name="Facts"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("tab=interfaces"))
    page.evaluate(axe_source())


def test_the_keyboard_alone_acknowledges_an_alert(walk: Walk) -> None:
    page = walk.page
    walk.go("/alerts/$alert")
    button = page.get_by_role("button", name="Acknowledge")
    _tab_to(page, button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):  # the focus stays within
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.querySelector('[role=dialog], [role=alertdialog]').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("on my way")
    expect(dialog.get_by_role("textbox")).to_have_value("on my way")
    _tab_to(page, dialog.get_by_role("button", name="Acknowledge"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(button).to_have_count(0)


def _tab_to(page: Page, wanted: Locator) -> None:
    """By the Tab key alone, as whoever has no mouse would."""
    for _ in range(80):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key does not lead there")
