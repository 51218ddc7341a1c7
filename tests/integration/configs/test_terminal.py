"""Terminals: the real WebSocket to simulated devices, recorded, told to the ledger, ended in every way there is."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from adapters.connections import Connections
from adapters.terminal_signs import PostgresTerminalSigns
from domain.config import CONFIG, config_id
from domain.config_commands import SeeHostKey
from tests.integration.api.serving import Netledger, netledger, until
from tests.integration.configs.conftest import Api
from workers.lost_terminals import LostTerminals

KEY = b"0123456789abcdef0123456789abcdef".hex()
"""As text, what the other fixtures are given: a server in a process of its own reads it from its environment."""
HELLO = {"reason": "looking at the routes", "columns": 100, "rows": 30}


@pytest.fixture(scope="module")
def kinds() -> tuple[str, ...]:
    return ("projector",)


class Line:
    """A browser's end of a terminal."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.shown = b""
        self.told: list[dict[str, Any]] = []

    def take(self) -> None:
        frame = self.socket.recv(timeout=20)
        if isinstance(frame, bytes):
            self.shown += frame
        else:
            self.told.append(json.loads(frame))

    def until_shown(self, text: bytes) -> bytes:
        while text not in self.shown:
            self.take()
        before, self.shown = self.shown, b""
        return before

    def until_told(self, kind: str) -> dict[str, Any]:
        while not any(each["kind"] == kind for each in self.told):
            self.take()
        return next(each for each in self.told if each["kind"] == kind)

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def type(self, text: str) -> None:
        self.say(kind="input", data=text)


@contextlib.contextmanager
def terminal(instance: Netledger, device: str, token: str, hello: Any = HELLO, **more: Any) -> Iterator[Line]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= more.pop("headers", {})
    url = f"ws://127.0.0.1:{more.pop('port', instance.port)}/api/v1/inventory/devices/{device}/terminal"
    with connect(url, additional_headers=headers, **more) as socket:
        if hello is not None:
            socket.send(json.dumps(hello))
        yield Line(socket)


def of_session(api: Api, session: str) -> list[dict[str, Any]]:
    items = api.get("/audit", type="terminal.", limit=200)["items"]
    return [each for each in items if each["subject"]["id"] == session]


def test_commands_are_answered_recorded_and_told_to_the_ledger(api: Api, instance: Netledger) -> None:
    device = api.ids["ios"]
    with terminal(instance, device, instance.login("engineer")) as line:
        opened = line.until_told("opened")
        assert opened["host_key"].startswith("ssh-") or opened["host_key"].startswith("ecdsa-")
        line.until_shown(b">")
        line.say(kind="resize", columns=120, rows=40)
        line.type("show clock\r")
        assert b"show clock" in line.until_shown(b"show clock")  # the device's echo
        line.type("exit\r")
        ended = line.until_told("ended")
        assert (ended["cause"], ended["session_id"]) == ("device_closed", opened["session_id"])
    session = opened["session_id"]
    found = until(lambda: len(entries := of_session(api, session)) >= 2 and entries)
    end, start = found[0], found[1]
    assert (start["type"], end["type"]) == ("terminal.started.v1", "terminal.ended.v1")
    for entry in (start, end):
        assert entry["device_id"] == device
        assert entry["actor"]["name"] == "engineer"
        assert entry["reason"] == HELLO["reason"]
    assert "16 bytes typed" in end["summary"]  # show clock, exit, and two returns
    answer = api.client.get(f"/terminals/{session}/recording")
    assert answer.headers["content-type"].startswith("application/x-asciicast")
    header, *events = (json.loads(each) for each in answer.text.splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 100, 30)
    assert [0] * len(events) == [int(each[0] < 0) for each in events]
    assert "show clock" in "".join(each[2] for each in events if each[1] == "o")
    assert [each[2] for each in events if each[1] == "r"] == ["120x40"]
    assert {each[1] for each in events} == {"o", "r"}  # never what was typed
    assert until(lambda: of_session(api, session)[0]["type"] == "terminal.replayed.v1")


