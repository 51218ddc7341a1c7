"""Telemetry over the API: live, over a WebSocket, and as it was, from what is published to the stream."""

import json
import socket as sockets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from adapters.jetstream.connection import connect as connect_nats
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from adapters.telemetry.store import PostgresTelemetryStore
from adapters.work_notes import PostgresWorkNotes
from domain.telemetry import Poll, Sample
from domain.worker_figures import WorkerFigure
from tests.integration.api.answers import refused
from tests.integration.api.serving import PATIENCE_S, Netledger, until

INTERVAL = 300.0


class Devices:
    """Publishes polls as pollers do, and writes those of the past as the recorder does."""

    def __init__(self, instance: Netledger) -> None:
        self._instance = instance
        self._client = instance.call(connect_nats(instance.configuration.nats_url, name="test"))
        instance.call(ensure_telemetry_stream(self._client.jetstream()))
        self._publisher = JetStreamTelemetry(self._client)

    def publish(self, *polls: Poll) -> None:
        assert self._instance.call(self._publisher.publish(polls)) == len(polls)

    def record(self, *polls: Poll) -> None:
        store = PostgresTelemetryStore(self._instance.console.pool)
        self._instance.call(store.record(polls, {}, earliest=0, latest=time.time() + 1e6))

    def close(self) -> None:
        self._instance.call(self._client.close())


@pytest.fixture(scope="module")
def devices(instance: Netledger) -> Iterator[Devices]:
    opened = Devices(instance)
    yield opened
    opened.close()


def shown(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def poll(device: str, at: float, rate: float | None, *, ports: int = 2) -> Poll:
    samples = tuple(Sample("if_in_bps", rate, f"ether{port}") for port in range(1, ports + 1))
    return Poll(device, "interfaces", at, INTERVAL, (*samples, Sample("cpu_percent", 7.0)))


def rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def subscribed(viewer: httpx.Client, **wanted: Any) -> ClientConnection:
    answer = shown(viewer.post("/telemetry/subscribe", json=wanted))
    return connect(answer["ws_url"])


def frame(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=PATIENCE_S)))


def first_frame(socket: ClientConnection, devices: Devices, device: str) -> None:
    """Publishes until the subscription is heard to work."""
    for number in range(200):
        devices.publish(poll(device, 1_000_000.0 + number, -1.0))
        try:
            socket.recv(timeout=0.2)
            break
        except TimeoutError:
            continue
    while True:  # those that were on their way
        try:
            socket.recv(timeout=0.3)
        except TimeoutError:
            return


def test_samples_come_over_the_websocket_as_they_are_published(
    viewer: httpx.Client, devices: Devices
) -> None:
    device, other, at = str(uuid4()), str(uuid4()), time.time()
    with subscribed(viewer, device_ids=[device], metrics=["if_in_bps"], interfaces=["ether2"]) as socket:
        first_frame(socket, devices, device)
        devices.publish(poll(other, at, 1.0), poll(device, at, 5e6), poll(device, at + 1, None))
        frames = [frame(socket) for _ in range(2)]
    common = {"kind": "sample", "device_id": device, "metric": "if_in_bps", "interface": "ether2"}
    assert [{**each, "at": datetime.fromisoformat(each["at"]).timestamp()} for each in frames] == [
        {**common, "at": pytest.approx(at), "value": 5e6},
        {**common, "at": pytest.approx(at + 1), "value": None},
    ]


def test_a_slow_reader_loses_samples_but_neither_the_connection_nor_the_order(
    viewer: httpx.Client, devices: Devices
) -> None:
    device = str(uuid4())
    answer = shown(viewer.post("/telemetry/subscribe", json={"device_ids": [device]}))
    host, port = httpx.URL(answer["ws_url"]).host, httpx.URL(answer["ws_url"]).port
    with sockets.create_connection((host, port)) as raw:
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 65_536)
        with (
            connect(answer["ws_url"], sock=raw, max_queue=1) as slow,
            subscribed(viewer, device_ids=[device]) as quick,
        ):
            first_frame(quick, devices, device)
            for number in range(40):
                devices.publish(poll(device, 2_000_000.0 + number, float(number), ports=1_000))
            devices.publish(poll(device, 3_000_000.0, 60.0, ports=1))
            seen, lost = [], 0
            while not seen or seen[-1][0] < 3_000_000 or seen[-1][1] != "cpu_percent":
                each = frame(slow)
                if each["kind"] == "lost":
                    lost += each["count"]
                else:
                    at = datetime.fromisoformat(each["at"]).timestamp()
                    seen.append((at, each["metric"], each.get("interface", "")))
    assert lost > 0
    times = [at for at, _, _ in seen]
    assert times == sorted(times)
    assert len(seen) == len(set(seen))


