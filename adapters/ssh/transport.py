"""SSH connections: opened with a pinned host key, their failures in the product's words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncssh

from adapters.ssh.host_key import HostKeyCheck, algorithms, changed, written
from domain.config_ports import ConfigError, ConfigTarget, HostKeySeen

SSH_PORT = 22
CONNECT_S = 15.0
KEEPALIVE_S = 15.0
CHUNK = 65_536
TERMINAL = "vt100"
COLUMNS, ROWS = 511, 0
"""The widest terminal that IOS takes; no rows mean no pages where a device looks at them."""

CIPHERS = [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
]
"""AES-GCM first: it runs in the cryptographic library alone, which hundreds of devices at once can be felt in."""


class Transport:
    """One connection to one device."""

    def __init__(self, connection: asyncssh.SSHClientConnection, seen: HostKeySeen) -> None:
        self.connection = connection
        self.seen = seen

    async def shell(self, terminal: str = TERMINAL, size: tuple[int, int] = (COLUMNS, ROWS)) -> "Shell":
        """An interactive shell, on a wide terminal unless another is asked for."""
        try:
            stdin, stdout, _ = await self.connection.open_session(
                term_type=terminal, term_size=size, encoding=None
            )
        except (OSError, asyncssh.Error) as error:
            raise ConfigError("SSH_CONNECTION_LOST", f"the device opens no shell: {_reason(error)}") from None
        return Shell(stdin, stdout)

    async def run(self, command: str, *, given: bytes = b"", largest: int) -> tuple[int, bytes, bytes]:
        """Runs one command without a terminal: exit status, output and errors."""
        try:
            async with self.connection.create_process(command, encoding=None) as process:
                process.stdin.write(given)
                process.stdin.write_eof()
                errors = asyncio.ensure_future(process.stderr.read(CHUNK))
                parts: list[bytes] = []
                size = 0
                while data := await process.stdout.read(CHUNK):
                    parts.append(data)
                    size += len(data)
                    if size > largest:
                        errors.cancel()
                        raise ConfigError("SSH_TOO_LARGE", f"the answer is longer than {largest} bytes")
                said = await errors
                await process.wait_closed()
        except (OSError, asyncssh.Error) as error:
            raise ConfigError("SSH_CONNECTION_LOST", f"the connection broke: {_reason(error)}") from None
        return process.returncode if process.returncode is not None else -1, b"".join(parts), said


class Shell:
    """The bytes of an interactive shell."""

    def __init__(self, stdin: "asyncssh.SSHWriter[bytes]", stdout: "asyncssh.SSHReader[bytes]") -> None:
        self._stdin = stdin
        self._stdout = stdout

    async def read(self) -> bytes:
        try:
            return await self._stdout.read(CHUNK)
        except (OSError, asyncssh.Error) as error:
            raise ConfigError("SSH_CONNECTION_LOST", f"the connection broke: {_reason(error)}") from None

    def write(self, data: bytes) -> None:
        try:
            self._stdin.write(data)
        except (OSError, asyncssh.Error) as error:
            raise ConfigError("SSH_CONNECTION_LOST", f"the connection broke: {_reason(error)}") from None

    async def drain(self) -> None:
        """Waits until the device takes more."""
        try:
            await self._stdin.drain()
        except (OSError, asyncssh.Error) as error:
            raise ConfigError("SSH_CONNECTION_LOST", f"the connection broke: {_reason(error)}") from None

    def resize(self, columns: int, rows: int) -> None:
        """The terminal's new size in characters; one that is gone has none."""
        channel = self._stdin.channel
        if isinstance(channel, asyncssh.SSHClientChannel):
            with contextlib.suppress(OSError, asyncssh.Error):
                channel.change_terminal_size(columns, rows)


@asynccontextmanager
async def connected(target: ConfigTarget, *, username: str) -> AsyncIterator[Transport]:
    """A connection with the login done; cut, not closed in peace, in the end. Raises ConfigError."""
    check = HostKeyCheck(target.host_key)
    weak = False
    try:
        connection = await _connect(target, check, username, weak=False)
    except asyncssh.KeyExchangeFailed as error:
        connection, weak = await _connect_anyway(target, check, username, error), True
    try:
        yield Transport(connection, check.seen(weak_algorithms=weak))
    finally:
        connection.close()  # says good-bye, so that the device frees its line at once
        connection.abort()


