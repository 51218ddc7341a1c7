"""Health, traffic and users as simulated routers of several releases tell them."""

from typing import Any

import pytest

from domain.router_ports import RouterError
from lab.routeros.faults import Fault
from lab.routeros.fleet import add_customer

VERSIONS = ["6.42.12", "6.49.17", "7.16.2", "7.18.2"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_health(bench: Any, version: str) -> None:
    await bench.start(versions=(version,))
    health = await bench.own().health()
    assert health.cpu_percent is not None
    assert 0 <= health.cpu_percent <= 100
    assert health.memory_percent is not None
    assert 30 < health.memory_percent < 60
    assert health.uptime_s == int(bench.device.uptime_s())
    assert health.version.startswith(version)
    assert health.board == bench.device.board
    assert health.name == "lab-127-65-50-1"


async def test_ports_carry_traffic(bench: Any) -> None:
    await bench.start()
    traffic = await bench.own().traffic()
    assert [reading.name for reading in traffic.interfaces] == ["ether1", "ether2", "ether3"]
    assert traffic.rx_bps == sum(reading.rx_bps for reading in traffic.interfaces) > 0


@pytest.mark.parametrize("name", ["customer0001", "CUSTOMER0001", "Customer0001"])
async def test_the_queue_of_a_session_is_found_whatever_the_case(bench: Any, name: str) -> None:
    await bench.start()
    traffic = await bench.own().user_traffic(name)
    assert traffic.queue == "<pppoe-customer0001>"
    assert traffic.tx_bps > traffic.rx_bps > 0
    assert (traffic.rx_limit_bps, traffic.tx_limit_bps) == (10_000_000, 50_000_000)


async def test_a_queue_of_the_bare_name_is_found_second(bench: Any) -> None:
    await bench.start(customers=0)
    router = bench.own()
    bench.device.execute_line("/queue/simple/add", "=name=ANA", "=target=10.9.9.9/32", "=max-limit=1M/2M")
    assert (await router.user_traffic("ana")).queue == "ANA"
    bench.device.execute_line("/queue/simple/add", "=name=<pppoe-ana>", "=target=10.9.9.9/32")
    assert (await router.user_traffic("ana")).queue == "<pppoe-ana>"
    assert (await router.user_traffic("Ana")).queue == "<pppoe-ana>"


async def test_a_user_without_a_queue_is_read_at_the_interface(bench: Any) -> None:
    await bench.start(customers=0)
    bench.device.ppp.profiles.add({"name": "free", "remote-address": "customers"})
    add_customer(bench.device, "bob", "free")
    router = bench.own()
    traffic = await router.user_traffic("BOB")
    assert (traffic.queue, traffic.interface) == ("", "<pppoe-bob>")
    assert traffic.tx_bps > 0
    with pytest.raises(RouterError) as unknown:
        await router.user_traffic("nobody")
    assert unknown.value.code == "ROUTER_QUEUE_NOT_FOUND"


@pytest.mark.parametrize("version", VERSIONS)
async def test_users_and_secrets(bench: Any, version: str) -> None:
    await bench.start(versions=(version,))
    router = bench.own()
    users = await router.active_users()
    assert [user.name for user in users] == [f"customer{number:04}" for number in range(10)]
    assert all(user.address.startswith("100.64.") and user.uptime_s is not None for user in users)
    secrets = await router.secrets()
    assert [secret.name for secret in secrets] == [user.name for user in users]
    assert (await router.passwords())["customer0003"] == "pw-customer0003"
    assert "home" in await router.profiles()


@pytest.mark.parametrize("version", ["7.16.2", "7.18.2"])
async def test_nothing_is_an_empty_answer(bench: Any, version: str) -> None:
    await bench.start(versions=(version,), customers=0)
    router = bench.own()
    assert await router.active_users() == ()
    assert await router.secrets() == ()
    assert await router.secret("nobody") is None
    assert router.connection.logins == 1


async def test_values_stay_as_the_router_wrote_them(bench: Any) -> None:
    """A name of digits, one that looks like a flag, a comment with leading zeros."""
    await bench.start(customers=0)
    for name in ("007", "true", "no", "*1A"):
        add_customer(bench.device, name, comment="00420")
    router = bench.own()
    assert [secret.name for secret in await router.secrets()] == ["007", "true", "no", "*1A"]
    assert {secret.comment for secret in await router.secrets()} == {"00420"}
    assert {user.name for user in await router.active_users()} == {"007", "true", "no", "*1A"}


@pytest.mark.parametrize(
    ("charset", "name"), [("utf-8", "Müller-北京"), ("cp1251", "Иванов"), ("utf-8", "a\uefe9b")]
)
async def test_names_in_any_charset_are_found_again(bench: Any, charset: str, name: str) -> None:
    """The last one holds a byte that is no UTF-8, as a Winbox with a code page leaves it."""
    await bench.start(customers=0)
    wire = b"a\xe9b" if "\uefe9" in name else name.encode(charset)
    add_customer(bench.device, wire.decode("latin-1"))
    router = bench.own(charset=charset)
    assert [secret.name for secret in await router.secrets()] == [name]
    secret = await router.secret(name)
    assert secret is not None
    assert (await router.user_traffic(name)).queue == f"<pppoe-{name}>"


async def test_a_name_that_the_charset_lacks_is_refused_here(bench: Any) -> None:
    await bench.start(customers=0)
    with pytest.raises(RouterError) as refused:
        await bench.own(charset="cp1251").secret("北京")
    assert refused.value.code == "ROUTER_ARGUMENT_REFUSED"
    assert not refused.value.sent


async def test_the_routers_own_words_are_in_the_details(bench: Any) -> None:
    await bench.start()
    bench.device.faults.add(Fault("reject", "/system/resource/print", message="failure: flash is worn out"))
    with pytest.raises(RouterError) as refused:
        await bench.own().health()
    assert refused.value.code == "ROUTER_TRAP"
    assert refused.value.details["words"] == "failure: flash is worn out"
    assert not refused.value.outcome_unknown


async def test_history_tells_who_changed_what(bench: Any) -> None:
    await bench.start()
    bench.device.execute_line("/ppp/secret/set", "=.id=customer0000", "=comment=moved")
    newest = (await bench.own().history())[0]
    assert newest.action == "ppp secret customer0000 changed"
    assert newest.by == "admin"


@pytest.mark.parametrize("version", VERSIONS)
async def test_counters_of_interfaces_and_of_queues(bench: Any, version: str) -> None:
    await bench.start(versions=(version,))
    router = bench.own()
    interfaces = {each.name: each for each in await router.interface_counters()}
    assert {"ether1", "ether5"} <= set(interfaces)
    assert not any(name.startswith("<pppoe-") for name in interfaces)
    assert interfaces["ether1"].running
    assert not interfaces["ether5"].running
    queues = {each.name: each for each in await router.queue_counters()}
    queue = queues["<pppoe-customer0001>"]
    assert queue.tx_bps is not None
    assert queue.tx_bytes is not None
