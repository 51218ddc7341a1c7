"""The connection to a router heals itself and keeps one login, whatever the router does."""

import asyncio
import logging
import time
from typing import Any

import pytest

from adapters.routeros.dial import DialLimits
from adapters.routeros.link import LinkLimits
from domain.router_ports import RouterError
from lab.routeros.faults import Fault

QUICK = LinkLimits(
    dial=DialLimits(connect_s=0.5, handshake_s=1.0, login_s=0.5),
    backoff_cap_s=0.05,
    flapping_cap_s=0.05,
    refused_retry_s=60,
)


def logins(bench: Any) -> int:
    return sum("logged in" in row["message"] for row in bench.device.log.items.values())


def refusals(bench: Any) -> int:
    return sum("login failure" in row["message"] for row in bench.device.log.items.values())


@pytest.mark.parametrize("version", ["6.42.12", "6.49.17", "7.16.2", "7.18.2"])
async def test_one_login_serves_all_commands(bench: Any, version: str) -> None:
    await bench.start(versions=(version,))
    router = bench.own()
    for _ in range(5):
        assert (await router.health()).version.startswith(version)
    await asyncio.gather(*(router.active_users() for _ in range(5)))
    assert logins(bench) == 1
    assert router.connection.state == "connected"
    assert router.connection.logins == 1
    assert router.connection.latency_ms is not None


@pytest.mark.parametrize("version", ["6.42.12", "7.16.2"])
async def test_a_refused_login_is_not_repeated_until_reset(bench: Any, until: Any, version: str) -> None:
    await bench.start(versions=(version,), limits=QUICK)
    router = bench.own(password="wrong")
    with pytest.raises(RouterError) as refused:
        await router.health()
    assert refused.value.code == "ROUTER_CIRCUIT_OPEN"
    assert refused.value.details["cause"] == "ROUTER_LOGIN_REFUSED"
    assert not refused.value.sent
    assert router.connection.circuit == "open"
    assert bench.device.release.login_refusal() in router.connection.last_error
    assert "wrong" not in router.connection.last_error
    assert refusals(bench) == 1
    bench.device.users.set("admin", {"password": "wrong"})
    router.reset()
    assert (await router.health()).cpu_percent is not None
    assert router.connection.circuit == "closed"
    assert refusals(bench) == 1


