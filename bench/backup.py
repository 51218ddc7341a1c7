"""Measures how long it takes to read the configurations of 500 devices over SSH, beside netmiko with a pool of 50 threads.

The simulated devices run in a process of their own. Both sides log in with a password, enter privileged mode, turn pages
off, read the whole running configuration, and must get the same text. Ours also checks pinned host keys, and keeps what it
read as the product does: masked, packed and sealed in PostgreSQL, with an event each (`--reader` leaves that out). Like real ones, the devices take a tenth of a second
for a command and a second to put their configuration together; with both at 0, the CPU of the simulators is measured.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvloop
from netmiko import ConnectHandler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.connections import Connections
from adapters.ledger.ledger import Ledger
from adapters.ssh.devices import AT_ONCE, SshConfigDevices
from adapters.vault.opener import AuditedSecrets
from adapters.vault.vault import PostgresVault
from bench.ledger_database import MASTER_KEY, open_ledger, postgres
from domain.access import SshAccess
from domain.config import CONFIG, config_id
from domain.config_access import WaysIn
from domain.config_commands import SeeHostKey
from domain.config_notes import ConfigRead
from domain.config_ports import ConfigTarget
from domain.config_text import normalise
from domain.event import Actor, Attribution
from lab.credentials import store_credential
from workers.main_configs import config_parts


def main() -> None:
    """Reads all devices with each, some times over, and prints one line of JSON at the end."""
    options = _options()
    with _lab(options) as ready:
        ours_s, peer_s, cpu_s = [], [], []
        for round_number in range(1, options.rounds + 1):
            began = time.process_time()
            ours, texts = uvloop.run((_ours if options.reader else _ours_kept)(ready, options.at_once))
            between = time.process_time()
            peer, their_texts = _peer(ready, options.threads)
            cpu_s.append((between - began, time.process_time() - between))
            assert _normalised(texts) == _normalised(their_texts), (
                "both must have read the same configurations"
            )
            ours_s.append(ours)
            peer_s.append(peer)
            print(f"round {round_number}: ours {ours:.2f} s, netmiko {peer:.2f} s")
    ours, peer = min(ours_s), min(peer_s)
    print(
        json.dumps(
            {
                "bench": "backup",
                "ours": round(ours, 2),
                "peer": round(peer, 2),
                "unit": "s",
                "ratio": round(peer / ours, 2),
                "n": len(ready["devices"]),
                "cpu_ms_a_device": round(min(each for each, _ in cpu_s) * 1e3 / len(ready["devices"]), 1),
                "peer_cpu_ms_a_device": round(
                    min(each for _, each in cpu_s) * 1e3 / len(ready["devices"]), 1
                ),
            }
        )
    )


def _normalised(texts: list[str]) -> list[str]:
    return [normalise("ios", text) for text in texts]


async def _ours(ready: dict[str, Any], at_once: int) -> tuple[float, list[str]]:
    devices = SshConfigDevices(at_once=at_once)
    access = _access(ready)
    targets = [
        ConfigTarget(device_id=one["name"], address=one["address"], platform=one["platform"], access=access)
        for one in ready["devices"]
    ]

    started = time.perf_counter()
    results = await asyncio.gather(*(devices.read(target, deadline_s=300) for target in targets))
    return time.perf_counter() - started, [result.text for result in results]


async def _ours_kept(ready: dict[str, Any], at_once: int) -> tuple[float, list[str]]:
    """From what the inventory knows of the devices to the last event."""
    with postgres() as server:
        async with (
            open_ledger(server.url) as ledger,
            Connections(server.url, name="bench", max_size=8) as pool,
        ):
            return await _keep_all(ready, at_once, ledger, pool)


async def _keep_all(
    ready: dict[str, Any], at_once: int, ledger: Ledger, pool: Connections
) -> tuple[float, list[str]]:
    by = Attribution(actor=Actor("cli", "bench", "bench"), correlation_id="bench")
    vault = PostgresVault(pool, MASTER_KEY)
    credential_id = await store_credential(_access(ready), "lab", bus=ledger, vault=vault, by=by)
    parts = config_parts(pool, ledger, AuditedSecrets(ledger, vault), MASTER_KEY)
    devices = [
        WaysIn(
            device_id=str(uuid4()),
            name=one["name"],
            address=one["address"],
            os=one["platform"],
            credential_ids=(credential_id,),
        )
        for one in ready["devices"]
    ]
    await _pin(ready, devices, ledger, by)
    access, free = parts.keeper.shared_access(), asyncio.Semaphore(at_once)

    async def keep(ways: WaysIn) -> ConfigRead:
        async with free:
            return await parts.keeper.back_up(
                ways, by=by, operation_id="", cause="request", deadline_s=300, access=access
            )

    started = time.perf_counter()
    kept = await asyncio.gather(*map(keep, devices))
    took = time.perf_counter() - started
    assert all(each.changed for each in kept)
    return took, [await parts.store.read(each.device_id, each.content) for each in kept]


async def _pin(ready: dict[str, Any], devices: list[WaysIn], ledger: Ledger, by: Attribution) -> None:
    """The devices were seen before: their keys, all the same here, are pinned."""
    first = ready["devices"][0]
    target = ConfigTarget(device_id="", address=first["address"], platform="ios", access=_access(ready))
    key = (await SshConfigDevices().host_key(target)).host_key
    await asyncio.gather(
        *(
            ledger.execute(
                CONFIG.to(config_id(ways.device_id), SeeHostKey(device_id=ways.device_id, host_key=key)),
                by=by,
            )
            for ways in devices
        )
    )


def _access(ready: dict[str, Any]) -> SshAccess:
    return SshAccess(
        id="lab",
        username=ready["username"],
        password=ready["password"],
        enable_password=ready["enable_password"],
        port=ready["port"],
    )


def _peer(ready: dict[str, Any], threads: int) -> tuple[float, list[str]]:
    def read(address: str) -> str:
        with ConnectHandler(
            device_type="cisco_ios",
            host=address,
            port=ready["port"],
            username=ready["username"],
            password=ready["password"],
            secret=ready["enable_password"],
        ) as device:
            device.enable()
            return str(device.send_command("show running-config", read_timeout=120))

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        texts = list(pool.map(read, (one["address"] for one in ready["devices"])))
    return time.perf_counter() - started, texts


@contextmanager
def _lab(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    arguments = {
        "--count": options.devices,
        "--network": "127.66.64.0/22",
        "--families": "ios",
        "--interfaces": options.interfaces,
        "--latency-s": options.latency_s,
        "--show-s": options.show_s,
    }
    words = [str(word) for pair in arguments.items() for word in pair]
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.ssh.process", "--shared-host-key", *words],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument(
        "--interfaces", type=int, default=48, help="ports of a device; its configuration grows with them"
    )
    parser.add_argument("--latency-s", type=float, default=0.1, help="what a device takes for a command")
    parser.add_argument(
        "--show-s", type=float, default=1.0, help="what it takes to put its configuration together"
    )
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="our open connections")
    parser.add_argument("--threads", type=int, default=50, help="netmiko's")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--reader", action="store_true", help="ours only reads, and keeps nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
