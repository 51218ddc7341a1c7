"""Measures the isolation of thousands of customers on hundreds of routers, from the request until all are changed and
recorded, against a bare librouteros loop.

Ours is one bulk operation of the product with one worker process: what was there before, every step and the outcome of
each customer are in the ledger, and the read model shows them, when the clock stops. The peer holds one open connection
a router, serves all routers side by side and does the same on each, without a ledger: reads the secret, disables it,
reads it back, finds the session, ends it, and looks whether session and interface are gone.
"""

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import librouteros  # type: ignore[import-untyped]  # no py.typed
import msgspec
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.product import Product, product, servers, worker
from bench.router_lab import RouterLab, router_lab
from domain.access import RouterOsAccess
from domain.configuration import Configuration
from domain.customer_orders import ISOLATE_BULK, BulkItem, BulkOrder
from domain.device import DEVICE
from domain.device_commands import AddDevice
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.router_isolation import IsolationPlan
from lab.credentials import store_credential
from projections import operations

SERVICES = ("projector", "relay", "executor", "checkpoints", "routers", "customers")
"""What carries it out and records it; polling and detection of the same routers would be measured along otherwise."""
LOOK_S = 0.05
PATIENCE_S = 240.0


def main() -> None:
    """Runs the peer, then the product, on the same routers, and prints one line of JSON at the end."""
    options = _options()
    lab_options = (
        *("--network", "127.65.80.0/21", "--count", str(options.routers)),
        *("--customers", str(options.customers), "--redial-s", "0.5", "--versions", "7.16.2"),
    )
    with router_lab(*lab_options) as lab:
        peer_s = uvloop.run(_peer(lab))
        with servers() as configuration, worker(configuration, *SERVICES):
            our_s = uvloop.run(_ours(lab, configuration, options))
    count = options.routers * options.customers
    result = {
        "bench": "isolate",
        "ours": round(count / our_s, 1),
        "peer": round(count / peer_s, 1),
        "unit": "customers/s",
        "ratio": round(peer_s / our_s, 2),
        "n": count,
        "routers": options.routers,
    }
    print(json.dumps(result))


async def _peer(lab: RouterLab) -> float:
    ready = lab.ready
    connections = [
        await librouteros.async_connect(address, ready["username"], ready["password"], port=ready["port"])
        for address in lab.addresses
    ]
    online = [await _names(api) for api in connections]
    started = time.perf_counter()
    await asyncio.gather(*map(_cut_off, connections, online))
    taken_s = time.perf_counter() - started
    print(f"bare librouteros: {sum(map(len, online))} customers in {taken_s:.2f} s")
    await asyncio.gather(*map(_let_in, connections))
    for api in connections:
        await api.close()
    return taken_s


async def _rows(api: Any, *words: str) -> list[dict[str, Any]]:
    return [row async for row in api.rawCmd(*words)]


async def _names(api: Any) -> list[str]:
    return [row["name"] for row in await _rows(api, "/ppp/active/print", "=.proplist=name")]


async def _cut_off(api: Any, names: list[str]) -> None:
    fields = "=.proplist=.id,name,service,profile,disabled,remote-address,local-address,caller-id,comment"
    for name in names:
        (secret,) = await _rows(api, "/ppp/secret/print", fields, f"?name={name}")
        await _rows(api, "/ppp/secret/set", f"=.id={secret['.id']}", "=disabled=yes")
        (secret,) = await _rows(api, "/ppp/secret/print", fields, f"?name={name}")
        assert secret["disabled"] is True
        wanted = ("=.proplist=.id,name,address", f"?name={name}")
        for session in await _rows(api, "/ppp/active/print", *wanted):
            await _rows(api, "/ppp/active/remove", f"=.id={session['.id']}")
        assert not await _rows(api, "/ppp/active/print", *wanted)
        assert not await _rows(api, "/interface/print", "=.proplist=.id", f"?name=<pppoe-{name}>")


async def _let_in(api: Any) -> None:
    for secret in await _rows(api, "/ppp/secret/print", "=.proplist=.id"):
        await _rows(api, "/ppp/secret/set", f"=.id={secret['.id']}", "=disabled=no")


async def _ours(lab: RouterLab, configuration: Configuration, options: argparse.Namespace) -> float:
    count = options.routers * options.customers
    async with product(configuration) as running:
        await _take_over(running, lab)
        await _until(running, "active", count)
        print(f"{options.routers} routers connected, {count} customers imported")
        await asyncio.sleep(options.settle_s)
        order = BulkOrder(
            items=await _items(running),
            plan=IsolationPlan(method="disable"),
            until=datetime.now(UTC) + timedelta(hours=1),
        )
        started = time.perf_counter()
        result = await _carry_out(running, order)
        assert result["states"] == {"isolated": count}, result
        await _until(running, "isolated", count)
        taken_s = time.perf_counter() - started
    print(f"ours: {count} customers in {taken_s:.2f} s")
    return taken_s


async def _take_over(running: Product, lab: RouterLab) -> None:
    console, ready = running.console, lab.ready
    access = RouterOsAccess(
        id="lab", port=ready["port"], username=ready["username"], password=ready["password"]
    )
    by = console.by()
    credential = await store_credential(access, "lab", bus=console.bus, vault=console.vault, by=by)
    add = [
        DEVICE.to(uuid4(), AddDevice(address=address, credential_ids=(credential,)), new=True)
        for address in lab.addresses
    ]
    outcomes = await asyncio.gather(*(console.bus.execute(each, by=by) for each in add))
    await running.settled(max(each.position for each in outcomes))


async def _items(running: Product) -> list[BulkItem]:
    async with running.console.pool.connection() as conn:
        cursor = await conn.execute("SELECT router_id::text, username FROM customers.customers")
        return [BulkItem(router_id=row[0], username=row[1]) for row in await cursor.fetchall()]


async def _carry_out(running: Product, order: BulkOrder) -> dict[str, Any]:
    operation_id = uuid4()
    request = RequestOperation(kind=ISOLATE_BULK, params=msgspec.to_builtins(order))
    console = running.console
    await console.bus.execute(OPERATION.to(operation_id, request, new=True), by=console.by())
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with console.pool.connection() as conn:
                row = await operations.one(conn, str(operation_id))
            if row is not None and row.state in ENDED:
                return row.result or {}
            await asyncio.sleep(LOOK_S)


async def _until(running: Product, state: str, count: int) -> None:
    """The read model shows that many customers in that state."""
    query = "SELECT count(*) FROM customers.customers WHERE state = %s"
    async with asyncio.timeout(PATIENCE_S), running.console.pool.connection() as conn:
        while True:
            cursor = await conn.execute(query, (state,))
            row = await cursor.fetchone()
            if row is not None and row[0] >= count:
                return
            await asyncio.sleep(LOOK_S)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routers", type=int, default=500)
    parser.add_argument("--customers", type=int, default=10, help="customers a router")
    parser.add_argument("--settle-s", type=float, default=3.0, help="pause after the import")
    return parser.parse_args()


if __name__ == "__main__":
    main()
