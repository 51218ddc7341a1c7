"""Bad days: PostgreSQL killed under load, NATS away, a start without NATS, two API processes."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from tests.databases import fresh_database
from tests.integration.api.answers import done, listed, refused, unused
from tests.integration.api.serving import PATIENCE_S, Netledger, netledger, until

KINDS = ("projector", "relay", "executor")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="netledger-outage-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def own_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """To be killed."""
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_nats(folder: Path) -> Iterator[EmbeddedNats]:
    server = EmbeddedNats(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def instance(
    own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, folder: Path, master_key: MasterKey
) -> Iterator[Netledger]:
    with (
        fresh_database(own_postgres) as database,
        netledger(database, own_nats.url, folder, master_key, kinds=KINDS) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def token(instance: Netledger) -> str:
    return instance.login("engineer")


def health(instance: Netledger) -> dict[str, Any]:
    with instance.client() as client:
        return dict(client.get("/health").json())


class Load:
    """Raises alerts, each with its own key, as fast as it is answered, until stopped; notes every answer."""

    def __init__(self, instance: Netledger, token: str, threads: int = 4) -> None:
        self._instance, self._token = instance, token
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        self.acknowledged: dict[str, str] = {}
        self.unanswered: dict[str, str] = {}
        self.wrong: list[str] = []

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _run(self) -> None:
        with self._instance.client(self._token) as client:
            while not self._stop.is_set():
                title, key = unused(), unused()
                answer = raise_alert(client, title, key)
                if answer.status_code in (201, 202):  # 202: recorded, but the read model lags
                    self.acknowledged[title] = key
                elif answer.status_code == 503 and "retry-after" in answer.headers:
                    self.unanswered[title] = key
                    self._stop.wait(0.1)
                else:
                    self.wrong.append(f"{answer.status_code} {answer.text}")


def raise_alert(client: httpx.Client, title: str, key: str) -> httpx.Response:
    return client.post("/alerts", json={"severity": "low", "title": title}, headers={"Idempotency-Key": key})


def all_titles(client: httpx.Client) -> list[str]:
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "500", **({"cursor": cursor} if cursor else {})}
        body = client.get("/alerts", params=query).json()
        titles += [each["title"] for each in body["items"]]
        cursor = body["next_cursor"]
    return titles


def test_postgresql_killed_under_load(
    instance: Netledger, token: str, own_postgres: EmbeddedPostgres
) -> None:
    seen: list[int] = []
    with (
        instance.events(token, json.dumps({"from": 0, "types": ["alert."]})) as socket,
        instance.client(token) as client,
    ):
        reading = threading.Thread(target=_read, args=(socket, seen), daemon=True)
        reading.start()
        with Load(instance, token) as load:
            until(lambda: len(load.acknowledged) > 50)
            assert own_postgres.pid is not None
            os.kill(own_postgres.pid, signal.SIGKILL)
            until(lambda: load.unanswered)
            with ThreadPoolExecutor() as threads:
                paths = ("/alerts", "/users/me", "/audit/1", "/health", "/health/live", "/health/ready")
                *refusals, away, live, ready = threads.map(client.get, paths)
            for answer in refusals:
                refused(answer, 503, "SERVICE_UNAVAILABLE")
                assert int(answer.headers["retry-after"]) > 0
            assert (away.status_code, away.json()["status"]) == (503, "unhealthy")
            assert away.json()["services"]["postgres"] == {"status": "down"}
            assert (live.status_code, ready.status_code) == (200, 503)
            until(lambda: not own_postgres.running)
            own_postgres.start()
            back = time.monotonic()
            before = len(load.acknowledged)
            until(lambda: len(load.acknowledged) > before + 50)
            assert time.monotonic() - back < 10, "recovers soon, however long it was away"
        assert load.wrong == []
        # Whoever got 503 repeats the request with its key: it is done once, whether or not it was done before.
        for title, key in load.unanswered.items():
            until(lambda title=title, key=key: raise_alert(client, title, key).status_code == 201)  # type: ignore[misc]  # the loop's values are meant
        titles = all_titles(client)
        assert set(titles) == {*load.acknowledged, *load.unanswered}
        assert len(titles) == len(set(titles))
        until(lambda: health(instance)["status"] == "healthy")
        end = int(raise_alert(client, unused(), unused()).headers["x-ledger-position"])
        until(lambda: seen and seen[-1] == end)
        assert len(seen) == len(set(seen)) == len(titles) + 1
        assert seen == sorted(seen)


def _read(socket: Any, seen: list[int]) -> None:
    try:
        for text in socket:
            frame = json.loads(text)
            if frame["kind"] == "event":
                seen.append(frame["position"])
    except Exception as error:  # a lost connection is told by what is missing
        seen.append(-1)
        raise error


def test_a_websocket_opened_while_the_database_is_away_is_refused_and_then_not(
    instance: Netledger, token: str, own_postgres: EmbeddedPostgres
) -> None:
    own_postgres.stop()
    try:
        with pytest.raises(Exception, match=r"HTTP (403|500|503)"), instance.events(token):
            pass
    finally:
        own_postgres.start()

    def opens() -> bool:
        try:
            with instance.events(token, '{"from": "now"}') as socket:
                socket.ping().wait(PATIENCE_S)
        except Exception:  # not yet
            return False
        return True

    until(opens)
    until(lambda: health(instance)["status"] == "healthy")
    with instance.client(token) as client:
        until(lambda: raise_alert(client, unused(), unused()).status_code == 201)


def test_nats_away(instance: Netledger, token: str, own_nats: EmbeddedNats) -> None:
    with instance.client(token) as client:
        own_nats.stop()
        try:
            until(lambda: health(instance)["services"]["nats"]["status"] == "down")
            degraded = health(instance)
            assert degraded["status"] == "degraded"
            assert degraded["ready"] is True
            title = unused()
            done(raise_alert(client, title, unused()), 201)
            assert listed(client.get("/alerts", params={"limit": 1}))[0]["title"] == title
            body = {"targets": ["127.0.0.1"], "probes": ["routeros"]}
            job = done(client.post("/discovery/start", json=body), 202)
        finally:
            own_nats.start()
        until(lambda: health(instance)["status"] == "healthy")
        until(lambda: client.get(instance.root + job["status_url"]).json()["state"] == "succeeded")


def test_progress_comes_again_after_nats_was_away(instance: Netledger, token: str) -> None:
    """After the test before."""
    with (
        instance.client(token) as client,
        instance.events(token, '{"from": "now", "types": ["operation."]}') as socket,
    ):
        socket.ping().wait(PATIENCE_S)
        client.post("/discovery/start", json={"targets": ["127.0.0.1"], "probes": ["routeros"]})
        while json.loads(socket.recv(timeout=PATIENCE_S))["kind"] != "progress":
            pass


def test_a_second_api_process_starts_without_nats_and_shares_everything(
    instance: Netledger, token: str, own_nats: EmbeddedNats, folder: Path, master_key: MasterKey
) -> None:
    own_nats.stop()
    try:
        database = instance.configuration.database_url
        with (
            netledger(database, own_nats.url, folder, master_key, kinds=()) as second,
            instance.client(token) as here,
            second.client(token) as there,
        ):
            assert health(second)["services"]["nats"]["status"] == "down"
            title, key = unused(), unused()
            first = raise_alert(here, title, key)
            again = raise_alert(there, title, key)
            assert (first.status_code, first.content) == (again.status_code, again.content)
            assert (
                there.get("/alerts", params={"limit": 1}).json()
                == here.get("/alerts", params={"limit": 1}).json()
            )
            with second.events(token, json.dumps({"from": "now"})) as socket:
                socket.ping().wait(PATIENCE_S)
                position = int(raise_alert(here, unused(), unused()).headers["x-ledger-position"])
                assert json.loads(socket.recv(timeout=PATIENCE_S))["position"] == position
            own_nats.start()
            until(lambda: health(second)["status"] == "healthy")
    finally:
        if not own_nats.running:
            own_nats.start()
