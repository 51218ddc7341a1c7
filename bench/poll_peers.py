"""The peers of the benchmark of polling: net-snmp's snmpbulkwalk in parallel, and Debian's prometheus-snmp-exporter."""

import contextlib
import http.client
import json
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.polling import COMMUNITY, Agents

_IF_TABLE, _IF_X_TABLE = "1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"
_OPER_STATUS = b".1.3.6.1.2.1.2.2.1.8."
_COLUMNS = {
    "ifAdminStatus": f"{_IF_TABLE}.1.7",
    "ifOperStatus": f"{_IF_TABLE}.1.8",
    "ifInDiscards": f"{_IF_TABLE}.1.13",
    "ifInErrors": f"{_IF_TABLE}.1.14",
    "ifOutDiscards": f"{_IF_TABLE}.1.19",
    "ifOutErrors": f"{_IF_TABLE}.1.20",
    "ifHCInOctets": f"{_IF_X_TABLE}.1.6",
    "ifHCInUcastPkts": f"{_IF_X_TABLE}.1.7",
    "ifHCOutOctets": f"{_IF_X_TABLE}.1.10",
    "ifHCOutUcastPkts": f"{_IF_X_TABLE}.1.11",
}
"""What ours reads of an interface."""
_PARALLEL = 4
_REPETITIONS = 60
_PATIENCE_S = 30.0


class Speed(NamedTuple):
    """Variables a second and core."""

    peer: str
    wanted: float
    read: float


def speeds(lab: Agents, devices: int) -> list[Speed]:
    """Of each peer that is installed, over the first so many agents; says which is missing."""
    found = []
    if walk := shutil.which("snmpbulkwalk"):
        found.append(_bulk_walk(walk, lab, devices))
    else:
        print("snmpbulkwalk is missing: apt-get install snmp")
    if program := shutil.which("prometheus-snmp-exporter"):
        found += [_exporter(program, lab, devices, name) for name in ("columns", "tables")]
    else:
        print("prometheus-snmp-exporter is missing: apt-get install prometheus-snmp-exporter")
    return found


def _bulk_walk(walk: str, lab: Agents, devices: int) -> Speed:
    targets = [
        f"{address}:{lab.port} {table}\n"
        for address in lab.addresses[:devices]
        for table in (_IF_TABLE, _IF_X_TABLE)
    ]
    with tempfile.TemporaryDirectory() as folder:
        listed, found = Path(folder) / "targets", Path(folder) / "found"
        listed.write_text("".join(targets))
        command = ["xargs", "-a", str(listed), "-n", "2", "-P", str(_PARALLEL), walk]
        command += ["-v2c", "-c", COMMUNITY, "-m", "", "-On", "-OQ", f"-Cr{_REPETITIONS}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        with found.open("wb") as out:
            subprocess.run(command, stdout=out, check=True)
        took_s = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = found.read_bytes()
    wanted = len(_COLUMNS) * text.count(_OPER_STATUS)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _speed("snmpbulkwalk", wanted, text.count(b"\n"), took_s, busy_s)


def _exporter(program: str, lab: Agents, devices: int, module: str) -> Speed:
    with _exporting(program) as (process, port):
        targets = [f"{address}:{lab.port}" for address in lab.addresses[:devices]]
        clients = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(_PARALLEL)]

        def scrape(number: int) -> tuple[int, int]:
            wanted = read = 0
            for target in targets[number::_PARALLEL]:
                clients[number].request("GET", f"/snmp?module={module}&target={target}")
                answer = clients[number].getresponse()
                text = answer.read()
                assert answer.status == 200, text.decode()
                wanted += text.count(b"\nif")
                read += int(float(text.rpartition(b"\nsnmp_scrape_pdus_returned ")[2].split()[0]))
            return wanted, read

        before, began = process.cpu_times(), time.perf_counter()
        with ThreadPoolExecutor(_PARALLEL) as threads:
            counts = list(threads.map(scrape, range(_PARALLEL)))
        took_s, after = time.perf_counter() - began, process.cpu_times()
        busy_s = after.user + after.system - before.user - before.system
        wanted, read = (sum(column) for column in zip(*counts, strict=True))
        return _speed(f"prometheus-snmp-exporter, {module}", wanted, read, took_s, busy_s)


@contextlib.contextmanager
def _exporting(program: str) -> Iterator[tuple[psutil.Process, int]]:
    """The running exporter and its port. JSON is YAML, which is what it reads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "snmp.yml"
        file.write_text(
            json.dumps(
                {
                    "columns": _module(list(_COLUMNS.values())),
                    "tables": _module([_IF_TABLE, _IF_X_TABLE]),
                }
            )
        )
        words = [f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        started = subprocess.Popen([program, *words])
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert started.poll() is None and time.monotonic() < deadline, "the exporter does not start"
                time.sleep(0.05)
            yield psutil.Process(started.pid), port
        finally:
            started.terminate()
            started.wait()


def _module(walk: Sequence[str]) -> dict[str, object]:
    index = [{"labelname": "ifIndex", "type": "gauge"}]
    metrics = [
        {"name": name, "oid": oid, "type": "gauge" if "Status" in name else "counter", "indexes": index}
        for name, oid in _COLUMNS.items()
    ]
    return {
        "walk": list(walk),
        "metrics": metrics,
        "version": 2,
        "max_repetitions": _REPETITIONS,
        "auth": {"community": COMMUNITY},
    }


def _speed(peer: str, wanted: int, read: int, took_s: float, busy_s: float) -> Speed:
    print(f"{peer}: {read:,} variables in {took_s:.1f} s, of them {wanted:,} wanted, {busy_s:.2f} s of CPU")
    return Speed(peer, wanted / busy_s, read / busy_s)
