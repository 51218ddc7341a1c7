"""No secret that goes in comes out: not in an answer, a log line, an event, a read model, a message or an error."""

import asyncio
import json
from typing import Any

import httpx
import nats
import psycopg
import pyotp
from psycopg import sql

from adapters.embedded.nats import EmbeddedNats
from tests.e2e.api.processes import ADMIN_PASSWORD, Processes

MARK = "s3cr3t-"


def test_no_secret_comes_out(netledger: Processes, database: str, broker: EmbeddedNats) -> None:
    secrets, shown = _put_secrets_in(netledger)
    shown += _everything_that_can_be_read(netledger)
    _refuse_to_leak(secrets, "an answer", shown)
    _refuse_to_leak(secrets, "the log", [netledger.log.read_text()])
    _refuse_to_leak(secrets, "the database", _tables(database))
    with netledger.admin() as admin:
        head = admin.get("/health").json()["services"]["projections"]["ledger_position"]
    messages = asyncio.run(_stream(broker.url, head))
    assert len(messages) >= head
    _refuse_to_leak(secrets, "the stream", messages)


def _refuse_to_leak(secrets: set[str], where: str, texts: list[str]) -> None:
    for text in texts:
        for secret in secrets:
            assert secret not in text, f"{secret} is in {where}: {text[:2_000]}"
        assert MARK not in text, f"a secret is in {where}: {text[:2_000]}"


def _put_secrets_in(netledger: Processes) -> tuple[set[str], list[str]]:
    """All secrets, and every answer in which none of them belongs."""
    secrets = {ADMIN_PASSWORD}
    answers: list[httpx.Response] = []
    with netledger.admin() as admin, netledger.client() as anybody:
        secrets.add(admin.headers["authorization"].removeprefix("Bearer "))
        credentials: list[dict[str, Any]] = [
            {"kind": "snmp_v1", "community": f"{MARK}v1"},
            {"kind": "snmp_v2c", "community": f"{MARK}v2c"},
            {
                "kind": "snmp_v3",
                "username": "ops",
                "auth_protocol": "SHA256",
                "auth_password": f"{MARK}auth",
                "priv_protocol": "AES128",
                "priv_password": f"{MARK}priv",
            },
            {
                "kind": "ssh",
                "username": "ops",
                "password": f"{MARK}ssh",
                "private_key": f"{MARK}key",
                "enable_password": f"{MARK}enable",
            },
            {"kind": "routeros", "username": "ops", "password": f"{MARK}routeros"},
        ]
        for fields in credentials:
            made = admin.post("/credentials", json={"name": fields["kind"], **fields})
            answers.append(made)
            answers.append(
                admin.patch(f"/credentials/{made.json()['id']}", json={"name": "renamed", **_secret(fields)})
            )
        first = answers[0].json()["id"]
        answers.append(admin.post(f"/credentials/{first}/test", json={"address": "127.0.0.1"}))
        # What is wrong with a secret is told without telling it.
        for body in (
            {"name": "x", "kind": "snmp_v2c", "community": [f"{MARK}list"]},
            {"name": "x", "kind": "ssh", "username": "x", "community": f"{MARK}wrong kind"},
            {"name": "x", "kind": "snmp_v3", "username": "x", "auth_protocol": f"{MARK}protocol"},
            {"name": "x", "kind": "snmp_v2c", "community": f"{MARK}\0"},
        ):
            refused = admin.post("/credentials", json=body)
            assert refused.status_code == 400
            if "protocol" not in str(body):  # a name of a protocol is no secret, and the message quotes it
                answers.append(refused)
        answers.append(admin.post("/credentials", content=f'{{"community": "{MARK}broken'.encode()))

        user = {
            "username": "ada",
            "password": f"{MARK}password",
            "role": "viewer",
            "email": f"{MARK}@example.org",
        }
        answers.append(_without(admin.post("/users", json=user), "email"))
        answers.append(admin.post("/users", json={**user, "username": "b", "password": f"{MARK}x" * 300}))
        answers.append(anybody.post("/auth/login", json={"username": "ada", "password": f"{MARK}wrong"}))
        # A password in the field of the name, as happens.
        answers.append(anybody.post("/auth/login", json={"username": f"{MARK}oops", "password": "x"}))
        answers.append(anybody.get("/alerts", headers={"Authorization": f"Bearer {MARK}token"}))
        answers.append(anybody.get("/alerts", headers={"X-App-Key": f"{MARK}app-key"}))

        login = anybody.post("/auth/login", json={"username": "ada", "password": user["password"]}).json()
        refresh = anybody.post("/auth/refresh", json={"refresh_token": login["refresh_token"]}).json()
        for body in (login, refresh):
            secrets |= {body["access_token"], body["refresh_token"], body["csrf_token"]}
        mine = {"Authorization": f"Bearer {refresh['access_token']}"}
        secret = anybody.post("/users/me/totp", headers=mine).json()["secret"]
        secrets.add(secret)
        code = {"secret": secret, "code": pyotp.TOTP(secret).now()}
        confirmed = anybody.post("/users/me/totp/confirm", json=code, headers=mine)
        assert confirmed.status_code == 200
        changed = {"password": f"{MARK}password 2", "current_password": user["password"]}
        assert anybody.patch("/users/me", json=changed, headers=mine).status_code == 200
        key = {"Idempotency-Key": "the key of the key"}
        secrets.add(admin.post("/api-keys", json={"name": "k", "role": "viewer"}, headers=key).json()["key"])
        answers.append(admin.patch(f"/users/{login['user']['id']}", json={"password": f"{MARK}short"[:9]}))
        answers.append(
            _without(
                admin.patch(f"/users/{login['user']['id']}", json={"password": f"{MARK}password 3"}), "email"
            )
        )
        assert admin.patch(f"/users/{login['user']['id']}", json={"email": ""}).status_code == 200
    return secrets, [answer.text for answer in answers]