async def _connect_anyway(
    target: ConfigTarget, check: HostKeyCheck, username: str, why: asyncssh.Error
) -> asyncssh.SSHClientConnection:
    """Old devices speak nothing that is still considered safe. One without a key of the pinned type has changed its key."""
    try:
        return await _connect(target, check, username, weak=True)
    except asyncssh.KeyExchangeFailed:
        if target.host_key:
            presented = (await presented_key(target)).host_key
            raise changed(target.address, target.host_key, presented) from None
        raise ConfigError(
            "SSH_NEGOTIATION_FAILED", f"{target.address} and we have no algorithms in common: {_reason(why)}"
        ) from None


async def _connect(
    target: ConfigTarget, check: HostKeyCheck, username: str, *, weak: bool
) -> asyncssh.SSHClientConnection:
    access = target.access
    options: dict[str, Any] = {
        "server_host_key_algs": [*algorithms(target.host_key)] or ("*" if weak else ()),
        "client_keys": [_private_key(access.private_key)] if access.private_key else None,
        "password": access.password or None,
        "keepalive_interval": KEEPALIVE_S,
    }
    if not weak:
        options["encryption_algs"] = CIPHERS
    else:
        options |= {"kex_algs": "*", "encryption_algs": "*", "mac_algs": "*", "signature_algs": "*"}
    try:
        return await asyncssh.connect(
            target.address,
            access.port or SSH_PORT,
            username=username,
            client_factory=lambda: check,
            known_hosts=b"# none: the check of the pinned key decides\n",
            config=[],
            agent_path=None,
            preferred_auth="publickey,keyboard-interactive,password",
            connect_timeout=CONNECT_S,
            login_timeout=CONNECT_S,
            **options,
        )
    except asyncssh.HostKeyNotVerifiable:
        raise changed(target.address, target.host_key, check.presented) from None
    except asyncssh.PermissionDenied:
        raise ConfigError(
            "SSH_LOGIN_REFUSED",
            f"{target.address} refuses the account {access.username}; correct the credential or the account",
        ) from None
    except asyncssh.KeyExchangeFailed:
        raise
    except (OSError, asyncssh.Error) as error:
        raise _unreachable(target, error) from None


async def presented_key(target: ConfigTarget) -> HostKeySeen:
    """The key that a device presents, without a login and whatever is pinned."""
    try:
        async with asyncio.timeout(CONNECT_S):
            key = await asyncssh.get_server_host_key(
                target.address,
                target.access.port or SSH_PORT,
                options=asyncssh.SSHClientConnectionOptions(
                    config=[],
                    server_host_key_algs="*",
                    kex_algs="*",
                    encryption_algs="*",
                    mac_algs="*",
                ),
            )
    except (OSError, asyncssh.Error) as error:
        raise _unreachable(target, error) from None
    if key is None:
        raise ConfigError("SSH_NEGOTIATION_FAILED", f"{target.address} presents no host key")
    return HostKeySeen(host_key=written(key), first_sight=not target.host_key)


def _private_key(text: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(text)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise ConfigError(
            "SSH_KEY_UNREADABLE",
            "the credential's private key cannot be read; give it unencrypted, in OpenSSH or PEM form",
        ) from None


def _unreachable(target: ConfigTarget, error: Exception) -> ConfigError:
    where = f"{target.address} port {target.access.port or SSH_PORT}"
    if isinstance(error, TimeoutError):
        return ConfigError("SSH_TIMEOUT", f"{where} does not answer within {CONNECT_S:g} s")
    return ConfigError("SSH_UNREACHABLE", f"no SSH connection to {where}: {_reason(error)}")


def _reason(error: Exception) -> str:
    """The system's or the peer's words; some errors have none."""
    words = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error)
    return str(words)[:200] or type(error).__name__
