"""A Linux host by a real OpenSSH server: backed up, changed, and with a configuration of 20 MB."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.config_notes import PostgresConfigNotes
from adapters.config_store import PostgresConfigStore
from adapters.device_turns import PostgresDeviceTurns
from adapters.ledger.ledger import Ledger
from adapters.ssh.devices import SshConfigDevices
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.vault import PostgresVault
from domain.access import SshAccess
from domain.config import CONFIG, config_id
from domain.config_access import ConfigAccess, WaysIn
from domain.config_notes import ConfigRead
from domain.config_ports import ConfigChange, ConfigStep, ConfigTarget
from domain.event import Attribution
from lab.credentials import store_credential
from tests.openssh import sshd
from workers.config_backup import ConfigKeeper

pytestmark = pytest.mark.needs_package("openssh-server")

ADDRESS = "127.66.62.1"


class Host:
    """The host, and who keeps its configuration."""

    def __init__(self, etc: Path, ways: WaysIn, access: SshAccess) -> None:
        self.etc = etc
        self.ways = ways
        self.access = access
        self.keeper: ConfigKeeper
        self.devices: SshConfigDevices
        self.store: PostgresConfigStore
        self.ledger: Ledger
        self.by: Attribution

    async def back_up(self) -> ConfigRead:
        return await self.keeper.back_up(
            self.ways, by=self.by, operation_id=str(uuid4()), cause="request", deadline_s=60
        )


@pytest.fixture
async def host(
    tmp_path: Path, ledger: Ledger, pool: Any, engineer: Attribution, master_key: MasterKey
) -> AsyncIterator[Host]:
    etc = tmp_path / "etc"
    etc.mkdir()
    async with sshd(tmp_path, ADDRESS) as access:
        yield await _host(etc, access, ledger, pool, engineer, master_key)


async def _host(
    etc: Path, access: SshAccess, ledger: Ledger, pool: Any, engineer: Attribution, master_key: MasterKey
) -> Host:
    vault = PostgresVault(pool, master_key)
    credential_id = await store_credential(access, "host", bus=ledger, vault=vault, by=engineer)
    ways = WaysIn(
        device_id=str(uuid4()), name="host", address=ADDRESS, os="linux", credential_ids=(credential_id,)
    )
    host = Host(etc, ways, access)
    host.devices = SshConfigDevices(linux_files=(f"{etc}/*.conf",), linux_undo=str(etc.parent / "undo"))
    host.store = PostgresConfigStore(pool, master_key.derive("configs"), master_key.derive("config tokens"))
    host.ledger, host.by = ledger, engineer
    host.keeper = ConfigKeeper(
        bus=ledger,
        devices=host.devices,
        access=ConfigAccess(ledger, AuditedSecrets(ledger, vault), host.devices),
        store=host.store,
        notes=PostgresConfigNotes(pool),
        turns=PostgresDeviceTurns(pool),
    )
    return host


async def test_files_are_kept_when_somebody_changes_them_and_brought_back(host: Host) -> None:
    (host.etc / "a.conf").write_text("one\n")
    first = await host.back_up()
    assert first.changed
    assert not (await host.back_up()).changed
    (host.etc / "a.conf").write_text("two\n")
    second = await host.back_up()
    assert second.changed
    record = await host.ledger.state(CONFIG, config_id(host.ways.device_id))
    assert record.host_key.startswith("ssh-ed25519 SHA256:")
    assert list(record.backups) == [first.backup_id, second.backup_id]

    before = await host.store.read(host.ways.device_id, first.content)
    target = ConfigTarget(
        device_id="", address=ADDRESS, platform="linux", access=host.access, host_key=record.host_key
    )

    async def ignore(step: ConfigStep) -> None:
        """Nobody watches."""

    outcome = await host.devices.apply(target, ConfigChange(kind="replace", text=before), report=ignore)
    assert outcome.state == "applied"
    assert (host.etc / "a.conf").read_text() == "one\n"
    third = await host.back_up()
    assert third.changed
    assert third.content == first.content, "what was there before is not stored twice"


async def test_20_mb_are_kept_packed_and_sealed(host: Host, pool: Any) -> None:
    lines = "".join(f"address {number} {'10.0.0.1 ' * 20}\n" for number in range(107_000))
    (host.etc / "large.conf").write_text(f"{lines}password=Geheim\n")
    kept = await host.back_up()
    text = await host.store.read(host.ways.device_id, kept.content)
    assert len(text) > 20_000_000
    assert text.count("\naddress ") >= 106_999
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT whole, octet_length(whole), size_bytes FROM vault.configs")
        sealed, packed, size = await cursor.fetchone()
    assert packed < size / 4
    assert b"address" not in sealed[:100_000]
    assert "Geheim" not in await host.store.masked(host.ways.device_id, kept.content)
