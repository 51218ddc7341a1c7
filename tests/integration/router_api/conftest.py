"""The real application over a lab process with two routers, put in by an engineer through REST."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from tests.databases import fresh_database
from tests.integration.api.serving import Netledger, netledger, until
from tests.integration.lab_process import LabProcess
from tests.own_nats import own_nats
from workers.kinds import KINDS


class Lab(LabProcess):
    """Two routers with three customers each."""

    def __init__(self) -> None:
        routers = ("--network", "127.65.71.0/29", "--count", "2", "--customers", "3", "--redial-s", "0.05")
        super().__init__("lab.routeros.process", *routers)

    def secret(self, username: str, address: str = "127.65.71.1") -> dict[str, str]:
        told = self.order(run="/ppp/secret/print", words=[f"?name={username}"], router=address)
        rows: list[dict[str, str]] = told["rows"]
        return rows[0] if rows else {}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    running = Lab()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres, master_key: MasterKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Netledger]:
    data = tmp_path_factory.mktemp("data")
    with (
        own_nats() as broker,
        fresh_database(postgres) as url,
        netledger(url, broker.url, data, master_key, kinds=KINDS) as running,
    ):
        yield running


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
