"""Reads a device's running configuration while the caller waits."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from api.commands import Commands
from api.provided import Connect, ReadConfigs, WaysToDevices
from domain.config_access import WaysIn
from domain.config_ports import ConfigTarget, RunningConfig
from domain.errors import NotFound
from projections.config_queries import ways_in

DEADLINE_S = 60.0


class Running(msgspec.Struct, frozen=True):
    """What a device runs now."""

    platform: str
    text: str

    def __repr__(self) -> str:
        return f"<Running {self.platform}>"


async def running_config(
    device: UUID,
    *,
    connect: Connect,
    config_access: WaysToDevices,
    config_devices: ReadConfigs,
    commands: Commands,
    known: Callable[[str], bool],
    purpose: str,
) -> Running:
    """`known` tells a text that was read before and so needs no second look. Raises ConfigError, NotFound."""
    ways = await ways_to(connect, device)

    async def read(target: ConfigTarget) -> RunningConfig:
        return await config_devices.read(target, known=known, deadline_s=DEADLINE_S)

    running, _ = await config_access.use(ways, read, purpose=purpose, by=commands.by)
    return Running(running.platform, running.text)


async def ways_to(connect: Connect, device: UUID) -> WaysIn:
    """Raises NotFound."""
    async with connect() as conn:
        found = await ways_in(conn, [str(device)])
    if not found:
        raise NotFound(f"no device {device}", code="DEVICE_NOT_FOUND")
    return found[0]