def _secret(fields: dict[str, Any]) -> dict[str, str]:
    """Another value for one of its secrets."""
    name = next(name for name, value in fields.items() if str(value).startswith(MARK))
    return {name: f"{MARK}changed"}


def _without(answer: httpx.Response, field: str) -> httpx.Response:
    """Personal data is no secret to an admin."""
    body = {name: value for name, value in answer.json().items() if name != field}
    return httpx.Response(answer.status_code, json=body)


def _everything_that_can_be_read(netledger: Processes) -> list[str]:
    texts: list[str] = []
    with netledger.admin() as admin:
        schema = admin.get("/openapi.json")
        texts.append(schema.text)
        for path, methods in schema.json()["paths"].items():
            if "get" in methods and "{" not in path:
                texts.append(admin.get(path.removeprefix("/api/v1"), params={"limit": 500}).text)
        head = admin.get("/health").json()["services"]["projections"]["ledger_position"]
        for position in range(1, head + 1):
            event = admin.get(f"/audit/{position}").json()
            texts.append(json.dumps(_without_email(event)))
        texts.append(admin.get(f"http://127.0.0.1:{netledger.port}/metrics").text)
    return texts


def _without_email(event: dict[str, Any]) -> dict[str, Any]:
    if event["type"] in ("user.created.v1", "user.email_changed.v1"):
        event["data"] = {
            name: "" if name in ("email", "old", "new") else v for name, v in event["data"].items()
        }
    return event


def _tables(database: str) -> list[str]:
    """Every row of every table, as text; the read model of accounts has people's addresses in the clear."""
    texts: list[str] = []
    with psycopg.connect(database) as conn:
        tables = conn.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table))
            texts += [row[0] for row in conn.execute(query).fetchall()]
    return texts


async def _stream(url: str, head: int) -> list[str]:
    client = await nats.connect(url)
    jetstream = client.jetstream()
    async with asyncio.timeout(30):
        while (await jetstream.stream_info("LEDGER")).state.last_seq < head:  # noqa: ASYNC110  # an outsider's view
            await asyncio.sleep(0.05)
    found = []
    for sequence in range(1, head + 1):
        message = await jetstream.get_msg("LEDGER", sequence)
        found.append((message.data or b"").decode() + str(message.headers))
    await client.close()
    return found
