"""Banners of a real OpenSSH server, and of peers that say too much, too little or nothing at all."""

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from adapters.banner import TcpBannerProber

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[[Script], Awaitable[int]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a TCP server that plays a script to each peer; tells its port."""
    servers: list[asyncio.Server] = []

    async def start(script: Script) -> int:
        async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await script(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(play, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()


def says(*parts: bytes) -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read()

    return script


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("sshd")
    key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # the server's privilege separation insists on it
    process = subprocess.Popen(
        [
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-h",
            str(key),
            "-p",
            str(port),
            "-o",
            "ListenAddress=127.0.0.1",
        ],
        stderr=subprocess.DEVNULL,
    )
    yield port
    process.terminate()
    process.wait()


@pytest.mark.needs_package("openssh-server")
async def test_openssh_tells_its_version(sshd: int) -> None:
    prober = TcpBannerProber()
    banner = None
    async with asyncio.timeout(20):
        while banner is None:
            banner = await prober.ssh_banner("127.0.0.1", port=sshd, timeout_s=5)
    assert banner.startswith("SSH-2.0-OpenSSH_")
    assert not await prober.routeros_api("127.0.0.1", port=sshd, timeout_s=5)


@pytest.mark.parametrize(
    ("parts", "banner"),
    [
        ([b"SSH-2.0-ROSSSH\r\n"], "SSH-2.0-ROSSSH"),
        ([b"SSH", b"-2.0-dropb", b"ear\n"], "SSH-2.0-dropbear"),
        ([b"Keep out!\r\n\r\nNo, really.\r\nSSH-1.99-Cisco-1.25\r\n"], "SSH-1.99-Cisco-1.25"),
        ([b"SSH-2.0-odd\x07\x1b[31m\x00\xe9\r\n"], "SSH-2.0-odd[31mé"),
        ([b"SSH-2.0-" + b"x" * 500 + b"\r\n"], "SSH-2.0-" + "x" * 247),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], None),
        ([b"line\r\n" * 200 + b"SSH-2.0-late\r\n"], None),
        ([b"x" * 100_000], None),
    ],
)
async def test_banners_of_other_servers(serve: Serve, parts: list[bytes], banner: str | None) -> None:
    port = await serve(says(*parts))
    assert await TcpBannerProber().ssh_banner("127.0.0.1", port=port, timeout_s=0.5) == banner


@pytest.mark.parametrize("script", [silent, babbles])
async def test_who_is_no_server_of_either_kind_is_left_in_time(serve: Serve, script: Script) -> None:
    port = await serve(script)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await TcpBannerProber().ssh_banner("127.0.0.1", port=port, timeout_s=0.3) is None
    assert await TcpBannerProber().routeros_api("127.0.0.1", port=port, timeout_s=0.3) is False
    assert loop.time() - begun < 2.0


async def test_a_closed_port_is_nobody() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert await TcpBannerProber().ssh_banner("127.0.0.1", port=port, timeout_s=1) is None
        assert await TcpBannerProber().routeros_api("127.0.0.1", port=port, timeout_s=1) is False


@pytest.mark.parametrize(
    ("reply", "is_api"),
    [
        (b"\x06!fatal\x0dnot logged in\x00", True),
        (b"\x05!trap\x11=message=whatever\x00\x05!done\x00", True),
        (b"\x05!done\x00", True),
        (b"\x05!bang\x00", False),
        (b"\x06!fat", False),
        (b"!fatal not logged in\r\n", False),
        (b"220 ftp.example.net ready\r\n", False),
        (b"\xff\xff\xff\xff", False),
        (b"\x00", False),
    ],
)
async def test_a_routeros_api_is_told_by_its_replies(serve: Serve, reply: bytes, is_api: bool) -> None:
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readexactly(7))
        writer.write(reply)
        await writer.drain()

    port = await serve(script)
    assert await TcpBannerProber().routeros_api("127.0.0.1", port=port, timeout_s=1) is is_api
    assert heard == [b"\x05/quit\x00"]