def test_a_subscription_needs_its_token(instance: Netledger, viewer: httpx.Client, devices: Devices) -> None:
    answer = shown(viewer.post("/telemetry/subscribe", json={}))
    url = answer["ws_url"].partition("?")[0]
    with connect(url + "?token=guessed") as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    device = str(uuid4())
    with connect(url) as socket:
        socket.send(json.dumps({"token": answer["token"]}))
        first_frame(socket, devices, device)
        devices.publish(poll(device, time.time(), 1.0))
        assert frame(socket)["device_id"] == device
    login = {"Authorization": viewer.headers["Authorization"]}
    with connect(f"{url}?device_id={device}&metric=cpu_percent", additional_headers=login) as socket:
        first_frame(socket, devices, device)
        devices.publish(poll(str(uuid4()), time.time(), 1.0), poll(device, time.time(), 1.0))
        received = frame(socket)
        assert (received["device_id"], received["metric"]) == (device, "cpu_percent")
    with instance.client() as nobody:
        refused(nobody.post("/telemetry/subscribe", json={}), 401)


def test_last_values_are_live_with_their_age(viewer: httpx.Client, devices: Devices) -> None:
    device = str(uuid4())
    at = time.time() - 50
    devices.record(poll(device, at - 1_000, 3.0, ports=1), poll(device, at, 4.0, ports=1))

    def live(**more: Any) -> list[dict[str, Any]]:
        return list(shown(viewer.get("/telemetry/live", params={"device_id": device, **more}))["items"])

    before = live(metric="if_in_bps")
    assert [(each["value"], each["stale"], each["interface"]) for each in before] == [(4.0, False, "ether1")]
    assert before[0]["age_s"] == pytest.approx(50, abs=20)
    assert before[0]["unit"] == "bit/s"
    devices.publish(poll(device, at + 49, 9.0, ports=1))
    until(lambda: live(metric="if_in_bps")[0]["value"] == 9.0)
    assert [each["metric"] for each in live()] == ["cpu_percent", "if_in_bps"]
    everywhere = shown(viewer.get("/telemetry/live", params={"metric": "cpu_percent", "limit": 500}))
    assert device in [each["device_id"] for each in everywhere["items"]]


