"""The SSH server of a simulated device: account, host key, interactive sessions, and restarts."""

import asyncio
from functools import partial
from hashlib import sha256

import asyncssh
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.ssh.console import Console
from lab.ssh.device import SshDevice


def new_host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def kept_host_key(seed: str) -> asyncssh.SSHKey:
    """The same for the same seed, as a device keeps its key over restarts; no secret at all."""
    private = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return asyncssh.import_private_key(pem)


class SshDeviceServer:
    """Listens until stopped. While the device restarts, its port refuses connections."""

    def __init__(
        self,
        device: SshDevice,
        address: str,
        *,
        port: int = 0,
        host_key: asyncssh.SSHKey | None = None,
        weak: bool = False,
    ) -> None:
        self.device = device
        self.address = address
        self.port = port
        self.host_key = host_key or new_host_key()
        self._weak = weak
        self._listener: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._restarting: asyncio.Task[None] | None = None
        self.refuse_logins = False
        device.on_reboot = self._go_down

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        algorithms = {"kex_algs": ["diffie-hellman-group1-sha1"], "encryption_algs": ["aes128-cbc"]}
        self._listener = await asyncssh.listen(
            self.address,
            self.port,
            server_factory=partial(_Login, self),
            server_host_keys=[self.host_key],
            line_editor=False,
            encoding=None,
            login_timeout=30,
            reuse_address=True,
            backlog=1024,
            **(algorithms if self._weak else {}),
        )
        self.port = self._listener.get_port()

    async def stop(self) -> None:
        if self._restarting is not None:
            self._restarting.cancel()
        self._close()

    async def change_host_key(self, key: asyncssh.SSHKey | None = None) -> None:
        """As when the device was replaced, or somebody stands in between."""
        self.host_key = key or new_host_key()
        self._close()
        await self.start()

    def cut(self) -> None:
        """Nobody reaches the device any more, as after a mistake in its configuration; its own clocks go on."""
        self._close()

    async def mend(self) -> None:
        """It can be reached again."""
        if self._listener is None:
            await self.start()

    def drop_sessions(self) -> None:
        for connection in tuple(self._connections):
            connection.abort()

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.drop_sessions()

    def _go_down(self, down_s: float) -> None:
        self._close()
        self._restarting = asyncio.get_running_loop().create_task(self._come_up(down_s))

    async def _come_up(self, down_s: float) -> None:
        await asyncio.sleep(down_s)
        await self.mend()

    def opened(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.add(connection)

    def closed(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.discard(connection)


class _Login(asyncssh.SSHServer):
    def __init__(self, server: SshDeviceServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server.opened(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._server.closed(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return not self._server.refuse_logins and self._server.device.accepts(username, password)

    def session_requested(self) -> "_Session":
        return _Session(self._server.device)


class _Session(asyncssh.SSHServerSession[bytes]):
    def __init__(self, device: SshDevice) -> None:
        self._device = device
        self._console: Console | None = None
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._talk: asyncio.Task[None] | None = None

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        self._channel = chan
        self._console = Console(chan)

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        assert self._console is not None
        shell = self._device.shell(self._console)
        self._talk = asyncio.get_running_loop().create_task(shell.talk())
        self._talk.add_done_callback(self._end)

    def _end(self, talk: "asyncio.Task[None]") -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.exit(0)
        if not talk.cancelled():
            talk.result()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._console is not None:
            self._console.feed(data)

    def eof_received(self) -> bool:
        if self._console is not None:
            self._console.end()
        return True  # what was typed is still answered

    def connection_lost(self, exc: Exception | None) -> None:
        if self._console is not None:
            self._console.close()
