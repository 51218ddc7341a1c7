"""What handlers may ask for by parameter name; `api.app` provides each."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.authentication import Callers
from api.commands import Commands
from api.destroying import Destroyer
from api.event_feed import EventFeed
from api.last_admin import LastAdmin
from api.learned_series import LearnedSeries
from api.live_traffic import LiveTraffic
from api.login_lock import LoginLock
from api.newcomers import NewDevices
from api.one_time_passwords import OneTimePasswords
from api.passwords import Passwords
from api.service_health import ServicesHealth
from api.telemetry_feed import TelemetryFeed
from api.terminal_limits import TerminalLimits
from api.tokens import Sessions
from api.verification import Verification
from domain.aggregate import IdempotencyKey
from domain.config_access import ConfigAccess
from domain.config_ports import ConfigReader, ConfigStore
from domain.configuration import Configuration
from domain.detection.ports import LearnedStates
from domain.notification import Notifications
from domain.patterns import Patterns
from domain.ports import CommandBus, EventLog, LoginTrial, PositionWatch, SecretOpener, SnmpReader, Vault
from domain.router_ownership import RouterCalls
from domain.telemetry_history import TelemetryHistory
from domain.template_ports import TemplateEngine
from domain.terminal_ports import DeviceTerminals, RecordingStore, TerminalSigns

Bus = NamedDependency[SkipValidation[CommandBus]]
Do = NamedDependency[SkipValidation[Commands]]
"""This request's commands."""
Connect = NamedDependency[SkipValidation[Callable[[], AbstractAsyncContextManager[Any]]]]
"""Borrows a database connection for reads."""
Watch = NamedDependency[SkipValidation[PositionWatch]]
Events = NamedDependency[SkipValidation[EventLog]]
Secrets = NamedDependency[SkipValidation[Vault]]
Opener = NamedDependency[SkipValidation[SecretOpener]]
LoginSessions = NamedDependency[SkipValidation[Sessions]]
Locks = NamedDependency[SkipValidation[LoginLock]]
Hashes = NamedDependency[SkipValidation[Passwords]]
Codes = NamedDependency[SkipValidation[OneTimePasswords]]
Tell = NamedDependency[SkipValidation[Notifications]]
"""Sends messages to channels."""
Destroy = NamedDependency[SkipValidation[Destroyer]]
Admins = NamedDependency[SkipValidation[LastAdmin]]
Newcomers = NamedDependency[SkipValidation[NewDevices]]
Snmp = NamedDependency[SkipValidation[SnmpReader]]
Logins = NamedDependency[SkipValidation[Mapping[str, LoginTrial]]]
"""How credentials that are not for SNMP are tried, by their kind."""
Config = NamedDependency[SkipValidation[Configuration]]
Key = NamedDependency[SkipValidation[IdempotencyKey | None]]
"""The request's Idempotency-Key."""
Verify = NamedDependency[SkipValidation[Callable[[], Awaitable[Verification]]]]
"""Checks the whole ledger."""
Health = NamedDependency[SkipValidation[Callable[[], Awaitable[ServicesHealth]]]]
"""How the services that we stand on are."""
RouterAccess = NamedDependency[SkipValidation[RouterCalls]]
"""All routers, over whoever owns their connections."""
Engine = NamedDependency[SkipValidation[TemplateEngine]]
"""Renders templates."""
Regexes = NamedDependency[SkipValidation[Patterns]]
"""Compiles the regular expressions that engineers write."""
Watching = NamedDependency[SkipValidation[LiveTraffic]]
"""Traffic of users while somebody watches."""
Feed = NamedDependency[SkipValidation[EventFeed]]
CallersAgain = NamedDependency[SkipValidation[Callers]]
KeptConfigs = NamedDependency[SkipValidation[ConfigStore]]
ReadConfigs = NamedDependency[SkipValidation[ConfigReader]]
"""Reads configurations from devices while the caller waits."""
WaysToDevices = NamedDependency[SkipValidation[ConfigAccess]]
OpenTerminals = NamedDependency[SkipValidation[DeviceTerminals]]
Recordings = NamedDependency[SkipValidation[RecordingStore]]
"""What was shown on terminals."""
OpenSessions = NamedDependency[SkipValidation[TerminalSigns]]
TerminalBounds = NamedDependency[SkipValidation[TerminalLimits]]
States = NamedDependency[SkipValidation[LearnedStates]]
"""What detectors have learned, as of their last checkpoints."""
Learned = NamedDependency[SkipValidation[LearnedSeries]]
"""Series as their detectors know them now."""
StoredTelemetry = NamedDependency[SkipValidation[TelemetryHistory]]
LiveTelemetry = NamedDependency[SkipValidation[TelemetryFeed]]
Figures = NamedDependency[SkipValidation[Callable[[], Awaitable[bytes]]]]
"""What telemetry adds to /metrics."""
