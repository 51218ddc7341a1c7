"""The instance on a data directory: one at a time, and how other commands on this machine find it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from adapters.vault.master_key import MasterKey
from cli.config import ConfigurationError
from domain.configuration import Configuration


class Running(msgspec.Struct, frozen=True):
    """What a running instance tells the commands of the same user, in a 0600 file."""

    pid: int
    database_url: str
    nats_url: str


def _file(configuration: Configuration) -> Path:
    return configuration.data_dir / "running.json"


@contextlib.contextmanager
def held(configuration: Configuration) -> Iterator[None]:
    """Holds the data directory; raises ConfigurationError where another instance does."""
    try:
        configuration.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (configuration.data_dir / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(
            f"NETLEDGER_DATA_DIR={configuration.data_dir} cannot be written: {error.strerror}"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"another Netledger runs on {configuration.data_dir}; stop it, or set NETLEDGER_DATA_DIR to another folder"
            ) from None
        try:
            yield
        finally:
            _file(configuration).unlink(missing_ok=True)


def announce(configuration: Configuration, running: Running) -> None:
    path = _file(configuration)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(msgspec.json.encode(running))


def with_running_servers(configuration: Configuration) -> Configuration:
    """The configuration with the URLs of the embedded servers, where they are up."""
    if configuration.database_url and configuration.nats_url:
        return configuration
    try:
        running = msgspec.json.decode(_file(configuration).read_bytes(), type=Running)
        os.kill(running.pid, 0)
    except (OSError, msgspec.DecodeError):
        raise ConfigurationError(
            f"no Netledger runs on {configuration.data_dir}; start it with `netledger up`, or set "
            "NETLEDGER_DATABASE_URL and NETLEDGER_NATS_URL"
        ) from None
    return msgspec.structs.replace(
        configuration,
        database_url=configuration.database_url or running.database_url,
        nats_url=configuration.nats_url or running.nats_url,
    )


def master_key(configuration: Configuration) -> MasterKey:
    """The operator's, or the one in the data directory, made where there is none."""
    if configuration.master_key:
        return MasterKey.parse(configuration.master_key)
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    return MasterKey.load_or_create(configuration.data_dir / "master.key")
