"""What every command begins with: the configuration, the running instance, the terminal."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console as Terminal

from adapters.vault.master_key import MasterKey, MasterKeyError
from cli.config import ConfigurationError, load
from cli.console import Console, open_console
from cli.instance import master_key, with_running_servers
from cli.logs import configure as configure_logs
from domain.configuration import Configuration

terminal = Terminal(width=None if sys.stdout.isatty() else 160)


def configured() -> tuple[Configuration, MasterKey]:
    configuration = load(os.environ)
    configure_logs(configuration)
    try:
        return configuration, master_key(configuration)
    except OSError as error:
        raise ConfigurationError(
            f"NETLEDGER_DATA_DIR={configuration.data_dir} cannot be used: {error.strerror}"
        ) from None
    except MasterKeyError as error:
        raise ConfigurationError(f"NETLEDGER_MASTER_KEY: {error}") from None


def check_known(what: str, given: list[str] | None, known: Sequence[str]) -> None:
    if unknown := sorted(set(given or ()) - set(known)):
        raise ConfigurationError(f"no {what} {', '.join(unknown)}; there are {', '.join(known)}")


def in_console(act: Callable[[Console], Awaitable[None]]) -> None:
    """Runs something against the running instance."""
    configuration, key = configured()
    connected = with_running_servers(configuration)

    async def run() -> None:
        async with open_console(connected, key) as console:
            await act(console)

    asyncio.run(run())
