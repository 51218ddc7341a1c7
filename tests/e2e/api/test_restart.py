"""The API process is killed, and ended, while it is used: nobody notices more than a pause."""

import json
import signal
import threading
import time
from uuid import uuid4

import httpx
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from tests.e2e.api.processes import PATIENCE_S, Processes, until


def raise_alert(client: httpx.Client, title: str) -> int:
    """As a careful client does: with a key, again and again until it is answered. Returns the position."""
    key = {"Idempotency-Key": f"key of {title}"}

    def raised() -> int:
        try:
            answer = client.post("/alerts", json={"severity": "low", "title": title}, headers=key)
        except httpx.TransportError:
            return 0
        if answer.status_code == 503:
            return 0
        assert answer.status_code in (201, 202), answer.text
        return int(answer.headers["x-ledger-position"])

    return int(until(raised))


def follow(netledger: Processes, token: str, seen: list[int], stop: threading.Event) -> None:
    """As a careful subscriber does: comes again with the last position that it saw."""
    url = f"ws://127.0.0.1:{netledger.port}/api/v1/events"
    while not stop.is_set():
        try:
            with connect(url, additional_headers={"Authorization": token}) as socket:
                socket.send(json.dumps({"from": seen[-1] if seen else 0, "types": ["alert."]}))
                while not stop.is_set():
                    try:
                        frame = json.loads(socket.recv(timeout=0.2))
                    except TimeoutError:
                        continue
                    if frame["kind"] == "event":
                        seen.append(frame["position"])
        except (OSError, WebSocketException, EOFError):
            stop.wait(0.05)


def test_killed_and_started_again_under_use(netledger: Processes) -> None:
    admin = netledger.admin()
    seen: list[int] = []
    stop = threading.Event()
    reader = threading.Thread(
        target=follow, args=(netledger, admin.headers["authorization"], seen, stop), daemon=True
    )
    reader.start()
    positions: list[int] = []
    writing = threading.Event()

    def write() -> None:
        while not writing.is_set():
            positions.append(raise_alert(admin, uuid4().hex))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    for _ in range(2):
        reached = len(positions) + 20
        until(lambda reached=reached: len(positions) >= reached)  # type: ignore[misc]  # the loop's value is meant
        netledger.end("serve", signal.SIGKILL)
        netledger.start("serve")
        netledger.wait_until_ready()
    reached = len(positions) + 20
    until(lambda: len(positions) >= reached)
    writing.set()
    writer.join(PATIENCE_S)
    until(lambda: seen and seen[-1] == positions[-1])
    stop.set()
    reader.join(PATIENCE_S)
    assert positions == sorted(set(positions))
    assert seen == positions, "every alert once, in order, and none that nobody was told of"
    titles = [each["title"] for each in admin.get("/alerts", params={"limit": 500}).json()["items"]]
    assert len(titles) == len(set(titles))
    admin.close()


def test_ended_politely(netledger: Processes) -> None:
    """SIGTERM: WebSockets are told, the exit is clean and quick, and logins hold over the restart."""
    admin = netledger.admin()
    url = f"ws://127.0.0.1:{netledger.port}/api/v1/events"
    with connect(url, additional_headers={"Authorization": admin.headers["authorization"]}) as socket:
        socket.send('{"from": "now"}')
        socket.ping().wait(PATIENCE_S)
        began = time.monotonic()
        # The server ends in order and then by the signal itself, as a shell expects it.
        assert netledger.end("serve") in (0, -signal.SIGTERM), netledger.log.read_text()[-4_000:]
        assert time.monotonic() - began < 10
        try:
            while True:
                socket.recv(timeout=PATIENCE_S)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert closed.rcvd.code == 1012
    assert "Traceback" not in netledger.log.read_text()
    netledger.start("serve")
    netledger.wait_until_ready()
    assert admin.get("/users/me").json()["username"] == "admin"
    admin.close()