def test_history_gives_the_rollup_that_fits_with_gaps_and_billing(
    viewer: httpx.Client, devices: Devices
) -> None:
    device = str(uuid4())
    midnight = time.time() // 86_400 * 86_400 - 2 * 86_400
    rates = {midnight + number * INTERVAL: float(number) for number in range(288) if not 100 <= number < 112}
    devices.record(*(poll(device, at, rate) for at, rate in rates.items()))

    def history(**more: Any) -> dict[str, Any]:
        params = {"metric": "if_in_bps", "from": rfc3339(midnight), "to": rfc3339(midnight + 86_400)}
        return dict(shown(viewer.get(f"/telemetry/history/{device}", params={**params, **more})))

    day = history(interface="ether1")
    assert (day["step_s"], day["resolution_s"], day["unit"]) == (300, 300, "bit/s")
    (ether1,) = day["items"]
    values = [point["value"] for point in ether1["points"]]
    assert values == [rates.get(midnight + number * INTERVAL) for number in range(288)]
    assert values[105] is None
    measured = sorted(rates.values())
    assert ether1["p95"] == measured[-(len(measured) // 20) - 1]
    assert ether1["total_bytes"] == pytest.approx(sum(measured) * 300 / 8)
    assert ether1["covered_percent"] == pytest.approx(100 * 276 / 288, abs=0.01)
    assert (ether1["min"], ether1["max"]) == (0.0, 287.0)

    hours = history(step=3_600)
    assert [each["interface"] for each in hours["items"]] == ["ether1", "ether2"]
    points = hours["items"][1]["points"]
    assert len(points) == 24
    assert (points[0]["min"], points[0]["max"], points[0]["last"]) == (0.0, 11.0, 11.0)
    assert points[0]["value"] == pytest.approx(5.5)
    assert points[8]["count"] == 4  # the gap is from 8:20 to 9:20
    assert hours["items"][0]["p95"] == ether1["p95"]

    raw = history(step=0, interface="ether2")
    assert [point["value"] for point in raw["items"][0]["points"]] == [*values[:100], None, *values[112:]]
    both = history(interface=["ether1", "ether2"])
    assert both["items"][0]["points"] == both["items"][1]["points"]
    assert history(metric="optical_rx_dbm")["items"] == []


def test_what_there_is_is_listed(viewer: httpx.Client, devices: Devices) -> None:
    device = str(uuid4())
    devices.record(poll(device, time.time(), 1.0, ports=3))
    first = shown(viewer.get("/telemetry/series", params={"device_id": device, "limit": 2}))
    rest = shown(
        viewer.get(
            "/telemetry/series", params={"device_id": device, "cursor": first["next_cursor"], "limit": 2}
        )
    )
    named = [(each["metric"], each["interface"]) for each in first["items"] + rest["items"]]
    assert named == [("cpu_percent", ""), *(("if_in_bps", f"ether{port}") for port in (1, 2, 3))]
    assert first["items"][0]["interval_s"] == INTERVAL


def test_bad_questions_are_refused(viewer: httpx.Client, devices: Devices) -> None:
    device = str(uuid4())
    refused(viewer.get(f"/telemetry/history/{device}", params={"metric": "cpu_percent"}), 404)
    devices.record(poll(device, time.time(), 1.0))
    url = f"/telemetry/history/{device}"
    refused(viewer.get(url), 400)
    refused(viewer.get(url, params={"metric": "cpu_percent", "step": 45}), 400)
    refused(viewer.get(url, params={"metric": "cpu_percent", "from": "yesterday"}), 400)
    now = datetime.now(UTC)
    backwards = {"metric": "cpu_percent", "from": now.isoformat(), "to": (now - timedelta(1)).isoformat()}
    refused(viewer.get(url, params=backwards), 400)
    long = {"metric": "cpu_percent", "from": (now - timedelta(20)).isoformat(), "step": 60}
    shown(viewer.get(url, params=long))
    refused(viewer.post("/telemetry/subscribe", json={"device_ids": ["x"]}), 400)


def test_metrics_tell_how_telemetry_is(instance: Netledger, viewer: httpx.Client, devices: Devices) -> None:
    """No recorder runs here, so what was published waits."""
    devices.publish(poll(str(uuid4()), time.time(), 1.0))
    figures = {
        line.split(" ")[0]: float(line.split(" ")[1])
        for line in viewer.get(f"{instance.root}/metrics").text.splitlines()
        if line.startswith("netledger_telemetry")
    }
    assert figures["netledger_telemetry_stream_messages"] > 0
    assert figures["netledger_telemetry_stream_bytes"] > 0
    assert figures["netledger_telemetry_recorder_lag_seconds"] > 0
    assert figures["netledger_telemetry_recorded_samples_total"] == 0
    assert figures["netledger_telemetry_live_samples_total"] > 0
    assert figures["netledger_telemetry_subscribers"] == 0


def test_metrics_tell_what_workers_count(instance: Netledger, viewer: httpx.Client) -> None:
    """Here two that are none, with figures such as pollers give."""

    def polls(group: str, count: float) -> WorkerFigure:
        labels = {"group": group}
        return WorkerFigure(
            name="netledger_poller_polls", help="Ended", kind="counter", value=count, labels=labels
        )

    waiting = WorkerFigure(name="netledger_poller_waiting_samples", help="Wait", kind="gauge", value=8)
    notes = PostgresWorkNotes(instance.console.pool)
    instance.call(notes.present("one", "poller", [polls("interfaces", 3), polls("resources", 4), waiting]))
    instance.call(notes.present("two", "poller", [polls("interfaces", 5)]))
    try:
        lines = viewer.get(f"{instance.root}/metrics").text.splitlines()
    finally:
        instance.call(notes.leave("one"))
        instance.call(notes.leave("two"))
    found = {line for line in lines if 'worker="one"' in line or 'worker="two"' in line}
    assert found == {
        'netledger_poller_polls_total{group="interfaces",worker="one"} 3.0',
        'netledger_poller_polls_total{group="resources",worker="one"} 4.0',
        'netledger_poller_polls_total{group="interfaces",worker="two"} 5.0',
        'netledger_poller_waiting_samples{worker="one"} 8.0',
    }


def test_talkers_are_the_interfaces_that_move_most(
    viewer: httpx.Client, engineer: httpx.Client, devices: Devices
) -> None:
    made = engineer.post("/inventory/devices", json={"address": "198.51.100.140", "name": "edge-140"})
    assert made.status_code == 201, made.text
    device, stranger = made.json()["id"], str(uuid4())
    now = time.time()

    def traffic(each: str, *rates: tuple[str, float, float]) -> Poll:
        samples = [
            Sample(metric, value, port)
            for port, received, sent in rates
            for metric, value in (("if_in_bps", received), ("if_out_bps", sent))
        ]
        return Poll(each, "interfaces", now, INTERVAL, tuple(samples))

    devices.publish(traffic(device, ("wan", 5e11, 4e11), ("lan", 1e11, 2e11), ("idle", 0.0, 0.0)))
    devices.publish(traffic(stranger, ("ether1", 9e12, 9e12)))  # is not in the inventory

    def talkers(limit: int = 2) -> list[dict[str, Any]]:
        return list(shown(viewer.get("/telemetry/talkers", params={"limit": limit}))["items"])

    until(lambda: [each["interface"] for each in talkers()] == ["wan", "lan"])
    first = talkers()[0]
    assert (first["device_id"], first["device_name"]) == (device, "edge-140")
    assert (first["in_bps"], first["out_bps"]) == (5e11, 4e11)
    assert [each["interface"] for each in talkers(limit=1)] == ["wan"]
