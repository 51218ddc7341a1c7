"""A real OpenSSH server on a loopback address, for one account with a key."""

import asyncio
import getpass
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from domain.access import SshAccess


@asynccontextmanager
async def sshd(folder: Path, address: str) -> AsyncIterator[SshAccess]:
    """What opens it, while it runs. `folder` holds its keys and its configuration."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(folder / "host_key"))
    (folder / "host_key").chmod(0o600)
    (folder / "authorized").write_bytes(key.export_public_key())
    with socket.socket() as free:
        free.bind((address, 0))
        port = free.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"ListenAddress {address}:{port}\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/authorized\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin yes\n"
    )
    program = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin")
    assert program is not None
    if getpass.getuser() == "root":
        await asyncio.to_thread(Path("/run/sshd").mkdir, exist_ok=True)  # privilege separation asks for it
    server = await asyncio.create_subprocess_exec(
        program, "-D", "-e", "-f", str(folder / "sshd_config"), stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr is not None
    async with asyncio.timeout(10):
        while b"Server listening" not in await server.stderr.readline():
            pass
    drained = asyncio.create_task(server.stderr.read())
    try:
        yield SshAccess(
            id="lab", username=getpass.getuser(), private_key=key.export_private_key().decode(), port=port
        )
    finally:
        server.terminate()
        await server.wait()
        await drained