async def test_a_dropped_connection_comes_back(bench: Any, until: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    await router.health()
    bench.lab.servers[bench.address].drop_sessions()
    await until(lambda: router.connection.logins == 2)
    assert (await router.health()).cpu_percent is not None
    assert router.connection.last_error_code == "ROUTER_CONNECTION_LOST"


async def test_a_reboot_opens_the_circuit_and_recovery_is_quick(bench: Any, until: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    await router.health()
    bench.device.reboot(0.6)
    await until(lambda: router.connection.circuit == "open")
    assert router.connection.state == "down"
    started = time.monotonic()
    with pytest.raises(RouterError) as refused:
        await router.health()
    assert refused.value.code == "ROUTER_CIRCUIT_OPEN"
    assert time.monotonic() - started < 0.2, "callers do not wait for a router that is away"
    await until(lambda: router.connection.state == "connected")
    assert router.connection.circuit == "closed"
    health = await router.health()
    assert health.uptime_s is not None
    assert health.uptime_s < 5


async def test_a_read_survives_a_short_outage(bench: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    await router.health()
    for kind in ("drop_before", "drop_after", "drop_mid_sentence", "fatal"):
        bench.device.faults.add(Fault(kind, "/ppp/active/print"))
        assert len(await router.active_users()) == 10, kind
    assert router.connection.logins == 5


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "drop_mid_sentence", "fatal", "hang", "half_sentence"]
)
async def test_a_change_that_was_cut_short_is_unknown(bench: Any, kind: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    bench.device.faults.add(Fault(kind, "/ppp/secret/remove", message="router is going down"))
    with pytest.raises(RouterError) as cut:
        await router.ensure_no_secret("customer0000", report=bench.report, deadline_s=0.5)
    assert cut.value.outcome_unknown
    assert cut.value.code == (
        "ROUTER_TIMEOUT" if kind in ("hang", "half_sentence") else "ROUTER_CONNECTION_LOST"
    )
    if kind == "fatal":
        assert "router is going down" in cut.value.details["words"]
    change = await router.ensure_no_secret("customer0000", report=bench.report)
    assert bench.device.ppp.secrets.find(name="customer0000") is None
    assert change.changed


@pytest.mark.parametrize("kind", ["hang", "half_sentence"])
async def test_silence_wedges_nothing(bench: Any, kind: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault(kind, "/system/resource/print"))
    with pytest.raises(RouterError) as late:
        await router.health(deadline_s=0.2)
    assert late.value.code == "ROUTER_TIMEOUT"
    assert (await router.health()).cpu_percent is not None


async def test_a_trickling_answer_is_read_whole(bench: Any) -> None:
    await bench.start(limits=QUICK)
    router = bench.own()
    bench.device.faults.add(Fault("trickle", "/ppp/secret/print", delay_s=0.2))
    assert len(await router.secrets()) == 10
    assert router.connection.logins == 1


async def test_a_router_that_goes_mute_is_noticed_while_idle(bench: Any, until: Any) -> None:
    await bench.start(limits=LinkLimits(keepalive_s=0.05, keepalive_answer_s=0.1, flapping_cap_s=0.05))
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("hang", "/system/identity/print"))
    await until(lambda: router.connection.logins == 2)
    assert router.connection.last_error_code == "ROUTER_TIMEOUT"


async def test_the_keepalive_does_not_log_in_again(bench: Any, until: Any) -> None:
    await bench.start(limits=LinkLimits(keepalive_s=0.02))
    router = bench.own()
    await router.health()
    first = router.connection.latency_ms
    await until(lambda: router.connection.latency_ms != first)
    assert router.connection.logins == 1


async def test_a_live_read_overtakes_bulk_work(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("slow", "/ppp/active/print", times=0, delay_s=0.03))
    finished: list[str] = []

    async def work(name: str, read: Any) -> None:
        await read
        finished.append(name)

    bulk = [asyncio.create_task(work("bulk", router.active_users(priority="bulk"))) for _ in range(6)]
    await asyncio.sleep(0)
    await work("live", router.health())
    await asyncio.gather(*bulk)
    assert finished.index("live") <= 1, "behind at most the command under way"
    assert finished.count("bulk") == 6


async def test_a_caller_who_leaves_does_not_cost_the_connection(bench: Any, until: Any) -> None:
    await bench.start()
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("slow", "/ppp/active/print", delay_s=0.1))
    leaving = asyncio.create_task(router.active_users())
    await until(lambda: not bench.device.faults.waiting)
    leaving.cancel()
    assert (await router.health()).cpu_percent is not None
    assert router.connection.logins == 1


async def test_the_queue_is_bounded(bench: Any, until: Any) -> None:
    await bench.start(limits=LinkLimits(queued=3))
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("slow", "/ppp/active/print", delay_s=0.1))
    waiting = [asyncio.create_task(router.active_users())]
    await until(lambda: not bench.device.faults.waiting)
    waiting += [asyncio.create_task(router.active_users()) for _ in range(3)]
    await until(lambda: router.connection.queued == 3)
    with pytest.raises(RouterError) as busy:
        await router.health()
    assert busy.value.code == "ROUTER_BUSY"
    assert [len(users) for users in await asyncio.gather(*waiting)] == [10] * 4


async def test_a_command_that_waited_too_long_was_not_sent(bench: Any, until: Any) -> None:
    await bench.start()
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("slow", "/ppp/active/print", delay_s=0.3))
    slow = asyncio.create_task(router.active_users())
    await until(lambda: not bench.device.faults.waiting)
    with pytest.raises(RouterError) as late:
        await router.health(deadline_s=0.05)
    assert late.value.code == "ROUTER_TIMEOUT"
    assert not late.value.sent
    await slow


