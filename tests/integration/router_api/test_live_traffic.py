"""The traffic of one user over a WebSocket: read while somebody watches, once for all who do."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.api.serving import PATIENCE_S, Netledger
from tests.integration.router_api.conftest import Lab


@contextlib.contextmanager
def watching(instance: Netledger, router_id: str, user: str) -> Iterator[ClientConnection]:
    token = {"Authorization": f"Bearer {instance.login('viewer')}"}
    url = f"ws://127.0.0.1:{instance.port}/api/v1/router/{router_id}/traffic/live?user={user}"
    with connect(url, additional_headers=token) as socket:
        yield socket


def frame(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=PATIENCE_S)))


def test_all_who_watch_get_the_same_readings(instance: Netledger, router_id: str) -> None:
    with (
        watching(instance, router_id, "customer0001") as one,
        watching(instance, router_id, "CUSTOMER0001") as other,
    ):
        seen = [frame(other) for _ in range(3)]
        first = {frame(one)["at"] for _ in range(3)}
    assert {each["kind"] for each in seen} == {"traffic"}
    assert all(each["rx_bps"] > 0 and each["queue"] == "<pppoe-customer0001>" for each in seen)
    assert len(first & {each["at"] for each in seen}) >= 2


def test_who_is_not_there_is_told_and_watched_for(instance: Netledger, router_id: str, lab: Lab) -> None:
    with watching(instance, router_id, "nobody") as socket:
        told = frame(socket)
        assert told["kind"] == "error" and told["code"] == "ROUTER_QUEUE_NOT_FOUND"
        queue = ["=name=nobody", "=target=192.0.2.9/32", "=max-limit=1M/1M"]
        lab.order(run="/queue/simple/add", words=queue, router="127.65.71.1")
        while (told := frame(socket))["kind"] == "error":
            assert told["user"] == "nobody"
        assert told["queue"] == "nobody"


def test_a_router_that_nobody_knows_is_refused(instance: Netledger, router_id: str) -> None:
    with (
        watching(instance, str(uuid4()), "customer0001") as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        frame(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404 and "ROUTER_NOT_FOUND" in closed.value.rcvd.reason
