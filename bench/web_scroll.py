"""How smoothly pages scroll in Chromium: frames drawn a second, frames that were late, and what each costs the main thread."""

import statistics
import time
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

FRAME_MS = 1000 / 60
_LATE_MS = FRAME_MS * 1.1
"""The clock of frames is exact to a fraction of a millisecond: a frame that takes longer has missed a refresh."""
_STEP_PX = 180
"""Five rows a frame, 10,800 px a second: faster than a wheel is turned."""
_SCROLL = """async ([seconds, step, row, header]) => {
  const scroller = document.querySelector('[role=table]');
  const frames = [];
  let gaps = 0;
  const began = performance.now();
  let last = began;
  await new Promise((done) => {
    function frame(now) {
      frames.push(now - last);
      last = now;
      if (scroller) {
        scroller.scrollTop += step;
        if (row) {
          const drawn = [...scroller.querySelectorAll('[data-row]')].map((each) => Number(each.dataset.row));
          const top = scroller.scrollTop;
          const bottom = Math.min(top + scroller.clientHeight, scroller.scrollHeight) - header;
          if (Math.min(...drawn) * row > top || (Math.max(...drawn) + 1) * row < bottom) gaps += 1;
        }
        if (scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 5) scroller.scrollTop = 0;
      }
      if (now - began < seconds * 1000) requestAnimationFrame(frame); else done();
    }
    requestAnimationFrame(frame);
  });
  frames.shift();
  return {frames, gaps};
}"""
_PLAIN = """(rows) => {
  const table = document.createElement('table');
  table.setAttribute('role', 'table');
  table.style.cssText = 'display:block;height:700px;overflow:auto';
  table.innerHTML = Array.from({length: rows}, (_, n) =>
    `<tr>${Array.from({length: 10}, (_, c) => `<td>device ${n} column ${c}</td>`).join('')}</tr>`).join('');
  document.body.replaceChildren(table);
}"""
ROW_PX, _HEADER_PX = 36, 33
_WARM_S = 0.5


@dataclass(frozen=True)
class Scrolled:
    """Frames a second, the share that were late, and the main thread's CPU in ms a frame: half and 99 % are below.
    `gaps`: frames in which a row in sight was missing."""

    fps: float
    late: float
    cpu_p50_ms: float
    cpu_p99_ms: float
    frames: int
    gaps: int

    def __str__(self) -> str:
        return (
            f"{self.fps:.1f} fps, {self.late:.1%} of frames late; main thread {self.cpu_p50_ms:.1f} ms a frame, "
            f"99 % below {self.cpu_p99_ms:.1f} ms"
        )


def scroll(browser: Browser, ours: Page, rows: int, seconds: float, rounds: int) -> dict[str, Scrolled]:
    """Our table in turn with the same rows as one HTML table, and a blank page, which tells what this browser and machine
    can draw at all."""
    plain, blank = ours.context.new_page(), ours.context.new_page()
    plain.evaluate(_PLAIN, rows)
    pages = {"ours": ours, "plain table": plain, "blank page": blank}
    timed: dict[str, list[list[float]]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, page in pages.items():
            page.bring_to_front()
            _run(page, _WARM_S)
            timed[name].append(_run(page, seconds)["frames"])
    found = {}
    for name, page in pages.items():
        page.bring_to_front()
        cpu = sorted(_main_thread_ms(browser, page, seconds))
        frames = [each for run in timed[name] for each in run]
        found[name] = Scrolled(
            fps=statistics.median(1000 * len(run) / sum(run) for run in timed[name]),
            late=sum(each > _LATE_MS for each in frames) / len(frames),
            cpu_p50_ms=cpu[len(cpu) // 2],
            cpu_p99_ms=cpu[int(len(cpu) * 0.99)],
            frames=len(frames),
            gaps=_run(page, seconds, ROW_PX)["gaps"] if page is ours else 0,
        )
    plain.close()
    blank.close()
    return found


def _run(page: Page, seconds: float, row: int = 0) -> Any:
    return page.evaluate(_SCROLL, [seconds, _STEP_PX, row, _HEADER_PX])


def _main_thread_ms(browser: Browser, page: Page, seconds: float) -> list[float]:
    """CPU of the page's main thread in each frame: its tasks from one animation frame to the next. Unlike times by the
    clock, other programs on the machine hardly change it."""
    events = _traced(browser, page, lambda: _run(page, seconds))
    mains = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    starts: dict[Any, list[float]] = {each: [] for each in mains}
    for each in events:
        if each["name"] == "FireAnimationFrame" and (each["pid"], each["tid"]) in mains:
            starts[each["pid"], each["tid"]].append(each["ts"])
    main = max(mains, key=lambda each: len(starts[each]))
    tasks = sorted(
        (each["ts"], each["ts"] + each["dur"], each.get("tdur", 0) / 1000)
        for each in events
        if each["name"] == "ThreadControllerImpl::RunTask"
        and each.get("ph") == "X"
        and (each["pid"], each["tid"]) == main
    )
    frames = sorted(starts[main])
    costs: list[float] = []
    for began, ended, cpu in tasks:
        at = bisect_left(frames, began)
        if at < len(frames) and frames[at] <= ended:
            costs.append(0.0)
        if costs:
            costs[-1] += cpu
    return costs[1:-1]


def _traced(browser: Browser, page: Page, work: Any) -> list[Any]:
    events: list[Any] = []
    complete: list[Any] = []
    session = browser.new_browser_cdp_session()
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda told: complete.append(told))
    session.send(
        "Tracing.start",
        {
            "transferMode": "ReportEvents",
            "traceConfig": {"includedCategories": ["toplevel", "devtools.timeline", "__metadata"]},
        },
    )
    work()
    session.send("Tracing.end")
    end = time.monotonic() + 30
    while not complete and time.monotonic() < end:
        page.wait_for_timeout(50)
    session.detach()
    return events
