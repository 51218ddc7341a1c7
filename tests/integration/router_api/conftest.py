"""The real application over a lab process with two routers, put in by an engineer through REST."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from tests.integration.api.serving import Netledger, fresh_database, netledger, until
from workers.kinds import KINDS


class Lab:
    """`python -m lab.routeros.process`, which takes orders as lines of JSON."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "lab.routeros.process", "--network", "127.65.71.0/29"),
                *("--count", "2", "--customers", "3", "--redial-s", "0.05"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())

    def order(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def secret(self, username: str, address: str = "127.65.71.1") -> dict[str, str]:
        told = self.order(run="/ppp/secret/print", words=[f"?name={username}"], router=address)
        rows: list[dict[str, str]] = told["rows"]
        return rows[0] if rows else {}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    running = Lab()
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres, master_key: MasterKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Netledger]:
    folder = Path(tempfile.mkdtemp(prefix="netledger-nats-"))
    folder.chmod(0o755)
    server = EmbeddedNats(folder)
    server.start()
    data = tmp_path_factory.mktemp("data")
    with (
        fresh_database(postgres) as url,
        netledger(url, server.url, data, master_key, kinds=KINDS) as running,
    ):
        yield running
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engineer(instance: Netledger) -> Iterator[httpx.Client]:
    with instance.client(instance.login("engineer")) as client:
        yield client


@pytest.fixture(scope="module")
def router_id(instance: Netledger, engineer: httpx.Client, lab: Lab) -> str:
    """The first router, connected, its customers imported."""
    with instance.client(instance.login("admin")) as admin:
        credential = {
            "name": "lab routers",
            "kind": "routeros",
            "username": lab.ready["username"],
            "password": lab.ready["password"],
            "port": lab.ready["port"],
        }
        made = admin.post("/credentials", json=credential)
        assert made.status_code == 201, made.text
    for router in lab.ready["routers"]:
        device = {"address": router["address"], "credential_ids": [made.json()["id"]], "name": router["name"]}
        answer = engineer.post("/inventory/devices", json=device)
        assert answer.status_code == 201, answer.text

    def connected() -> list[Any]:
        items = engineer.get("/routers").json()["items"]
        return items if [each["connection"] for each in items] == ["connected"] * 2 else []

    routers = until(connected)
    until(lambda: len(engineer.get("/customers").json()["items"]) == 6)
    (first,) = [each["id"] for each in routers if each["address"] == "127.65.71.1"]
    return str(first)
