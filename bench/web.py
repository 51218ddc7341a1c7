"""Measures the web application in a real Chromium: first load, time to interactive, scrolling 10,000 devices, live charts.

The peer of the table is the plain way: the same 10,000 rows as one HTML table without virtual rows, scrolled alike; a blank page
tells what this browser and machine can draw at all.
"""

import argparse
import asyncio
import gzip
import json
import random
import re
import runpy
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import nats
import psycopg
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from adapters.jetstream.telemetry import JetStreamTelemetry
from bench.web_scroll import ROW_PX, scroll
from domain.telemetry import Poll, Sample

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "web" / "dist"
_ROWS = """
INSERT INTO inventory.devices SELECT (jsonb_populate_record(NULL::inventory.devices, to_jsonb(d) || jsonb_build_object(
    'id', made.id, 'name', made.name, 'sort_key', made.name, 'address', made.address, 'addresses', jsonb_build_array(made.address),
    'identities', '[]'::jsonb,
    'listed', d.listed::jsonb || jsonb_build_object('id', made.id, 'name', made.name, 'address', made.address,
        'addresses', jsonb_build_array(made.address))))).*
FROM (SELECT * FROM inventory.devices WHERE state = 'active' ORDER BY id LIMIT 1) d,
    LATERAL (SELECT gen_random_uuid() AS id, 'bench-' || lpad(n::text, 5, '0') || '.example.net' AS name,
        '10.' || n / 65536 || '.' || n / 256 %% 256 || '.' || n %% 256 AS address FROM generate_series(1, %s) n) made
"""
PORT = "bench-port"
LIVE = tuple(
    (metric, f"{PORT}{number}")
    for metric in (
        "if_in_utilization_percent",
        "if_out_utilization_percent",
        "if_in_packets_per_s",
        "if_out_packets_per_s",
        "if_in_errors_per_s",
    )
    for number in range(10)
)
"""Fifty series, in five charts that are in view together."""
WINDOW: ViewportSize = {"width": 1920, "height": 1200}
_LINES_IN_VIEW = """() => [...document.querySelectorAll('figure')].filter((each) => {
  const {top, bottom} = each.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}).reduce((sum, each) => sum + each.querySelectorAll('figcaption button').length, 0)"""
_PAINTED = """(ms) => new Promise((done) => {
  const said = () => [...document.querySelectorAll('figcaption')].map((each) => each.textContent).join();
  const before = said();
  setTimeout(() => done(said() !== before), ms);
})"""


def first_load() -> tuple[int, dict[str, int]]:
    """Bytes, gzipped, of what the first page loads before anything else: the page, its scripts and styles."""
    page = (DIST / "index.html").read_text()
    named = ["index.html", *(name.lstrip("/") for name in re.findall(r'(?:src|href)="(/[^"]+\.\w+)"', page))]
    sizes = {name: len(gzip.compress((DIST / name).read_bytes(), 6)) for name in named}
    return sum(sizes.values()), sizes


def main() -> None:
    options = _options()
    if shutil.which("chromium") is None:
        sys.exit("chromium is missing: apt-get install chromium")
    total, sizes = first_load()
    print(f"first load, gzipped: {total / 1000:.0f} kB  {sizes}")
    started = runpy.run_path(
        str(ROOT / "tests" / "e2e" / "web" / "product.py")
    )  # how the tests run the product
    with tempfile.TemporaryDirectory(prefix="netledger-bench-") as folder:
        product = started["Product"](Path(folder))
        product.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
                )
                _measure(product, started["ADMIN"], browser, options, total)
                browser.close()
        finally:
            product.stop()


