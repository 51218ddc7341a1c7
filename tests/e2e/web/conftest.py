"""A real Chromium against the running product: one instance and one browser for this folder, a fresh profile a test."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.e2e.web.product import ADMIN, Product

DESKTOP: ViewportSize = {"width": 1360, "height": 850}
PHONE: ViewportSize = {"width": 390, "height": 800}
PASSWORD = "correct horse battery staple of a user"
Opener = Callable[..., Page]


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    built = Path(__file__).parents[3] / "web/dist/index.html"
    if not built.is_file():
        message = "the web application is not built: make web"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with tempfile.TemporaryDirectory(prefix="netledger-web-") as folder:
        running = Product(Path(folder))
        running.start()
        try:
            with running.client() as client:
                for role in ("engineer", "viewer"):
                    body = {"username": role, "password": PASSWORD, "role": role}
                    client.post("/users", json=body).raise_for_status()
                _discovered(running, client)
            yield running
        finally:
            running.stop()


def _discovered(product: Product, client: httpx.Client) -> None:
    end = time.monotonic() + 60
    while len(product.devices(client)) < 20:
        assert time.monotonic() < end, "the lab was not discovered"
        time.sleep(0.2)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Of this folder: as long as it is there, Playwright's event loop runs in this thread, where no other can."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def api(product: Product) -> Iterator[httpx.Client]:
    """The API as admin, for what a test needs to be there."""
    with product.client() as client:
        yield client


@pytest.fixture
def open_as(product: Product, browser: Browser) -> Iterator[Opener]:
    """`open_as("engineer", "/devices")`: a logged-in page; None as role is nobody. Afterwards: no page had an error, broke
    the content security policy or asked another host for anything."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda message: troubles.append(message.text) if _bad(message) else None)
        page.on(
            "request",
            lambda request: troubles.append(request.url) if _foreign(request.url, product) else None,
        )

    def opened(role: str | None, path: str, *, viewport: Any = None, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=product.url,
            viewport=viewport or DESKTOP,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if role is not None:
            product.log_in(context, role, ADMIN if role == "admin" else PASSWORD)
        page = context.new_page()
        listen(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def _bad(message: Any) -> bool:
    """Errors and warnings of the application itself; refusals that a test provokes are the browser's own lines."""
    return message.type in ("error", "warning") and not message.text.startswith(
        ("Failed to load resource", "WebSocket connection to")
    )


def _foreign(url: str, product: Product) -> bool:
    return url.startswith("http") and not url.startswith(product.url)
