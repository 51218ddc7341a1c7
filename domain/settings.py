"""The settings that an engineer changes while Netledger runs; every change is an event with old and new value."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.compliance_settings import ComplianceSettings
from domain.config_settings import ConfigSettings
from domain.cron import check_cron
from domain.detection.alarm_rules import JOINT, DetectionSettings
from domain.errors import Invalid
from domain.event import Change, Command, Event
from domain.metrics import check_name
from domain.polling import IntervalOverride, Seconds
from domain.router_isolation import IsolationMethod
from domain.telemetry_history import RETENTION_DAYS

SETTINGS_ID = UUID("5e771495-0000-5000-8000-000000000001")
"""There is one set of settings."""


class DiscoverySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is scanned, how often, how fast and how patiently."""

    ranges: list[str] = []
    """What a discovery without targets scans."""
    interval_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How often the ranges are scanned by themselves; 0 = never."""
    rate_per_s: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 5_000
    """Probes sent a second, over all addresses."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 2.0
    """How long an address may take to answer a probe; SNMP and ICMP ask twice."""
    device_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 60.0
    """How long the reading of one device may take in all."""
    parallel: Annotated[int, msgspec.Meta(ge=1, le=2_000)] = 200
    """Devices read at the same time."""


class AuthSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long tokens are good, and when a name is locked after failed logins."""

    access_token_s: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 900
    """How long an access token is good."""
    refresh_token_s: Annotated[int, msgspec.Meta(ge=600, le=31_536_000)] = 1_209_600
    """How long a login lasts without being used: its refresh token is good for so long."""
    lock_after_failures: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    """After so many failed logins in a row a name is locked ..."""
    lock_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300
    """... for so long."""


class IsolationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How customers are cut off."""

    method: IsolationMethod = "disable"
    """How customers are isolated where the request does not say it."""
    profile: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "isolated"
    """The PPP profile of the method `profile`; it must be on the router."""
    address_list: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "isolated"
    """The firewall address list of the method `address-list`; a rule on the router must drop what is on it."""
    watch_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 5.0
    """How long a session that was dropped is watched for, whether and where it comes back."""
    wait_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 86_400
    """How long an operation waits for a router that is down."""


class RouterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How routers are kept in step with the ledger."""

    sync_s: Annotated[int, msgspec.Meta(ge=10, le=604_800)] = 300
    """How often the secrets on a router are compared with the ledger."""


class TelemetrySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often devices are polled for what, and when one that does not answer is down."""

    availability_s: Seconds = 30
    """How often it is checked whether a device answers; 0 = never, as for those below."""
    interfaces_s: Seconds = 60
    """How often the counters and states of interfaces are read."""
    resources_s: Seconds = 60
    """How often CPU, memory and storage are read."""
    sensors_s: Seconds = 300
    """How often temperatures, fans, power and optical levels are read."""
    queues_s: Seconds = 30
    """How often the queues of RouterOS devices are read."""
    overrides: Annotated[list[IntervalOverride], msgspec.Meta(max_length=10_000)] = []
    """Other intervals by device or label; that of the device itself wins, then the shortest of its labels."""
    poll_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 20.0
    """How long one poll of one device may take in all."""
    parallel: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    """Devices that one worker polls at the same time; a fifth of it for those that did not answer last time."""
    echoes: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    """Echo requests a check of availability; 0 = none, so that SNMP and RouterOS alone tell."""
    echo_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 1.0
    """How long the answer to one echo request may take."""
    down_after: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    """A device is down after so many unanswered checks ..."""
    down_of: Annotated[int, msgspec.Meta(ge=1, le=40)] = 4
    """... among its last so many; and up again after one that it answered."""
    confirm_s: Annotated[float, msgspec.Meta(ge=1, le=3_600)] = 5.0
    """How soon after an unanswered check the next one follows."""


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How alerts are explained and how long their story is kept."""

    roots: list[str] = []
    """Ids or addresses of the devices that Netledger is connected to, from which the topology is walked to see what is
    behind a device that is down; empty: the default gateway of its host, or else the middle of the topology."""
    steps_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 30
    """How long the steps of each evaluation are kept."""
    steps_an_alert: Annotated[int, msgspec.Meta(ge=10, le=10_000)] = 200
    """How many of them are kept of one alert, the newest."""


class ReceiverSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many messages of the network are taken: what one source sends beyond is counted and dropped."""

    rate_per_s: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 100.0
    """Syslog messages and traps of one source."""
    burst: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1_000
    """So many of one source may come at once."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that can be changed while Netledger runs."""

    discovery: DiscoverySettings = msgspec.field(default_factory=DiscoverySettings)
    auth: AuthSettings = msgspec.field(default_factory=AuthSettings)
    isolation: IsolationSettings = msgspec.field(default_factory=IsolationSettings)
    routers: RouterSettings = msgspec.field(default_factory=RouterSettings)
    telemetry: TelemetrySettings = msgspec.field(default_factory=TelemetrySettings)
    receivers: ReceiverSettings = msgspec.field(default_factory=ReceiverSettings)
    config: ConfigSettings = msgspec.field(default_factory=ConfigSettings)
    compliance: ComplianceSettings = msgspec.field(default_factory=ComplianceSettings)
    detection: DetectionSettings = msgspec.field(default_factory=DetectionSettings)
    alerts: AlertSettings = msgspec.field(default_factory=AlertSettings)
    retention_days: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = msgspec.field(
        default_factory=lambda: dict(RETENTION_DAYS)
    )
    """By kind of data; what is not named is kept."""


