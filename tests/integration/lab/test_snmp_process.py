"""The lab as a process, for demos and for peers that must not share our event loop."""

import asyncio
import signal
import sys

import msgspec
import psutil
import pytest
from gufo.snmp import user as gufo
from gufo.snmp.aio import SnmpSession

SYS_NAME = "1.3.6.1.2.1.1.5.0"
LIMIT_S = 30


@pytest.fixture
async def start():
    """Starts the process and gives it with its ready line."""
    running = []

    async def launch(*words):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "lab.snmp_process", *words, stdout=asyncio.subprocess.PIPE, limit=1 << 24
        )
        running.append(process)
        line = await asyncio.wait_for(process.stdout.readline(), LIMIT_S)
        return process, msgspec.json.decode(line)

    yield launch
    for process in running:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_fleet_answers_and_sigterm_stops_it(start):
    process, ready = await start(
        "--network", "127.61.4.0/24", "--size", "12", "--community", "lab-c", "--v2c-only"
    )
    names = set()
    for address in ready["addresses"]:
        async with SnmpSession(address, port=ready["port"], community="lab-c", timeout=5) as session:
            names.add(await session.get(SYS_NAME))
    assert len(names) == 12 <= len(ready["addresses"])
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), LIMIT_S) == 0


async def test_generated_credentials_are_told_and_work(start):
    _, ready = await start("--network", "127.61.5.0/24", "--size", "16", "--seed", "5")
    credentials = {each["id"]: each for each in ready["credentials"]}
    v3 = credentials["lab-v3"]
    address = next(address for address, each in ready["access"].items() if each == "lab-v3")
    user = gufo.User(
        v3["username"],
        auth_key=gufo.Sha256Key(v3["auth_password"].encode()),
        priv_key=gufo.Aes128Key(v3["priv_password"].encode()),
    )
    async with SnmpSession(address, port=ready["port"], user=user, timeout=5) as session:
        assert await session.get(SYS_NAME)
    async with SnmpSession(
        address, port=ready["port"], community=credentials["lab-v2c"]["community"], timeout=0.2
    ) as session:
        with pytest.raises(TimeoutError):
            await session.get(SYS_NAME)


async def test_recordings_are_served_one_an_address(start, tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.snmprec").write_text(f"{SYS_NAME}|4|{name}\n")
    told = tmp_path / "map.json"
    words = (
        "--recordings",
        str(tmp_path),
        "--network",
        "127.61.6.0/24",
        "--community",
        "x",
        "--map",
        str(told),
    )
    _, ready = await start(*words)
    assert list(ready["files"].values()) == [str(tmp_path / f"{name}.snmprec") for name in "abc"]
    assert msgspec.json.decode(told.read_bytes()) == ready
    async with SnmpSession("127.61.6.2", port=ready["port"], community="x", timeout=5) as session:
        assert await session.get(SYS_NAME) == b"b"


async def test_two_thousand_agents_start_quickly_and_stay_small(start):
    began = asyncio.get_running_loop().time()
    words = ("--network", "127.62.0.0/20", "--size", "2000", "--community", "x", "--v2c-only")
    process, ready = await start(*words)
    took_s = asyncio.get_running_loop().time() - began
    assert len(ready["addresses"]) >= 2_000
    assert took_s < 3
    for address in ready["addresses"][::100]:
        async with SnmpSession(address, port=ready["port"], community="x", timeout=5) as session:
            assert await session.get(SYS_NAME)
    assert psutil.Process(process.pid).memory_info().rss < 400 << 20


async def test_bad_arguments_are_explained():
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "lab.snmp_process", "--network", "127.61.7.0/29", "--size", "100"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert process.returncode == 1
    assert b"give a wider one" in err
    assert b"Traceback" not in err
