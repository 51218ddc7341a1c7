"""Runs the benchmarks: all, or those named. Each runs a peer in the same run and ends with one line of JSON."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Bench:
    """A script of this folder. `data` is the variable that names the folder it measures on, where it needs one."""

    name: str
    what: str
    data: str = ""
    option: str = ""


BENCHES = (
    Bench("append", "acknowledged commands a second, against pgbench"),
    Bench("rebuild", "read models from a million events, against the library's runner"),
    Bench("queries", "timeline and inventory page at 32 clients, small and large ledger"),
    Bench("sweep", "a /16 with 2,000 agents found and read, against nmap's scan alone"),
    Bench("relay", "commit to receipt at a subscriber, at 500 events a second"),
    Bench("command", "live read on a connected router, against bare librouteros"),
    Bench("isolate", "5,000 customers on 500 routers isolated and recorded, against bare librouteros"),
    Bench("reconnect", "500 routers that drop at once"),
    Bench("router-memory", "memory of one connected router"),
    Bench("backup", "500 devices over SSH, against netmiko"),
    Bench("detect", "cost of the anomaly detector a sample and a series"),
    Bench("alert-storm", "10,000 alerts at once, and the cost of evaluating a sample"),
    Bench("forecast", "forecasts and their bands, against river's Holt-Winters"),
    Bench("poll", "2,000 agents polled into the history, against snmpbulkwalk in parallel"),
    Bench("poll-cost", "wall and CPU seconds for 450,000 values"),
    Bench("record", "samples a second from NATS into the history, against PostgreSQL's COPY"),
    Bench("disk", "bytes of a raw sample, and of a series' day with its rollups"),
    Bench("history", "a week of one interface among 100,000 series"),
    Bench("fanout", "live samples to 1,000 WebSocket clients, 10,000 samples/s in"),
    Bench("web", "the web application in Chromium: first load, interactive, scrolling, live"),
    Bench("identify", "identification rules on recordings", "BENCH_RECORDINGS", "--recordings"),
    Bench("recordings", "discovery of recorded devices end to end", "BENCH_RECORDINGS", "--recordings"),
    Bench("nab", "accuracy of the anomaly detector on labelled streams", "BENCH_NAB", "--nab"),
)


def main() -> int:
    wanted = sys.argv[1:]
    known = [bench for bench in BENCHES if (HERE / f"{_module(bench)}.py").exists()]
    unknown = set(wanted) - {bench.name for bench in known}
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are:")
        for bench in known:
            print(f"  {bench.name:14} {bench.what}")
        return 2
    failed: list[str] = []
    for bench in known:
        if wanted and bench.name not in wanted:
            continue
        folder = os.environ.get(bench.data, "") if bench.data else ""
        if bench.data and not folder:
            print(f"\n== {bench.name}: left out; set {bench.data} to the folder it measures on", flush=True)
            failed += [bench.name] if bench.name in wanted else []
            continue
        print(f"\n== {bench.name}: {bench.what}", flush=True)
        arguments = [bench.option, folder] if bench.data else []
        done = subprocess.run([sys.executable, "-m", f"bench.{_module(bench)}", *arguments], check=False)
        failed += [bench.name] if done.returncode else []
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


def _module(bench: Bench) -> str:
    return bench.name.replace("-", "_")


if __name__ == "__main__":
    sys.exit(main())