def _measure(product: Any, password: str, browser: Browser, options: argparse.Namespace, total: int) -> None:
    context = browser.new_context(base_url=product.url, viewport={"width": 1360, "height": 850})
    context.request.post("/api/v1/auth/login", data={"username": "admin", "password": password})
    with product.client() as client:
        end = time.monotonic() + 60
        while not product.devices(client):
            if time.monotonic() > end:
                sys.exit("the lab was not discovered")
            time.sleep(0.2)
    page = context.new_page()
    interactive = min(_interactive(page) for _ in range(options.rounds))
    print(f"interactive after: {interactive:.0f} ms (the best of {options.rounds}, nothing cached)")

    database = json.loads((product.data_dir / "running.json").read_text())["database_url"]
    with psycopg.connect(database) as conn:
        conn.execute(_ROWS, (options.rows,))
    page.goto("/devices?q=bench-")
    page.get_by_text("bench-00001").wait_for()
    _all_loaded(page, options.rows)
    scrolled = scroll(browser, page, options.rows, options.seconds, options.rounds)
    for name, figures in scrolled.items():
        print(f"scrolling {options.rows} rows, {name}: {figures}")
    ours, peer, blank = scrolled["ours"], scrolled["plain table"], scrolled["blank page"]
    print(f"frames of ours in which a row in sight was not drawn: {ours.gaps}")

    page.close()
    share = _live_share(context.new_page(), product, options.live_seconds)
    print(f"live dashboard, {len(LIVE)} series with a sample a second: {share:.0%} of a core")
    print(
        json.dumps(
            {
                "bench": "web",
                "ours": round(ours.fps, 1),
                "peer": round(peer.fps, 1),
                "unit": f"frames/s scrolling {options.rows} rows",
                "ratio": round(ours.fps / peer.fps, 2),
                "n": options.rows,
                "first_load_bytes": total,
                "interactive_ms": round(interactive),
                "blank_fps": round(blank.fps, 1),
                "late_share": round(ours.late, 4),
                "peer_late_share": round(peer.late, 4),
                "frame_cpu_p50_ms": round(ours.cpu_p50_ms, 1),
                "frame_cpu_p99_ms": round(ours.cpu_p99_ms, 1),
                "gaps": ours.gaps,
                "live_core_share": round(share, 3),
                "live_series": len(LIVE),
            }
        )
    )


def _interactive(page: Page) -> float:
    """Milliseconds until the dashboard shows its figures and takes keys."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    page.goto("/dashboard", wait_until="commit")
    began = time.perf_counter()
    page.get_by_role("link", name=re.compile("^Devices \\d")).wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()
    return (time.perf_counter() - began) * 1000


def _all_loaded(page: Page, rows: int) -> None:
    """Scrolls until the table has read every page."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        height: int = page.evaluate(
            "() => {const t = document.querySelector('[role=table]'); t.scrollTop = t.scrollHeight; return t.scrollHeight}"
        )
        if height >= rows * ROW_PX:
            break
        time.sleep(0.05)
    else:
        sys.exit(f"the table did not load {rows} rows")
    page.evaluate("document.querySelector('[role=table]').scrollTop = 0")


def _live_share(page: Page, product: Any, seconds: float) -> float:
    """The share of a core that the whole browser takes while charts of `LIVE` series are in view, each of which gets a
    sample a second over the WebSocket."""
    nats_url = json.loads((product.data_dir / "running.json").read_text())["nats_url"]
    stop = threading.Event()
    with product.client() as client:
        device = product.devices(client)[0]["id"]
        feeder = threading.Thread(target=lambda: asyncio.run(_feed(nats_url, device, stop)))
        feeder.start()
        try:
            end = time.monotonic() + 90
            while _known(client, device) < len(LIVE):
                if time.monotonic() > end:
                    sys.exit("the samples were not recorded")
                time.sleep(0.2)
            page.set_viewport_size(WINDOW)
            page.goto(f"/telemetry?device={device}&interface={PORT}")
            page.locator("figure canvas").first.wait_for()
            end = time.monotonic() + 30
            while page.evaluate(_LINES_IN_VIEW) < len(LIVE):
                if time.monotonic() > end:
                    sys.exit(f"fewer than {len(LIVE)} series are in view")
                page.wait_for_timeout(200)
            page.wait_for_timeout(3_000)
            if not page.evaluate(_PAINTED, 3_000):
                sys.exit("no sample was drawn")
            before, began = _browser_cpu_s(page), time.perf_counter()
            page.wait_for_timeout(seconds * 1000)
            return (_browser_cpu_s(page) - before) / (time.perf_counter() - began)
        finally:
            stop.set()
            feeder.join()


def _known(client: Any, device: str) -> int:
    found = client.get("/telemetry/series", params={"device_id": device, "limit": 500}).json()["items"]
    return sum(each["interface"].startswith(PORT) for each in found)


async def _feed(nats_url: str, device: str, stop: threading.Event) -> None:
    """A sample of each series a second, as a poller publishes them."""
    client = await nats.connect(nats_url)
    telemetry = JetStreamTelemetry(client)
    while not stop.is_set():
        samples = tuple(Sample(metric, random.uniform(1, 99), port) for metric, port in LIVE)
        await telemetry.publish([Poll(device, "interfaces", time.time(), 1.0, samples)])
        await asyncio.sleep(1)
    await client.close()


def _browser_cpu_s(page: Page) -> float:
    """Of all processes of the browser: the page's own, the compositor's and the network's."""
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(each["cpuTime"]) for each in processes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--live-seconds", type=float, default=20.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
