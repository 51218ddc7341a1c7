"""How a device's command line is reached: with which credentials, and only behind the host key that is pinned."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from domain.access import RouterOsAccess, SshAccess
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.config import CONFIG, config_id, host_key_alert
from domain.config_commands import SeeHostKey
from domain.config_dialects import PLATFORMS
from domain.config_ports import ConfigError, ConfigReader, ConfigTarget
from domain.errors import NotFound, Refused
from domain.event import Attribution
from domain.ports import CommandBus, SecretOpener

T = TypeVar("T")

MOST_CREDENTIALS = 4
"""Tried on one device: devices lock accounts after a few failures."""
PLATFORM_LABEL = "platform:"
"""A label such as `platform:linux` says what a device is where identification cannot."""
_ABSENT = ("SSH_UNREACHABLE", "SSH_TIMEOUT")


class WaysIn(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a device by those who want to log in."""

    device_id: str
    name: str
    address: str
    os: str = ""
    labels: tuple[str, ...] = ()
    credential_ids: tuple[str, ...] = ()
    """Of kinds that may open a command line, the likeliest first."""

    @property
    def platform(self) -> str:
        """Empty where no configurations of it are understood."""
        told = [
            label.removeprefix(PLATFORM_LABEL) for label in self.labels if label.startswith(PLATFORM_LABEL)
        ]
        return next((name for name in (*told, self.os) if name in PLATFORMS), "")


def unknown_platform(ways: WaysIn) -> Refused:
    """Nobody here understands its configurations."""
    return Refused(
        f"no configurations of {ways.os or 'an unidentified system'} are understood; known are"
        f" {', '.join(PLATFORMS)}; a label such as {PLATFORM_LABEL}linux says what a device is",
        code="CONFIG_PLATFORM_UNKNOWN",
    )


def no_credential() -> Refused:
    """Nothing opens its command line."""
    return Refused(
        "no credential of kind ssh is stored for this device; make one and put it among the device's credentials",
        code="NO_CREDENTIAL",
    )


class ConfigAccess:
    """Logs in with one credential after the other until the device takes one.

    At first sight the host key is pinned, as an event, before any secret is sent. Where the device presents another
    one, nothing is sent, and a critical alert is raised until an engineer accepts the new key.
    """

    def __init__(self, bus: CommandBus, secrets: SecretOpener, devices: ConfigReader) -> None:
        self._bus = bus
        self._secrets = secrets
        self._devices = devices

    @property
    def secrets(self) -> SecretOpener:
        return self._secrets

    def opening(self, secrets: SecretOpener) -> "ConfigAccess":
        """The same, with another way to open credentials."""
        return ConfigAccess(self._bus, secrets, self._devices)

    async def use(
        self,
        ways: WaysIn,
        work: Callable[[ConfigTarget], Awaitable[T]],
        *,
        purpose: str,
        by: Attribution,
        operation_id: str = "",
        any_platform: bool = False,
    ) -> tuple[T, str]:
        """What `work` makes of the device, and the id of the credential that opened it. With `any_platform` also one whose
        configurations nobody here understands.

        Raises ConfigError, Refused for a device without platform or credential, and whatever `work` raises.
        """
        if not ways.platform and not any_platform:
            raise unknown_platform(ways)
        refused: ConfigError | None = None
        for credential_id in ways.credential_ids[:MOST_CREDENTIALS]:
            try:
                access = await self._ssh(credential_id, purpose, by, operation_id)
            except NotFound:  # deleted meanwhile
                continue
            target = await self._pinned(ways, access, by)
            try:
                return await work(target), credential_id
            except ConfigError as error:
                await self._heed(ways, error, by)
                if error.code != "SSH_LOGIN_REFUSED" or error.sent:
                    raise
                refused = error
        raise refused or no_credential()

    async def _ssh(self, credential_id: str, purpose: str, by: Attribution, operation_id: str) -> SshAccess:
        access = await self._secrets.open(credential_id, purpose=purpose, by=by, operation_id=operation_id)
        match access:
            case SshAccess():
                return access
            case RouterOsAccess():  # a router's accounts are the same over SSH, its port is not
                return SshAccess(id=access.id, username=access.username, password=access.password)
            case _:
                raise NotFound(
                    "this credential opens no command line: it must be of the kind ssh or routeros",
                    code="CREDENTIAL_NOT_FOUND",
                )

    async def _pinned(self, ways: WaysIn, access: SshAccess, by: Attribution) -> ConfigTarget:
        target = ConfigTarget(
            device_id=ways.device_id,
            address=ways.address,
            platform=ways.platform,
            access=access,
            host_key=(await self._bus.state(CONFIG, config_id(ways.device_id))).host_key,
        )
        if target.host_key:
            return target
        seen = await self._devices.host_key(target)
        outcome = await self._bus.execute(
            CONFIG.to(
                config_id(ways.device_id), SeeHostKey(device_id=ways.device_id, host_key=seen.host_key)
            ),
            by=by,
        )
        pinned = outcome.states[config_id(ways.device_id)].host_key  # somebody else may have been faster
        return msgspec.structs.replace(target, host_key=pinned)

    async def _heed(self, ways: WaysIn, error: ConfigError, by: Attribution) -> None:
        """A changed host key is recorded along with its alert; both once."""
        if error.code != "SSH_HOST_KEY_CHANGED":
            return
        presented = str(error.details.get("presented", ""))
        alert = RaiseAlert(
            key=host_key_alert(ways.device_id),
            severity="critical",
            title=f"the host key of {ways.name or ways.address} changed"[:300],
            device_id=ways.device_id,
            source="configurations",
            detail={"pinned": error.details.get("pinned", ""), "presented": presented},
        )
        intents = [ALERT.to(alert_id(alert.key), alert)]
        if presented:
            see = SeeHostKey(device_id=ways.device_id, host_key=presented)
            intents.append(CONFIG.to(config_id(ways.device_id), see))
        await self._bus.execute(*intents, by=by)