class ChangeSettings(Command, frozen=True):
    """`changes` maps a path such as `discovery/rate_per_s` to its new value."""

    changes: dict[str, Any]


class SettingsChanged(Event, frozen=True):
    topic: ClassVar[str] = "settings.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeSettings
    changes: list[Change]

    def summary(self) -> str:
        return "settings changed: " + ", ".join(change.field for change in self.changes)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return ChangeSettings(changes={change.field: change.old for change in self.changes})


def flatten(settings: Settings) -> dict[str, Any]:
    """All settings as path -> value."""
    tree = msgspec.to_builtins(settings)
    flat: dict[str, Any] = {"retention_days": tree.pop("retention_days")}
    for name, part in tree.items():
        flat.update({f"{name}/{field}": value for field, value in part.items()})
    return flat


def _apply(settings: Settings, values: dict[str, Any]) -> Settings:
    tree = msgspec.to_builtins(settings)
    for path, value in values.items():
        name, _, field = path.partition("/")
        if field:
            tree[name][field] = value
        else:
            tree[name] = value
    return msgspec.convert(tree, Settings)


def _check_times(cron: str) -> None:
    try:
        if cron:
            check_cron(cron)
    except ValueError as error:
        raise Invalid(str(error), field="config/backup_cron") from None


def _check_metrics(detection: DetectionSettings) -> None:
    """Refuses metrics that no sample will ever have."""
    for name in detection.skipped_metrics:
        check_name(name, "detection/skipped_metrics")
    for name in detection.sensitivity:
        if name != JOINT:
            check_name(name, "detection/sensitivity")
    for name in detection.least_change:
        check_name(name, "detection/least_change")


def decide(state: Settings, command: Command) -> Sequence[Event]:
    if not isinstance(command, ChangeSettings):
        raise TypeError(f"settings know no {type(command).__name__}")
    present = flatten(state)
    for path in command.changes:
        if path not in present:
            near = get_close_matches(path, present, 1)
            meant = f"; {near[0]}?" if near else ", see GET /settings/descriptions"
            raise Invalid(f"there is no setting {path}{meant}", field=path, known=sorted(present))
    try:
        asked = _apply(state, command.changes)
        wanted = flatten(asked)
    except msgspec.ValidationError as error:
        raise Invalid(
            str(error), field=str(error).rpartition("$.")[2].rstrip("`").replace(".", "/")
        ) from None
    if asked.detection != state.detection:
        _check_metrics(asked.detection)
    if asked.config.backup_cron != state.config.backup_cron:
        _check_times(asked.config.backup_cron)
    changes = [
        Change(path, present[path], wanted[path]) for path in sorted(present) if present[path] != wanted[path]
    ]
    return [SettingsChanged(changes=changes)] if changes else []


def evolve(state: Settings, event: Event) -> Settings:
    if isinstance(event, SettingsChanged):
        for change in event.changes:
            state = _kept(state, change)
    return state


def _kept(state: Settings, change: Change) -> Settings:
    """A setting that a later release dropped, or a value that it no longer allows, is passed over."""
    if change.field not in flatten(state):
        return state
    try:
        return _apply(state, {change.field: change.new})
    except msgspec.ValidationError:
        return state


SETTINGS = Aggregate(
    name="settings", initial=Settings(), decide=decide, evolve=evolve, events=(SettingsChanged,)
)