async def test_a_full_router_is_tried_again(bench: Any, until: Any) -> None:
    await bench.start(limits=QUICK)
    others = [await asyncio.open_connection(bench.address, bench.lab.port) for _ in range(20)]
    await until(lambda: bench.lab.servers[bench.address].sessions == 20)
    router = bench.own()
    await until(lambda: router.connection.state == "down")
    assert router.connection.last_error_code == "ROUTER_UNREACHABLE"
    for _reader, writer in others:
        writer.close()
    await until(lambda: router.connection.state == "connected")


async def test_nobody_home(bench: Any) -> None:
    await bench.start(limits=QUICK)
    await bench.lab.servers[bench.address].stop()
    router = bench.own()
    assert await bench.fleet.wait_tried(timeout_s=5)
    with pytest.raises(RouterError) as away:
        await router.health(deadline_s=0.05)
    assert away.value.code in ("ROUTER_UNREACHABLE", "ROUTER_CIRCUIT_OPEN")
    assert not away.value.sent
    assert "connection refused" in away.value.message.lower()


async def test_closing_answers_those_who_wait(bench: Any, until: Any) -> None:
    await bench.start()
    router = bench.own()
    await router.health()
    bench.device.faults.add(Fault("hang", "/ppp/active/print"))
    waiting = [asyncio.create_task(router.active_users())]
    await until(lambda: not bench.device.faults.waiting)
    waiting.append(asyncio.create_task(router.health()))
    await until(lambda: router.connection.queued == 1)
    await bench.fleet.disown(bench.address)
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, RouterError)
        assert outcome.code == "ROUTER_CLOSED"
    with pytest.raises(RouterError):
        await router.health()
    assert bench.fleet.router(bench.address) is None


async def test_a_new_endpoint_replaces_the_connection(bench: Any, until: Any) -> None:
    await bench.start(limits=QUICK)
    assert bench.own() is bench.own()
    bench.device.users.insert({"name": "second", "group": "full", "password": "pw"})
    await bench.own().health()
    assert (await bench.own(username="second", password="pw").health()).cpu_percent is not None
    await until(lambda: bench.lab.servers[bench.address].sessions == 1)


async def test_permissions_are_told_apart(bench: Any) -> None:
    await bench.start()
    bench.device.users.insert({"name": "reader", "group": "read", "password": "pw"})
    router = bench.own(username="reader", password="pw")
    assert len(await router.secrets()) == 10
    with pytest.raises(RouterError) as denied:
        await router.ensure_no_secret("customer0000", report=bench.report)
    assert denied.value.code == "ROUTER_PERMISSION_DENIED"
    assert denied.value.details["words"] == "not enough permissions (9)"


async def test_no_password_reaches_a_log(bench: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await bench.start(password="s3cret-router")
    router = bench.own(password="s3cret-router")
    await router.health()
    await router.passwords()
    assert "s3cret" not in caplog.text
    assert "pw-customer" not in caplog.text
    assert "s3cret" not in repr(router.connection) + repr(bench.fleet)


HOSTILE = {
    "random bytes": b"HTTP/1.1 400 Bad Request\r\n\r\n" * 50,
    "reserved control byte": b"\xff" * 200,
    "a word of 200 MB": b"\xeb\xeb\xc2\x00" + b"x" * 1000,
    "a sentence without end": b"\x03!re" + b"\x01=" * 5_000,
    "empty sentences": b"\x00" * 5_000,
    "unknown reply": b"\x05!what\x00",
    "fatal without a reason": b"\x06!fatal\x00",
    "trap with strange words": b"\x05!trap\x05=ret=\x03foo\x0d=category=999\x00\x05!done\x00",
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_listener_is_a_router_that_cannot_be_reached(bench: Any, answer: bytes) -> None:
    await bench.start(limits=QUICK)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.65.50.9", 0)
    router = bench.own("127.65.50.9", port=server.sockets[0].getsockname()[1])
    with pytest.raises(RouterError):
        await router.health(deadline_s=0.6)
    assert router.connection.last_error
    assert router.connection.logins == 0
    await bench.fleet.close()
    server.close()
