"""Credentials: secrets go in, never come out, and are destroyed when they should be."""

import json
import subprocess
import sys
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused
from tests.integration.api.conftest import Lab
from tests.integration.api.serving import Netledger

KINDS: dict[str, dict[str, Any]] = {
    "snmp_v1": {"community": "s3cret-community"},
    "snmp_v2c": {"community": "s3cret-community", "port": 1161},
    "snmp_v3": {
        "username": "ops",
        "auth_protocol": "SHA256",
        "auth_password": "s3cret-auth",
        "priv_protocol": "AES128",
        "priv_password": "s3cret-priv",
    },
    "ssh": {
        "username": "ops",
        "password": "s3cret-password",
        "private_key": "s3cret-key",
        "enable_password": "s3cret-enable",
        "port": 2222,
    },
    "routeros": {"username": "ops", "password": "s3cret-password", "tls": True},
}


def created(admin: httpx.Client, kind: str = "snmp_v2c", **more: Any) -> dict[str, Any]:
    body = {"name": unused(), "kind": kind, **KINDS[kind], **more}
    made: dict[str, Any] = done(admin.post("/credentials", json=body), 201)
    return made


def secrets(instance: Netledger) -> int:
    with psycopg.connect(instance.configuration.database_url) as conn:
        row = conn.execute("SELECT count(*) FROM vault.secrets").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(admin: httpx.Client, kind: str) -> None:
    body = {"name": unused(), "kind": kind, **KINDS[kind], "reason": "new team"}
    answer = admin.post("/credentials", json=body)
    made = done(answer, 201)
    assert "s3cret" not in answer.text
    for name in ("username", "auth_protocol", "priv_protocol", "tls"):
        assert made[name] == KINDS[kind].get(name)
    assert made["port"] == KINDS[kind].get("port")
    assert admin.get(f"/credentials/{made['id']}").json() == made
    assert made in listed(admin.get("/credentials", params={"limit": 500}))
    entry = newest(admin, "credential.created.v1")
    assert entry["reason"] == "new team"
    assert "s3cret" not in admin.get(f"/audit/{entry['position']}").text


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("snmp_v3", {"username": "u", "auth_protocol": "SHA256", "auth_password": "short"}, "auth_password"),
        (
            "snmp_v3",
            {"username": "u", "priv_protocol": "AES128", "priv_password": "12345678"},
            "auth_protocol",
        ),
        ("snmp_v3", {"username": "u", "auth_protocol": "ROT13"}, "auth_protocol"),
        ("snmp_v3", {"auth_protocol": "SHA256"}, "username"),
        ("snmp_v2c", {"community": ""}, "community"),
        ("snmp_v2c", {"community": "x", "username": "y"}, "username"),
        ("routeros", {"username": "x"}, "password"),
        ("ssh", {"username": "x"}, "password"),
        ("snmp_v2c", {"community": "x", "port": 0}, "port"),
    ],
)
def test_what_makes_no_credential(
    admin: httpx.Client, instance: Netledger, kind: str, fields: dict[str, Any], field: str
) -> None:
    before = secrets(instance)
    body = {"name": "x", "kind": kind, **fields}
    refused(admin.post("/credentials", json=body), 400, "INVALID_REQUEST", field)
    assert secrets(instance) == before


def test_changing(admin: httpx.Client, instance: Netledger) -> None:
    made = created(admin, "ssh")
    before = secrets(instance)
    renamed = done(admin.patch(f"/credentials/{made['id']}", json={"name": "new name", "port": 22}))
    assert (renamed["name"], renamed["port"], renamed["username"]) == ("new name", 22, "ops")
    assert done(admin.patch(f"/credentials/{made['id']}", json={"port": None}))["port"] is None
    changed = done(
        admin.patch(
            f"/credentials/{made['id']}",
            json={"username": "root", "password": "s3cret-2", "reason": "rotation"},
        )
    )
    assert changed["username"] == "root"
    assert newest(admin, "credential.secret_replaced.v1")["reason"] == "rotation"
    assert secrets(instance) == before, "the old secret was destroyed"
    refused(admin.patch(f"/credentials/{made['id']}", json={"community": "x"}), 400, field="community")
    assert secrets(instance) == before
    refused(admin.patch(f"/credentials/{uuid4()}", json={"name": "x"}), 404, "CREDENTIAL_NOT_FOUND")


def test_deleting_destroys_the_secret(admin: httpx.Client, instance: Netledger) -> None:
    before = secrets(instance)
    made = created(admin)
    done(admin.patch(f"/credentials/{made['id']}", json={"community": "s3cret-2"}))
    assert secrets(instance) == before + 1
    done(admin.request("DELETE", f"/credentials/{made['id']}", json={"reason": "left"}), 204)
    assert secrets(instance) == before
    assert newest(admin, "credential.deleted.v1")["reason"] == "left"
    refused(admin.get(f"/credentials/{made['id']}"), 404, "CREDENTIAL_NOT_FOUND")
    done(admin.delete(f"/credentials/{made['id']}"), 204)
    refused(admin.delete(f"/credentials/{uuid4()}"), 404, "CREDENTIAL_NOT_FOUND")


def test_trying_one_on_a_device(admin: httpx.Client, lab: Lab) -> None:
    address, access = next(
        (address, access)
        for address, access in lab.fleet.access.items()
        if type(access).__name__ == "SnmpV2cAccess"
    )
    right = created(admin, community=access.community, port=lab.port)
    answer = admin.post(
        f"/credentials/{right['id']}/test", json={"address": address, "reason": "does it work?"}
    )
    result = done(answer)
    assert result["ok"] is True
    assert result["sys_descr"]
    entry = newest(admin, "credential.secret_read.v1")
    assert (entry["actor"]["name"], entry["reason"]) == ("admin", "does it work?")
    wrong = created(admin, community="s3cret-wrong", port=lab.port)
    result = done(admin.post(f"/credentials/{wrong['id']}/test", json={"address": address}))
    assert result["ok"] is False
    assert result["message"]
    refused(admin.post(f"/credentials/{right['id']}/test", json={"address": "no host"}), 400, field="address")
    refused(
        admin.post(f"/credentials/{uuid4()}/test", json={"address": address}), 404, "CREDENTIAL_NOT_FOUND"
    )


@pytest.mark.parametrize(
    ("kind", "module", "network"),
    [("ssh", "lab.ssh.process", "127.67.61.0/24"), ("routeros", "lab.routeros.process", "127.67.62.0/24")],
)
def test_logging_in_with_one(admin: httpx.Client, kind: str, module: str, network: str) -> None:
    command = [sys.executable, "-m", module, "--network", network, "--count", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            address = str(ip_network(network)[1])
            login = {"kind": kind, "username": "admin", "password": "lab", "port": ready["port"]}
            if kind == "routeros":
                login["tls"] = False
            made = done(admin.post("/credentials", json={"name": unused(), **login}), 201)
            result = done(admin.post(f"/credentials/{made['id']}/test", json={"address": address}))
            assert result["ok"] is True, result
            assert "the login is accepted" in result["message"]
            done(admin.patch(f"/credentials/{made['id']}", json={"password": "s3cret-wrong"}))
            result = done(admin.post(f"/credentials/{made['id']}/test", json={"address": address}))
            assert result["ok"] is False
            assert "s3cret" not in result["message"]
        finally:
            process.terminate()
    result = done(admin.post(f"/credentials/{made['id']}/test", json={"address": address}))
    assert result["ok"] is False
    assert str(ready["port"]) in result["message"]
