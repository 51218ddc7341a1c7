"""Puts together what the API needs of configurations."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.config_store import PostgresConfigStore
from adapters.ssh.devices import SshConfigDevices
from adapters.vault.master_key import MasterKey
from domain.config_access import ConfigAccess
from domain.ports import CommandBus, SecretOpener

READS_AT_ONCE = 20
"""Devices that the API itself reads while callers wait."""


def config_dependencies(
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    bus: CommandBus,
    opener: SecretOpener,
    master_key: MasterKey,
) -> dict[str, Any]:
    """By the names under which handlers ask for them."""
    devices = SshConfigDevices(at_once=READS_AT_ONCE)
    return {
        "kept": PostgresConfigStore(pool, master_key.derive("configs"), master_key.derive("config tokens")),
        "config_devices": devices,
        "config_access": ConfigAccess(bus, opener, devices),
    }
