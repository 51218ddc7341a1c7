"""Discovers recorded devices end to end: the product itself, over SNMP, into its inventory, compared with what is known.

The recordings (`*.snmprec.gz` with `expected.jsonl`, see `bench/identify.py`) are served by the lab on loopback addresses,
one device an address. Then a discovery of that network runs as a user would start it, and a second one, which must have
nothing to tell. What counts as right is defined in `bench/identify.py`. `found` counts recordings whose address is in the
inventory; `devices` is less where two recordings are of one device.
"""

import argparse
import contextlib
import ipaddress
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench.identify import FIELDS, facts_of, judged, read_recording
from bench.product import ROOT, Product, product, servers, worker
from domain.access import SnmpV2cAccess
from domain.identification import Identity, identify
from lab.snmp_process import Ready
from projections.inventory_queries import DeviceDetail

_COMMUNITY = "recorded"
_FROM_INVENTORY = ("vendor", "model", "os", "os_name", "os_version", "serial", "type")

Row = dict[str, Any]


def main() -> None:
    """Runs it and prints one line of JSON at the end."""
    options = _options()
    expected: Path = options.recordings / "expected.jsonl"
    if not expected.is_file():
        sys.exit(f"there is no {expected}: give a folder of recordings with --recordings")
    rows: dict[str, Row] = {}
    for line in expected.read_text("utf-8").splitlines():
        row = json.loads(line)
        rows[row["recording"]] = row
    with (
        _lab(options.recordings, len(rows)) as (ready, network),
        servers() as configuration,
        worker(configuration),
    ):

        async def discover() -> "Outcome":
            async with product(configuration) as running:
                return await _discover(running, ready, network)

        outcome = uvloop.run(discover())
    _tell(outcome, rows, options)


class Outcome(msgspec.Struct, frozen=True):
    devices: dict[str, DeviceDetail]
    """By the name of the recording."""
    seconds: float
    again_seconds: float
    errors: dict[str, int]
    news: int
    """Events about devices that the second discovery appended."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recordings", type=Path, required=True, help="folder with expected.jsonl")
    parser.add_argument("--misses", action="store_true", help="list what is wrong")
    parser.add_argument(
        "--differences", action="store_true", help="list what identification makes of the file itself"
    )
    return parser.parse_args()


@contextlib.contextmanager
def _lab(folder: Path, size: int) -> Iterator[tuple[Ready, ipaddress.IPv4Network]]:
    """All recordings on loopback addresses of the smallest network that holds them."""
    network = ipaddress.IPv4Network(("127.92.0.0", 32 - (size + 1).bit_length()))
    words = ["--network", str(network), "--recordings", str(folder), "--community", _COMMUNITY, "--v2c-only"]
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.snmp_process", *words], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("the lab's SNMP agents did not start")
        yield msgspec.json.decode(line, type=Ready), network
    finally:
        process.terminate()
        process.wait()


async def _discover(running: Product, ready: Ready, network: ipaddress.IPv4Network) -> Outcome:
    await running.credential(SnmpV2cAccess(id="recorded", community=_COMMUNITY, port=ready.port))
    started = time.perf_counter()
    first = await running.discover(str(network))
    took_s = time.perf_counter() - started
    if first.state != "succeeded" or first.result is None:
        sys.exit(f"the discovery {first.state}: {first.error}")
    position = await running.console.events.head()
    at = {address: device for device in await running.devices() for address in device.addresses}
    names = {address: Path(file).name.partition(".snmprec")[0] for address, file in ready.files.items()}
    started = time.perf_counter()
    await running.discover(str(network))
    return Outcome(
        devices={name: at[address] for address, name in names.items() if address in at},
        seconds=took_s,
        again_seconds=time.perf_counter() - started,
        errors=first.result["errors"],
        news=len(await running.console.events.read(position, topics=("device.", "alert."))),
    )


def _tell(outcome: Outcome, rows: Mapping[str, Row], options: argparse.Namespace) -> None:
    right: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for name, row in rows.items():
        identity = _identity(outcome.devices.get(name))
        for field, expected, ours, good in judged(row, identity):
            known[field] += 1
            right[field] += good
            if options.misses and not good:
                print(f"{field:8} {name:32} expected {expected!r}, ours {ours!r}")
        if options.differences:
            _tell_differences(name, identity, options.recordings)
    found = sum(name in outcome.devices for name in rows)
    devices = len({device.id for device in outcome.devices.values()})
    print(f"{found} of {len(rows)} recordings found in {outcome.seconds:.1f} s, as {devices} devices")
    print(f"again in {outcome.again_seconds:.1f} s, with {outcome.news} events about devices")
    for kind, count in sorted(outcome.errors.items()):
        print(f"  {count} x {kind}")
    shares = {field: round(right[field] / known[field], 4) if known[field] else None for field in FIELDS}
    for field in FIELDS:
        print(f"{field:8} {right[field]:4} of {known[field]:4}  {100 * (shares[field] or 0):5.1f} %")
    figures = {
        "bench": "recordings",
        "found": round(found / len(rows), 4),
        "devices": devices,
        "shares": shares,
        "known": known,
        "seconds": round(outcome.seconds, 1),
        "news_again": outcome.news,
        "n": len(rows),
    }
    print(json.dumps(figures))


def _identity(device: DeviceDetail | None) -> Identity:
    if device is None:
        return Identity()
    return Identity(**{field: getattr(device, field) for field in _FROM_INVENTORY})


def _tell_differences(name: str, identity: Identity, folder: Path) -> None:
    direct = identify(facts_of(read_recording(folder / f"{name}.snmprec.gz")))
    for field in _FROM_INVENTORY:
        ours, theirs = getattr(identity, field), getattr(direct, field)
        if ours != theirs:
            print(f"{name:32} {field:10} over the wire {ours!r}, from the file {theirs!r}")


if __name__ == "__main__":
    main()
