"""What the product asks of a device's configuration over SSH: to read it, to change it under a safety timer, to bring it back."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec

from domain.access import SshAccess
from domain.config_mask import SecretToken
from domain.config_plan import ConfigPlan
from domain.config_text import ConfigAuthor
from domain.errors import DomainError

ConfigErrorCode = Literal[
    "SSH_UNREACHABLE",
    "SSH_LOGIN_REFUSED",
    "SSH_KEY_UNREADABLE",
    "SSH_HOST_KEY_CHANGED",
    "SSH_NEGOTIATION_FAILED",
    "SSH_TIMEOUT",
    "SSH_CONNECTION_LOST",
    "SSH_PROMPT_NOT_FOUND",
    "SSH_TOO_LARGE",
    "SSH_ENABLE_REFUSED",
    "SSH_COMMAND_REFUSED",
    "CONFIG_PLATFORM_UNKNOWN",
    "CONFIG_INCOMPLETE",
    "CONFIG_CONFIRM_UNSUPPORTED",
    "CONFIG_READBACK_DIFFERS",
]

ChangeState = Literal["applied", "unchanged", "rolled_back", "reverting"]
"""`reverting`: the device could not be brought back at once, and its own timer will do it."""
FactState = Literal["intended", "sent", "confirmed", "observed"]


class ConfigError(DomainError):
    """A device did not do what was asked. `details["words"]` are the device's own, secrets masked, where it said any.

    `sent` tells whether a change may have reached the device: with a lost connection or a time-out nobody knows then
    whether it was carried out, until the device is read again.
    """

    def __init__(self, code: ConfigErrorCode, message: str, *, sent: bool = False, **details: Any) -> None:
        super().__init__(message, code=code, **details)
        self.sent = sent

    @property
    def outcome_unknown(self) -> bool:
        return self.sent and self.code in (
            "SSH_UNREACHABLE",
            "SSH_TIMEOUT",
            "SSH_CONNECTION_LOST",
            "SSH_PROMPT_NOT_FOUND",
            "SSH_TOO_LARGE",
        )


class ConfigTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A device, how to log in, and what it is."""

    device_id: str
    address: str
    platform: str
    """As identification names operating systems: ios, iosxe, nxos, iosxr, junos, arista_eos, vyos, edgeos, vrp, procurve, linux, routeros."""
    access: SshAccess
    host_key: str = ""
    """The pinned key as `TYPE SHA256:BASE64` (RFC 4253 key, OpenSSH fingerprint); empty at first sight."""


class HostKeySeen(msgspec.Struct, frozen=True, kw_only=True):
    """The key that a device presented, as `TYPE SHA256:BASE64`."""

    host_key: str
    first_sight: bool
    weak_algorithms: bool = False
    """Whether the device only speaks algorithms that are no longer considered safe."""


class RunningConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that was read whole. `text` holds secrets: it is for the vault and for comparison, never for a log."""

    platform: str
    text: str
    seen: HostKeySeen
    author: ConfigAuthor = ConfigAuthor()
    reads: int = 1
    """How often it was read until it was beyond doubt."""

    def __repr__(self) -> str:
        return f"<RunningConfig {self.platform} {len(self.text)} characters>"


class ConfigStep(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about a change of a device. The first `intended` step carries the configuration before: keep it before returning."""

    name: str
    state: FactState
    detail: str = ""
    before: str | None = None
    sent_lines: int = 0

    def __repr__(self) -> str:
        return f"<ConfigStep {self.name} {self.state}>"


StepReporter = Callable[[ConfigStep], Awaitable[None]]


class ConfigChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a device's configuration shall be.

    `merge` adds the lines of `text` to what is there, `replace` makes it the whole configuration. `before` is the
    configuration that an earlier attempt found; with it, a rejected line brings the device back to that one.
    """

    kind: Literal["merge", "replace"]
    text: str
    confirm_within_s: int | None = None
    """The device undoes the change by itself unless it is reached again within this time; None changes it at once for good."""
    save: bool = True
    before: str | None = None

    def __repr__(self) -> str:
        return f"<ConfigChange {self.kind} {len(self.text)} characters>"


class RejectedLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line that a device refused and its answer, secrets masked. `number` counts the lines sent, from 1."""

    number: int
    line: str
    answer: str


class ChangeOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change. `before` and `after` are as read from the device and hold secrets."""

    state: ChangeState
    plan: ConfigPlan
    before: str
    after: str
    seen: HostKeySeen
    rejected: RejectedLine | None = None
    reason: str = ""
    """Why it was rolled back, or what is left to be done."""
    missing: tuple[str, ...] = ()
    """Lines that were wanted and are not there afterwards, secrets masked: the device wrote them differently or dropped them."""
    confirmed_by: str = ""
    """How the device would have come back by itself, where that was asked for."""

    def __repr__(self) -> str:
        return f"<ChangeOutcome {self.state}>"


class ConfigReader(Protocol):
    """Reads configurations; raises ConfigError."""

    async def read(
        self, target: ConfigTarget, *, known: Callable[[str], bool] | None = None, deadline_s: float = 120.0
    ) -> RunningConfig:
        """The whole running configuration. `known` tells a text that was read before, so that it needs no second look."""
        ...

    async def host_key(self, target: ConfigTarget, *, deadline_s: float = 10.0) -> HostKeySeen:
        """The key that the device presents now, without logging in; a pinned one is not compared."""
        ...


class ConfigWriter(Protocol):
    """Changes configurations; every call may be repeated at any point and raises ConfigError."""

    async def apply(
        self, target: ConfigTarget, change: ConfigChange, *, report: StepReporter, deadline_s: float = 300.0
    ) -> ChangeOutcome:
        """Sends what differs, reads it back, and confirms over a new connection.

        A line that the device rejects brings it back to what it was; the outcome says which and what it answered.
        """
        ...


class ConfigDevices(ConfigReader, ConfigWriter, Protocol):
    """All that is asked of devices over SSH."""


class StoredConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where a configuration lies in the store."""

    content: str
    """Its address: SHA-256 in hex over what it says, whatever changes by itself left out."""
    size_bytes: int
    lines: int


class ConfigStore(Protocol):
    """Configurations by what they say, each of a device once: compressed, and encrypted at rest.

    Every device has secret tokens of its own, so that nobody sees which devices share a secret.
    """

    def token(self, device_id: str) -> SecretToken:
        """What is shown instead of this device's secrets."""
        ...

    async def content(self, device_id: str, platform: str, text: str) -> str:
        """The address that this text has, or would have."""
        ...

    async def put(self, device_id: str, platform: str, text: str) -> StoredConfig:
        """Kept as it is, where nothing that says the same is there already."""
        ...

    async def read(self, device_id: str, content: str) -> str:
        """The whole text with its secrets. Raises NotFound."""
        ...

    async def masked(self, device_id: str, content: str) -> str:
        """The text with tokens instead of secrets, for people to read. Raises NotFound."""
        ...

    def each_masked(self, wanted: Sequence[tuple[str, str]]) -> AsyncIterator[tuple[str, str, str]]:
        """(device, address, masked text) of each of these that is there, in this order."""
        ...
