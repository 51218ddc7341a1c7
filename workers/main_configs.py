"""Puts together what works on configurations; the other place of this folder that names concrete adapters."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.device_turns import PostgresDeviceTurns
from adapters.ssh.devices import SshConfigDevices
from domain.config_access import ConfigAccess
from domain.config_ports import ConfigDevices
from domain.ports import CommandBus, DeviceTurns, SecretOpener


@dataclass(frozen=True)
class ConfigParts:
    """Whoever reads or changes a configuration takes a turn on the device, and reaches it through `access`."""

    devices: ConfigDevices
    access: ConfigAccess
    turns: DeviceTurns


def config_parts(
    pool: AsyncConnectionPool[AsyncConnection[Any]], bus: CommandBus, secrets: SecretOpener
) -> ConfigParts:
    devices = SshConfigDevices()
    return ConfigParts(
        devices=devices, access=ConfigAccess(bus, secrets, devices), turns=PostgresDeviceTurns(pool)
    )
