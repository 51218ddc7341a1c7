"""The simulated routers, seen by clients that we did not write: librouteros (both ways) and routeros-api."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import librouteros
import pytest
import routeros_api
from librouteros.exceptions import ConnectionClosed, FatalError, MultiTrapError, TrapError
from librouteros.query import Key, Or

from lab.routeros.certificates import LabAuthority
from lab.routeros.fleet import FleetPlan, LabFleet
from lab.routeros.router import SimulatedRouter

V6_OLD, V6, V7, V7_EMPTY = "6.42.12", "6.49.17", "7.16.2", "7.18.2"


@contextlib.asynccontextmanager
async def lab(**plan: Any) -> AsyncIterator[tuple[LabFleet, str, SimulatedRouter]]:
    fleet = LabFleet(FleetPlan(network="127.65.40.0/24", **{"count": 1, "redial_s": 0.01, **plan}))
    await fleet.start()
    try:
        address = next(iter(fleet.servers))
        yield fleet, address, fleet[address]
    finally:
        await fleet.stop()


async def connect(fleet: LabFleet, address: str, **options: Any) -> librouteros.api.AsyncApi:
    options = {"username": "admin", "password": "lab", "encoding": "latin-1", **options}
    return await librouteros.async_connect(address, port=fleet.port, timeout=5, **options)


async def ask(api: librouteros.api.AsyncApi, command: str, *words: str) -> list[dict[str, Any]]:
    return [row async for row in api.rawCmd(command, *words)]


async def in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.wait_for(asyncio.to_thread(work), 20)


@pytest.mark.parametrize("version", [V6, V7, V7_EMPTY])
async def test_librouteros_reads_and_changes_secrets(version: str) -> None:
    async with lab(versions=(version,)) as (fleet, address, _router):
        api = await connect(fleet, address)
        secrets = api.path("ppp", "secret")
        new = await secrets.add(name="new", password="x", profile="home", comment="made by hand")
        name, profile = Key("name"), Key("profile")
        found = [row async for row in secrets.select(name, profile).where(name == "new", profile == "home")]
        assert found == [{"name": "new", "profile": "home"}]
        await secrets.update(**{".id": new, "disabled": True})
        rows = [row async for row in secrets.select(Key("disabled")).where(name == "new")]
        assert rows == [{"disabled": True}]
        await secrets.remove(new)
        assert [row async for row in secrets.select(name).where(name == "new")] == []
        either = [
            row
            async for row in secrets.select(name).where(Or(name == "customer0000", name == "customer0001"))
        ]
        assert {row["name"] for row in either} == {"customer0000", "customer0001"}
        await api.close()


async def test_librouteros_in_its_synchronous_form() -> None:
    async with lab(versions=(V7,)) as (fleet, address, _router):

        def work() -> tuple[Any, ...]:
            api = librouteros.connect(address, "admin", "lab", port=fleet.port, timeout=5)
            resource = tuple(api.path("system", "resource"))
            traffic = tuple(api.path("interface")("monitor-traffic", interface="ether1,ether2", once=""))
            api.close()
            return resource, traffic

        resource, traffic = await in_thread(work)
        assert resource[0]["version"] == "7.16.2 (stable)"
        assert [row["name"] for row in traffic] == ["ether1", "ether2"]
        assert traffic[0]["rx-bits-per-second"] > 0


async def test_old_routers_want_the_challenge_and_new_ones_refuse_its_answer() -> None:
    async with lab(count=2, versions=(V6_OLD, V7)) as (fleet, _address, _router):
        old, new = fleet.servers
        api = await connect(fleet, old, login_method=librouteros.async_token)
        assert (await ask(api, "/system/identity/print"))[0]["name"] == "lab-127-65-40-1"
        await api.close()
        with pytest.raises(TrapError, match="cannot log in"):
            await connect(fleet, old, password="wrong", login_method=librouteros.async_token)
        with pytest.raises(TrapError, match=r"invalid user name or password \(6\)"):
            await connect(fleet, new, login_method=librouteros.async_token)
        with pytest.raises(TrapError, match=r"invalid user name or password \(6\)"):
            await connect(fleet, new, password="wrong")


@pytest.mark.parametrize("version", [V6, V7])
async def test_routeros_api_with_its_tags(version: str) -> None:
    async with lab(versions=(version,)) as (fleet, address, _router):

        def work() -> tuple[Any, ...]:
            pool = routeros_api.RouterOsApiPool(
                address, "admin", "lab", port=fleet.port, plaintext_login=True
            )
            api = pool.get_api()
            secrets = api.get_resource("/ppp/secret")
            promises = [secrets.get_async(name=f"customer000{number}") for number in range(3)]
            names = [promise.get()[0]["name"] for promise in reversed(promises)]
            secrets.add(name="new", password="x")
            with pytest.raises(
                routeros_api.exceptions.RouterOsApiCommunicationError, match="same name already exists"
            ):
                secrets.add(name="new", password="x")
            profile = secrets.get(name="new")[0]["profile"]
            pool.disconnect()
            return names, profile

        names, profile = await in_thread(work)
        assert names == ["customer0002", "customer0001", "customer0000"]
        assert profile == "default"


async def test_routeros_api_logs_in_to_an_old_router() -> None:
    async with lab(versions=(V6_OLD,)) as (fleet, address, _router):

        def work() -> Any:
            pool = routeros_api.RouterOsApiPool(
                address, "admin", "lab", port=fleet.port, plaintext_login=False
            )
            rows = pool.get_api().get_resource("/ppp/active").get()
            pool.disconnect()
            return rows

        assert len(await in_thread(work)) == 10


async def test_api_ssl(tmp_path: Path) -> None:
    authority = LabAuthority(tmp_path)
    server, _fingerprint = authority.server_context(["127.65.40.1"])
    fleet = LabFleet(FleetPlan(network="127.65.40.0/24"), tls=server)
    await fleet.start()
    try:
        trusting = ssl.create_default_context(cafile=authority.ca_file)
        api = await librouteros.async_connect(
            "127.65.40.1", "admin", "lab", port=fleet.tls_port, ssl_wrapper=trusting, timeout=5
        )
        assert [row["name"] for row in await ask(api, "/system/identity/print")] == ["lab-127-65-40-1"]
        await api.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await librouteros.async_connect(
                "127.65.40.1",
                "a",
                "b",
                port=fleet.tls_port,
                ssl_wrapper=ssl.create_default_context(),
                timeout=5,
            )
    finally:
        await fleet.stop()


async def test_traps_and_fatal() -> None:
    async with lab(versions=(V6,)) as (fleet, address, _router):
        api = await connect(fleet, address)
        with pytest.raises(MultiTrapError):
            await ask(api, "/no/such/print")
        with pytest.raises(TrapError, match="no such item") as missing:
            await ask(api, "/ppp/secret/remove", "=.id=*ABCDEF")
        assert missing.value.category == 0
        with pytest.raises(TrapError, match="input does not match any value of profile") as refused:
            await ask(api, "/ppp/secret/add", "=name=n", "=profile=nowhere")
        assert refused.value.category == 1
        with pytest.raises(FatalError, match="session terminated"):
            await ask(api, "/quit")
        with pytest.raises((ConnectionClosed, ConnectionError)):
            await ask(api, "/system/identity/print")


async def test_names_are_bytes() -> None:
    name = "Иван".encode("cp1251").decode("latin-1")
    async with lab() as (fleet, address, router):
        api = await connect(fleet, address)
        await ask(api, "/ppp/secret/add", f"=name={name}")
        assert router.ppp.secrets.find(name=name) is not None
        assert (await ask(api, "/ppp/secret/print", f"?name={name}"))[0]["name"] == name
        await api.close()


async def test_a_router_takes_twenty_sessions() -> None:
    async with lab() as (fleet, address, _router):
        sessions = [await connect(fleet, address) for _ in range(20)]
        with pytest.raises(ConnectionClosed):
            await connect(fleet, address)
        for api in sessions:
            await api.close()


async def test_listen_and_cancel() -> None:
    """librouteros knows no tags, so the sentences are written and read with its protocol alone."""
    async with lab() as (fleet, address, router):
        api = await connect(fleet, address)
        await api.protocol.writeSentence("/ppp/active/listen", ".tag=7")
        await api.protocol.writeSentence("/system/identity/print", ".tag=8")
        assert (await api.protocol.readSentence())[1][-1] == ".tag=8"
        assert await api.protocol.readSentence() == ("!done", (".tag=8",))
        active = next(iter(router.ppp.active.items))
        router.execute_line("/ppp/active/remove", f"=.id={active}")
        assert await api.protocol.readSentence() == ("!re", (f"=.id={active}", "=.dead=true", ".tag=7"))
        reply, words = await api.protocol.readSentence()
        assert reply == "!re"
        assert "=name=customer0000" in words, "the subscriber dialled again"
        await api.protocol.writeSentence("/cancel", "=tag=7", ".tag=9")
        assert await api.protocol.readSentence() == (
            "!trap",
            ("=category=2", "=message=interrupted", ".tag=7"),
        )
        assert await api.protocol.readSentence() == ("!done", (".tag=7",))
        assert await api.protocol.readSentence() == ("!done", (".tag=9",))
        await api.close()
