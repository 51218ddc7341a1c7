"""The WebSocket /events: from any position, without gap or repetition, filtered by type and role, for slow readers too."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from tests.integration.api.answers import done, unused
from tests.integration.api.serving import PASSWORD, PATIENCE_S, Netledger


def frame(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=PATIENCE_S)))


def events(socket: ClientConnection) -> Iterator[dict[str, Any]]:
    """Without progress, which may come in between."""
    while True:
        received = frame(socket)
        if received["kind"] == "event":
            yield received


def raised(client: httpx.Client, **more: Any) -> int:
    """The position of a fresh alert."""
    answer = client.post("/alerts", json={"severity": "low", "title": unused(), **more})
    done(answer, 201)
    return int(answer.headers["x-ledger-position"])


def hello(start: int | str, *types: str) -> str:
    return json.dumps({"from": start, "types": list(types)} if types else {"from": start})


def test_every_event_above_a_position_once_and_in_order(
    instance: Netledger, tokens: dict[str, str], admin: httpx.Client
) -> None:
    for _ in range(5):
        last = raised(admin)
    with instance.events(tokens["admin"], hello(0)) as socket:
        stream = events(socket)
        assert [next(stream)["position"] for _ in range(last)] == list(range(1, last + 1))
        more = raised(admin)
        assert [next(stream)["position"] for _ in range(more - last)] == list(range(last + 1, more + 1))


def test_a_frame_is_the_event_whole(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client, viewer: httpx.Client
) -> None:
    with instance.events(tokens["viewer"], hello("now")) as socket:
        socket.ping().wait(PATIENCE_S)
        answer = engineer.post("/alerts", json={"severity": "high", "title": "whole", "reason": "why not"})
        event = next(each for each in events(socket) if each["data"].get("title") == "whole")
    position = int(answer.headers["x-ledger-position"])
    assert event.pop("kind") == "event"
    whole = viewer.get(f"/audit/{position}").json()
    assert whole.pop("changes") == []  # worked out from the data, for who reads a single event
    assert event == whole
    assert event["reason"] == "why not"


def test_now_is_what_comes_from_here_on(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    before = raised(engineer)
    with instance.events(tokens["admin"], hello("now")) as socket:
        socket.ping().wait(PATIENCE_S)  # the hello was read
        after = raised(engineer)
        positions = []
        for event in events(socket):
            positions.append(event["position"])
            if event["position"] == after:
                break
    assert before not in positions


def test_types_whole_and_by_prefix(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    start = raised(engineer)
    alert = engineer.post("/alerts", json={"severity": "low", "title": "x"}).json()["id"]
    engineer.post(f"/alerts/{alert}/acknowledge")
    engineer.patch(f"/inventory/devices/{_device(engineer)}", json={"owner": "x"})
    raised(engineer)

    def types(*wanted: str, count: int) -> list[str]:
        with instance.events(tokens["viewer"], hello(start, *wanted)) as socket:
            stream = events(socket)
            return [next(stream)["type"] for _ in range(count)]

    assert types("alert.acknowledged.v1", count=1) == ["alert.acknowledged.v1"]
    assert types("device.", count=2) == ["device.added.v1", "device.changed.v1"]
    assert types("device.changed.v1", "alert.", count=4) == [
        "alert.raised.v1",
        "alert.acknowledged.v1",
        "device.changed.v1",
        "alert.raised.v1",
    ]


def _device(client: httpx.Client) -> str:
    address = f"2001:db8:1::{uuid4().hex[:4]}"
    return str(client.post("/inventory/devices", json={"address": address}).json()["id"])


def test_what_only_admins_may_see(instance: Netledger, tokens: dict[str, str], admin: httpx.Client) -> None:
    start = raised(admin)
    admin.post("/users", json={"username": unused(), "password": PASSWORD, "role": "viewer"})
    admin.post("/api-keys", json={"name": "x", "role": "viewer"})
    admin.post("/credentials", json={"name": "x", "kind": "snmp_v2c", "community": "x"})
    admin.patch("/settings", json={"retention_days": {unused(): 1}})
    end = raised(admin)

    def seen(role: str) -> list[str]:
        with instance.events(tokens[role], hello(start)) as socket:
            types = []
            for event in events(socket):
                types.append(event["type"])
                if event["position"] == end:
                    return types
        raise AssertionError

    hidden = ["user.created.v1", "api_key.created.v1", "credential.created.v1", "settings.changed.v1"]
    assert seen("admin") == [*hidden, "alert.raised.v1"]
    assert seen("engineer") == ["alert.raised.v1"]
    assert seen("viewer") == ["alert.raised.v1"]


def test_progress_of_operations(instance: Netledger, tokens: dict[str, str], engineer: httpx.Client) -> None:
    with instance.events(tokens["viewer"], hello("now", "operation.")) as socket:
        socket.ping().wait(PATIENCE_S)
        body = {"targets": ["127.0.0.1"], "probes": ["routeros"]}
        job = done(engineer.post("/discovery/start", json=body), 202)["job_id"]
        progress, types = [], []
        while "operation.succeeded.v1" not in types or not progress:
            received = frame(socket)
            if received["kind"] == "progress" and received["operation_id"] == job:
                progress.append(received)
            elif received["kind"] == "event" and received["aggregate_id"] == job:
                types.append(received["type"])
    assert types == ["operation.requested.v1", "operation.started.v1", "operation.succeeded.v1"]
    assert set(progress[-1]) >= {"kind", "operation_id", "done", "total", "found"}
    assert progress[-1]["total"] == 1


@pytest.mark.parametrize(
    "said",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"from": -1}',
        '{"from": "yesterday"}',
        '{"from": null}',
        '{"from": 1.5}',
        '{"from": "now", "types": "alert."}',
        '{"from": "now", "types": [""]}',
        '{"from": "now", "more": 1}',
        "[" * 100_000,
        b'{"from": "now"}',
        b"\xff\xfe",
    ],
    ids=lambda said: str(said)[:20],
)
def test_a_bad_hello_is_refused_with_the_way_to_say_it(
    instance: Netledger, tokens: dict[str, str], said: str | bytes
) -> None:
    with instance.events(tokens["viewer"]) as socket:
        socket.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert "from" in closed.value.rcvd.reason


def test_a_position_ahead_of_the_ledger_waits(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    last = raised(engineer)
    with instance.events(tokens["admin"], hello(last + 2)) as socket:
        socket.ping().wait(PATIENCE_S)
        for _ in range(4):
            end = raised(engineer)
        stream = events(socket)
        assert [next(stream)["position"] for _ in range(end - last - 2)] == list(range(last + 3, end + 1))
    with instance.events(tokens["admin"], hello(10**40)) as socket:
        raised(engineer)
        with pytest.raises(TimeoutError):
            while json.loads(socket.recv(timeout=0.3))["kind"] == "progress":
                pass


def test_a_cookie_opens_it_for_our_own_pages_only(instance: Netledger) -> None:
    with httpx.Client(base_url=instance.url) as browser:
        browser.post("/auth/login", json={"username": "viewer", "password": PASSWORD})
        cookie = {"Cookie": f"netledger_access={browser.cookies['netledger_access']}"}
    url = f"ws://127.0.0.1:{instance.port}/api/v1/events"
    for origin in (None, f"http://127.0.0.1:{instance.port}"):
        with connect(url, additional_headers=cookie, origin=origin) as socket:  # type: ignore[arg-type]  # a plain str will do
            socket.send(hello("now"))
            socket.ping().wait(PATIENCE_S)
    for origin in (
        "http://evil.example",
        "null",
        f"http://127.0.0.1:{instance.port + 1}",
        "http://127.0.0.1",
    ):
        with pytest.raises(InvalidStatus) as refusal, connect(url, additional_headers=cookie, origin=origin):  # type: ignore[arg-type]
            pass
        assert refusal.value.response.status_code == 403


def test_an_api_key_opens_it(instance: Netledger, admin: httpx.Client) -> None:
    issued = admin.post("/api-keys", json={"name": "x", "role": "viewer"}).json()
    with instance.events("", hello("now"), additional_headers={"X-App-Key": issued["key"]}) as socket:
        socket.ping().wait(PATIENCE_S)
        raised(admin)
        assert next(events(socket))["type"] == "alert.raised.v1"


def test_it_ends_with_the_session_and_follows_the_role(instance: Netledger, admin: httpx.Client) -> None:
    name = unused()
    user = instance.user(name, "admin")
    with (
        instance.client(instance.login(name)) as client,
        instance.events(client.headers["authorization"].removeprefix("Bearer "), hello("now")) as leaving,
        instance.events(instance.login(name), hello("now")) as staying,
    ):
        leaving.ping().wait(PATIENCE_S)
        staying.ping().wait(PATIENCE_S)
        done(client.post("/auth/logout"), 204)
        done(admin.patch(f"/users/{user}", json={"role": "viewer"}))
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                leaving.recv(timeout=PATIENCE_S)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        # By now the other was looked up as well, or will be within the same few seconds.
        seen_as_viewer = False
        for _ in range(100):
            admin.patch("/settings", json={"retention_days": {unused(): 1}})
            end = raised(admin)
            types = []
            for event in events(staying):
                types.append(event["type"])
                if event["position"] == end:
                    break
            if "settings.changed.v1" not in types:
                seen_as_viewer = True
                break
        assert seen_as_viewer


def test_readers_that_come_and_go_miss_nothing_and_see_nothing_twice(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    """While events come from several writers, each reader leaves after some frames and goes on where it was."""
    start, count = raised(engineer), 400
    results: list[list[int]] = [[], [], []]

    async def write() -> None:
        by = instance.console.by()
        for _ in range(count // 10):
            keys = [uuid4().hex for _ in range(10)]
            for key in keys:
                await instance.console.bus.execute(
                    ALERT.to(alert_id(key), RaiseAlert(key=key, severity="info", title="x")), by=by
                )

    def read(seen: list[int], stay: int) -> None:
        position = start
        while len(seen) < count:
            with instance.events(tokens["admin"], hello(position, "alert.")) as socket:
                stream = events(socket)
                for _ in range(min(stay, count - len(seen))):
                    position = next(stream)["position"]
                    seen.append(position)

    readers = [
        threading.Thread(target=read, args=(seen, stay), daemon=True)
        for seen, stay in zip(results, (1_000, 37, 90), strict=True)
    ]
    for reader in readers:
        reader.start()
    instance.call(write())
    for reader in readers:
        reader.join(PATIENCE_S)
    assert len(results[0]) == count
    assert results[0] == sorted(set(results[0]))
    assert results[1] == results[2] == results[0]


def test_a_slow_reader_holds_nobody_up_and_misses_nothing(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    start = raised(engineer)
    with socket.create_connection(("127.0.0.1", instance.port)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with instance.events(tokens["viewer"], hello(start, "alert."), sock=raw, max_queue=1) as slow:
            for _ in range(40):
                end = raised(engineer, detail={"padding": uuid4().hex * 3_000})
            with instance.events(tokens["viewer"], hello(start, "alert.")) as quick:
                stream = events(quick)
                positions = [next(stream)["position"] for _ in range(40)]
            assert positions[-1] == end
            stream = events(slow)
            assert [next(stream)["position"] for _ in range(40)] == positions


def test_what_the_client_says_later_is_dropped(
    instance: Netledger, tokens: dict[str, str], engineer: httpx.Client
) -> None:
    with instance.events(tokens["viewer"], hello("now")) as socket:
        for said in ("more", b"\x00\x01", '{"from": 0}'):
            socket.send(said)
        socket.ping().wait(PATIENCE_S)
        position = raised(engineer)
        assert next(events(socket))["position"] == position