def test_a_recording_is_sealed_and_for_its_user_and_admins_alone(api: Api, instance: Netledger) -> None:
    with terminal(instance, api.ids["junos"], instance.login("engineer")) as line:
        session = line.until_told("opened")["session_id"]
        line.until_shown(b">")
        line.type("what-is-shown-here")
        line.until_shown(b"what-is-shown-here")
    until(lambda: any(each["type"] == "terminal.ended.v1" for each in of_session(api, session)))
    with psycopg.connect(instance.configuration.database_url) as conn:
        sealed = conn.execute(
            "SELECT sealed FROM vault.recordings WHERE session_id = %s", (session,)
        ).fetchall()
    assert sealed and all(b"what-is-shown-here" not in row[0] for row in sealed)
    instance.user("other", "engineer")
    with instance.client(instance.login("other")) as other:
        assert other.get(f"/terminals/{session}").status_code == 403
        assert other.get(f"/terminals/{session}/recording").status_code == 403
    with instance.client(instance.login("viewer")) as viewer:
        assert viewer.get(f"/terminals/{session}/recording").status_code == 403
    with instance.client(instance.login("admin")) as admin:
        assert admin.get(f"/terminals/{session}").json()["state"] == "ended"
        assert "what-is-shown-here" in admin.get(f"/terminals/{session}/recording").text
        assert admin.get(f"/terminals/{uuid4()}/recording").status_code == 404
    with psycopg.connect(instance.configuration.database_url) as conn:
        conn.execute("UPDATE vault.recordings SET part = 7 WHERE session_id = %s", (session,))
    answer = api.client.get(f"/terminals/{session}/recording")
    assert answer.json()["error"]["code"] == "RECORDING_UNREADABLE"


def test_a_changed_host_key_is_refused_before_the_password(api: Api, instance: Netledger) -> None:
    device = api.ids["vrp"]
    pinned = "ssh-ed25519 SHA256:" + "A" * 43
    see = SeeHostKey(device_id=device, host_key=pinned)
    instance.call(instance.console.bus.execute(CONFIG.to(config_id(device), see), by=instance.console.by()))
    with terminal(instance, device, instance.login("engineer")) as line:
        error = line.until_told("error")
        assert error["code"] == "SSH_HOST_KEY_CHANGED"
        with pytest.raises(ConnectionClosed) as closed:
            line.take()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4404
    alerts = until(lambda: api.get("/alerts", device_id=device)["items"])
    assert alerts[0]["severity"] == "critical"


def test_who_may_not_is_refused(api: Api, instance: Netledger) -> None:
    device = api.ids["ios"]
    for token in ("", instance.login("viewer")):
        with pytest.raises(InvalidStatus), terminal(instance, device, token):
            pass
    cookie = {"Cookie": f"netledger_access={instance.login('engineer')}"}
    with (
        pytest.raises(InvalidStatus),
        terminal(instance, device, "", headers=cookie, origin="http://evil.example"),
    ):
        pass
    ours = f"http://127.0.0.1:{instance.port}"
    with terminal(instance, device, "", headers=cookie, origin=ours) as line:
        assert line.until_told("opened")["kind"] == "opened"


@pytest.mark.parametrize("hello", [{"reason": ""}, {"columns": 80}, {"reason": "x", "columns": 100_000}])
def test_without_a_reason_nothing_is_opened(api: Api, instance: Netledger, hello: dict[str, Any]) -> None:
    with terminal(instance, api.ids["ios"], instance.login("engineer"), hello) as line:
        with pytest.raises(ConnectionClosed) as closed:
            line.take()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4400


