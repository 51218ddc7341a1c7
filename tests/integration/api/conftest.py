"""The real application, once for all tests of this folder: it ends when a worker has done with it."""

import ipaddress
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx
import msgspec
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from lab.fleet import Fleet, build_fleet
from lab.snmp_server import serve
from tests.databases import fresh_database
from tests.integration.api.serving import Netledger, netledger, until
from tests.own_nats import own_nats


class Lab(NamedTuple):
    """Simulated devices, the UDP port that their agents answer at, and their network."""

    fleet: Fleet
    port: int
    network: str


@pytest.fixture(scope="package")
def broker() -> Iterator[EmbeddedNats]:
    """A NATS of these tests alone, since the stream LEDGER belongs to one ledger."""
    with own_nats() as server:
        yield server


@pytest.fixture(scope="package")
def instance(
    postgres: EmbeddedPostgres,
    broker: EmbeddedNats,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Netledger]:
    with (
        fresh_database(postgres) as database,
        netledger(
            database,
            broker.url,
            tmp_path_factory.mktemp("data"),
            master_key,
            kinds=("projector", "relay", "executor"),
        ) as running,
    ):
        yield running


_RENEWED_S = 300.0


class FreshTokens(dict[str, str]):
    """Access tokens by role, of the users of the same names; one that is about to expire is renewed."""

    def __init__(self, instance: Netledger) -> None:
        super().__init__()
        self._instance = instance
        self._made_at: dict[str, float] = {}

    def __getitem__(self, role: str) -> str:
        now = time.monotonic()
        if now - self._made_at.get(role, -_RENEWED_S) >= _RENEWED_S:
            self[role], self._made_at[role] = self._instance.login(role), now
        return super().__getitem__(role)


@pytest.fixture(scope="package")
def tokens(instance: Netledger) -> FreshTokens:
    return FreshTokens(instance)


@pytest.fixture
def as_role(instance: Netledger, tokens: dict[str, str]) -> Iterator[Callable[[str], httpx.Client]]:
    clients: list[httpx.Client] = []

    def client(role: str) -> httpx.Client:
        clients.append(instance.client(tokens[role]))
        return clients[-1]

    yield client
    for each in clients:
        each.close()


@pytest.fixture
def viewer(as_role: Callable[[str], httpx.Client]) -> httpx.Client:
    return as_role("viewer")


@pytest.fixture
def engineer(as_role: Callable[[str], httpx.Client]) -> httpx.Client:
    return as_role("engineer")


@pytest.fixture
def admin(as_role: Callable[[str], httpx.Client]) -> httpx.Client:
    return as_role("admin")


@pytest.fixture
def anybody(instance: Netledger) -> Iterator[httpx.Client]:
    """Nobody: not logged in."""
    with instance.client() as client:
        yield client


@pytest.fixture(scope="package")
def lab(instance: Netledger) -> Iterator[Lab]:
    """A dozen simulated devices."""
    fleet = build_fleet(12, ipaddress.IPv4Network("127.72.0.0/26"), seed=3)
    server = instance.call(serve(fleet))
    yield Lab(fleet, server.port, "127.72.0.0/26")
    instance.call(server.stop())


@pytest.fixture(scope="package")
def discovered(instance: Netledger, tokens: dict[str, str], lab: Lab) -> Lab:
    """The same, in the inventory, found by a discovery that was started over the API."""
    with instance.client(tokens["admin"]) as admin:
        ids = []
        for access in {access.id: access for access in lab.fleet.access.values()}.values():
            fields = {name: value for name, value in msgspec.to_builtins(access).items() if name != "id"}
            made = admin.post("/credentials", json={**fields, "name": access.id, "port": lab.port})
            ids.append(made.json()["id"])
        body = {"targets": [lab.network], "probes": ["snmp"], "credential_ids": ids}
        started = admin.post("/discovery/start", json=body)
        url = instance.root + started.json()["status_url"]
        until(lambda: admin.get(url).json()["state"] in ("succeeded", "failed"))
        assert admin.get(url).json()["state"] == "succeeded"
    return lab
