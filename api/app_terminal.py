"""Puts together what the API needs of terminals."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.recording_store import PostgresRecordingStore
from adapters.ssh.interactive import SshTerminals
from adapters.terminal_signs import PostgresTerminalSigns
from adapters.vault.master_key import MasterKey
from api.terminal_limits import TerminalLimits
from domain.configuration import Configuration


def terminal_dependencies(
    pool: AsyncConnectionPool[AsyncConnection[Any]], master_key: MasterKey, configuration: Configuration
) -> dict[str, Any]:
    """By the names under which handlers ask for them."""
    return {
        "terminals": SshTerminals(),
        "recordings": PostgresRecordingStore(pool, master_key.derive("terminal recordings")),
        "signs": PostgresTerminalSigns(pool),
        "limits": TerminalLimits(idle_s=configuration.terminal_idle_s),
    }