def test_an_unknown_device_and_one_that_is_away_are_told(api: Api, instance: Netledger) -> None:
    token = instance.login("engineer")
    with terminal(instance, str(uuid4()), token) as line:
        assert line.until_told("error")["code"] == "DEVICE_NOT_FOUND"
    made = api.client.post("/inventory/devices", json={"address": "127.66.61.250", "name": "away"})
    with terminal(instance, made.json()["id"], token) as line:
        assert line.until_told("error")["code"] == "SSH_UNREACHABLE"


def test_a_session_ends_with_its_login(api: Api, instance: Netledger) -> None:
    instance.user("leaver", "engineer")
    token = instance.login("leaver")
    with terminal(instance, api.ids["arista_eos"], token) as line:
        line.until_told("opened")
        with instance.client(token) as leaver:
            assert leaver.post("/auth/logout", json={}).status_code < 300
        assert line.until_told("ended")["cause"] == "login_ended"


def test_a_message_that_is_none_ends_the_session(api: Api, instance: Netledger) -> None:
    with terminal(instance, api.ids["arista_eos"], instance.login("engineer")) as line:
        session = line.until_told("opened")["session_id"]
        line.say(kind="shout", data="x")
        with pytest.raises(ConnectionClosed):
            while True:
                line.take()
    ends = until(lambda: [each for each in of_session(api, session) if "ended" in each["type"]])
    assert "closed" in ends[0]["summary"]


def test_a_session_into_which_nobody_types_is_ended(api: Api, instance: Netledger) -> None:
    """By an instance beside the other, on the same database, with less patience."""
    patience = instance.configuration
    with (
        netledger(
            patience.database_url,
            patience.nats_url,
            patience.data_dir,
            instance.key,
            kinds=(),
            terminal_idle_s=1,
        ) as hasty,
        terminal(hasty, api.ids["ios"], instance.login("engineer")) as line,
    ):
        assert line.until_told("opened")["idle_timeout_s"] == 1
        assert line.until_told("ended")["cause"] == "idle"


@contextlib.contextmanager
def another_server(instance: Netledger) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """In a process of its own, on the database of the first; and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours = instance.configuration
    given = {
        "DATA_DIR": str(ours.data_dir),
        "DATABASE_URL": ours.database_url,
        "NATS_URL": ours.nats_url,
        "HTTP_PORT": str(port),
        "MASTER_KEY": KEY,
    }
    env = {**os.environ, **{f"NETLEDGER_{name}": value for name, value in given.items()}}
    process = subprocess.Popen([sys.executable, "-m", "cli", "serve"], env=env, stderr=subprocess.DEVNULL)
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health/live").status_code == 200
    return False


def test_a_session_whose_server_was_lost_gets_its_end(api: Api, instance: Netledger) -> None:
    async def look(times: int) -> None:
        async with Connections(instance.configuration.database_url, name="test") as pool:
            lost = LostTerminals(instance.console.bus, PostgresTerminalSigns(pool), silent_s=0)
            for _ in range(times):
                await lost.end_lost()

    def ended() -> list[dict[str, Any]]:
        return [each for each in of_session(api, session) if each["type"] == "terminal.ended.v1"]

    with another_server(instance) as (process, port):
        until(lambda: answers(port))
        with terminal(instance, api.ids["ios"], instance.login("engineer"), port=port) as line:
            session = line.until_told("opened")["session_id"]
            line.until_shown(b">")
            process.send_signal(signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                while True:
                    line.take()
    assert api.get(f"/terminals/{session}")["state"] == "open"
    instance.call(look(1))
    assert ended() == []  # silent once is not lost
    instance.call(look(3))
    [end] = until(ended)
    assert "server was lost" in end["summary"]
    assert end["reason"] == "nothing was heard of the server that held it"
    assert api.get(f"/terminals/{session}")["state"] == "ended"
    with psycopg.connect(instance.configuration.database_url) as conn:
        left = conn.execute("SELECT 1 FROM work.terminals WHERE session_id = %s", (session,)).fetchall()
    assert left == []  # nor is there a sign left of it
