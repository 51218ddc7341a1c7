"""Puts together what works on configurations."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.config_notes import PostgresConfigNotes
from adapters.config_store import PostgresConfigStore
from adapters.device_turns import PostgresDeviceTurns
from adapters.re2_patterns import Re2Patterns
from adapters.ssh.devices import SshConfigDevices
from adapters.starter_policies import starter_policies
from adapters.vault.master_key import MasterKey
from domain.config_access import ConfigAccess
from domain.config_notes import ConfigNotes
from domain.config_ports import ConfigDevices, ConfigStore
from domain.ports import CommandBus, DeviceTurns, EventLog, Leadership, PositionWatch, SecretOpener, Vault
from workers.compliance import ComplianceWatch
from workers.config_backup import ConfigKeeper
from workers.config_backups import ConfigBackups
from workers.config_change import ConfigChanges
from workers.config_restores import ConfigRestores
from workers.config_schedule import ConfigSchedule
from workers.operation import Handler
from workers.template_application import TemplateApplication
from workers.template_waves import TemplateWaves


@dataclass(frozen=True)
class ConfigParts:
    """Whoever reads or changes a configuration takes a turn on the device, and reaches it through `access`."""

    devices: ConfigDevices
    access: ConfigAccess
    turns: DeviceTurns
    store: ConfigStore
    notes: ConfigNotes
    keeper: ConfigKeeper
    changes: ConfigChanges


def config_parts(
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    bus: CommandBus,
    secrets: SecretOpener,
    master_key: MasterKey,
) -> ConfigParts:
    devices = SshConfigDevices()
    access = ConfigAccess(bus, secrets, devices)
    turns = PostgresDeviceTurns(pool)
    store = _store(pool, master_key)
    notes = PostgresConfigNotes(pool)
    keeper = ConfigKeeper(bus=bus, devices=devices, access=access, store=store, notes=notes, turns=turns)
    return ConfigParts(
        devices=devices,
        access=access,
        turns=turns,
        store=store,
        notes=notes,
        keeper=keeper,
        changes=ConfigChanges(devices=devices, access=access, store=store, turns=turns, keeper=keeper),
    )


def config_handlers(
    parts: ConfigParts,
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    *,
    bus: CommandBus,
    vault: Vault,
    events: EventLog,
    watch: PositionWatch,
) -> list[Handler]:
    """Handlers of operations on configurations."""
    return [
        ConfigBackups(parts.keeper, connect=pool.connection, events=events, watch=watch, notes=parts.notes),
        ConfigRestores(parts.changes, parts.store, connect=pool.connection, events=events, watch=watch),
        TemplateApplication(parts.changes, vault, connect=pool.connection, events=events, watch=watch),
        TemplateWaves(bus, vault),
    ]


def compliance_watch(
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    bus: CommandBus,
    leadership: Leadership,
    watch: PositionWatch,
    master_key: MasterKey,
) -> ComplianceWatch:
    """The service that keeps findings in step with configurations and policies."""
    return ComplianceWatch(
        bus,
        pool.connection,
        leadership,
        watch,
        store=_store(pool, master_key),
        patterns=Re2Patterns(),
        starters=starter_policies,
    )


def _store(pool: AsyncConnectionPool[AsyncConnection[Any]], master_key: MasterKey) -> PostgresConfigStore:
    return PostgresConfigStore(pool, master_key.derive("configs"), master_key.derive("config tokens"))


def config_schedule(pool: AsyncConnectionPool[AsyncConnection[Any]], bus: CommandBus) -> ConfigSchedule:
    """What the scheduler looks after."""
    return ConfigSchedule(bus, pool.connection, PostgresConfigNotes(pool))
