"""Requests made from the schema, good ones and bad ones: none ends in an error of ours, and answers are as declared."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from tests.databases import fresh_database
from tests.integration.api.answers import done
from tests.integration.api.serving import Netledger, netledger

pytestmark = pytest.mark.timeout(600)  # hundreds of operations, some thousand requests

EXAMPLES = 5
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
AWAY = {
    ("POST", "/api/v1/credentials/{credential}/test"),
    ("POST", "/api/v1/channels/{channel}/test"),
    ("POST", "/api/v1/webhooks/{channel}/test"),
}
"""Sends packets to wherever the request says; tests stay on this machine."""


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres,
    broker: EmbeddedNats,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Netledger]:
    """Without an executor: what is made up here as a target of a discovery is never carried out."""
    with (
        fresh_database(postgres) as database,
        netledger(database, broker.url, tmp_path_factory.mktemp("fuzz"), master_key) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def operations(instance: Netledger) -> list[APIOperation[Any, Any, Any, Any]]:
    with instance.client() as client:
        raw = client.get("/openapi.json").json()
    for methods in raw["paths"].values():
        for operation in methods.values():  # a made-up position is waited for, 5 s each
            operation["parameters"] = [
                each for each in operation["parameters"] if each["name"] != "X-Ledger-Position"
            ]
    found = [each.ok() for each in schemathesis.openapi.from_dict(raw).get_all_operations()]
    return [each for each in found if (each.method.upper(), each.path) not in AWAY]


@pytest.fixture(scope="module")
def key(instance: Netledger) -> str:
    """Of an admin. A session would not survive that everything is tried."""
    with instance.client(instance.login("admin")) as admin:
        issued = done(admin.post("/api-keys", json={"name": "fuzz", "role": "admin"}), 201)
    return str(issued["key"])


@pytest.fixture(scope="module")
def ids(instance: Netledger, key: str) -> dict[str, str]:
    """Some things that exist, by the name of the path parameter."""
    with instance.client(**{"X-App-Key": key}) as admin:
        device = admin.post("/inventory/devices", json={"address": "192.0.2.1"}).json()["id"]
        alert = admin.post("/alerts", json={"severity": "low", "title": "x"}).json()["id"]
        credential = admin.post(
            "/credentials", json={"name": "x", "kind": "snmp_v2c", "community": "x"}
        ).json()["id"]
        operation = admin.post(f"/inventory/devices/{device}/poll").json()["operation_id"]
    return {
        "device": device,
        "alert": alert,
        "credential": credential,
        "operation": operation,
        "user": instance.user("fuzzed", "viewer"),
        "name": "alerts",
    }


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_nothing_that_fits_the_schema_or_does_not_ends_in_an_error_of_ours(
    instance: Netledger,
    operations: list[APIOperation[Any, Any, Any, Any]],
    key: str,
    ids: dict[str, str],
    mode: GenerationMode,
) -> None:
    assert len(operations) > 50
    with requests.Session() as session:
        for operation in operations:
            _fuzz(operation, instance, session, key, ids, mode)


def _fuzz(
    operation: APIOperation[Any, Any, Any, Any],
    instance: Netledger,
    session: requests.Session,
    key: str,
    ids: dict[str, str],
    mode: GenerationMode,
) -> None:
    known = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        if known:  # half of the requests are about things that exist
            _ask(case, instance, session, key)
            case.path_parameters = {**(case.path_parameters or {}), **known}
        _ask(case, instance, session, key)

    with contextlib.suppress(Unsatisfiable):  # an operation that takes nothing can be asked nothing wrong
        run()


def _ask(case: Case, instance: Netledger, session: requests.Session, key: str) -> None:
    answer = case.call(base_url=instance.root, session=session, headers={"X-App-Key": key}, timeout=20)
    assert answer.status_code < 500 or answer.status_code in (502, 503, 504), answer.content
    case.validate_response(answer, checks=CHECKS)


def test_after_all_that_it_is_well(instance: Netledger, key: str) -> None:
    with instance.client(**{"X-App-Key": key}) as admin:
        assert admin.get("/audit/verify").json()["intact"] is True
        health: httpx.Response = admin.get("/health")
        assert health.json()["services"]["projections"]["failed"] == []
        assert health.json()["status"] == "healthy"
