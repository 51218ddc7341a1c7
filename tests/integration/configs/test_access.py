"""Ways into devices: credentials one after the other, host keys pinned at first sight, changed ones refused and reported."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ssh.devices import SshConfigDevices
from adapters.ssh.session import Timing
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.vault import PostgresVault
from domain.access import RouterOsAccess, SshAccess
from domain.alert import ALERT, alert_id
from domain.config import CONFIG, config_id, host_key_alert
from domain.config_access import ConfigAccess, WaysIn
from domain.config_commands import AcceptHostKey
from domain.config_ports import ConfigError, ConfigTarget, RunningConfig
from domain.errors import Refused
from domain.event import Attribution
from lab.credentials import store_credential
from lab.ssh.fleet import SshFleet, SshFleetPlan

NETWORK = "127.66.60.0/28"


class Site:
    """Simulated devices, a ledger, and the way to them."""

    def __init__(
        self, ledger: Ledger, vault: PostgresVault, events: PostgresEventLog, by: Attribution
    ) -> None:
        self.ledger = ledger
        self.vault = vault
        self.events = events
        self.by = by
        self.fleet = SshFleet(SshFleetPlan(network=NETWORK, count=2, families=("ios", "routeros")))
        self.devices = SshConfigDevices(timing=Timing(silence_s=3.0, nudge_s=0.15, retry_s=0.05))
        self.access = ConfigAccess(ledger, AuditedSecrets(ledger, vault), self.devices)
        self.device_id = str(uuid4())

    async def credential(self, password: str = "lab", *, port: int | None = None) -> str:  # noqa: S107 - the lab's own
        access = SshAccess(
            id="",
            username="admin",
            password=password,
            enable_password="lab-enable",
            port=self.fleet.port if port is None else port,
        )
        return await store_credential(access, "lab", bus=self.ledger, vault=self.vault, by=self.by)

    def ways(self, *credential_ids: str, number: int = 0, **more: Any) -> WaysIn:
        address, server = list(self.fleet.servers.items())[number]
        known = {"os": server.device.family, **more}
        return WaysIn(
            device_id=self.device_id,
            name=server.device.name,
            address=address,
            credential_ids=credential_ids,
            **known,
        )

    async def read(self, ways: WaysIn) -> tuple[RunningConfig, str]:
        async def read(target: ConfigTarget) -> RunningConfig:
            return await self.devices.read(target, deadline_s=20)

        return await self.access.use(ways, read, purpose="test", by=self.by)

    async def told(self) -> list[str]:
        return [each.topic for each in await self.events.of_aggregate(config_id(self.device_id))]


@pytest.fixture
async def site(
    ledger: Ledger, pool: Any, event_log: PostgresEventLog, engineer: Attribution, master_key: MasterKey
) -> AsyncIterator[Site]:
    site = Site(ledger, PostgresVault(pool, master_key), event_log, engineer)
    await site.fleet.start()
    yield site
    await site.fleet.stop()


async def test_the_host_key_is_pinned_at_first_sight_and_then_asked_for(site: Site) -> None:
    ways = site.ways(await site.credential())
    running, _ = await site.read(ways)
    record = await site.ledger.state(CONFIG, config_id(site.device_id))
    assert record.host_key == running.seen.host_key
    assert not running.seen.first_sight  # pinned before anything secret was sent
    await site.read(ways)
    assert await site.told() == ["config.host_key_pinned.v1"]


async def test_a_changed_key_is_refused_and_reported_until_an_engineer_accepts_it(site: Site) -> None:
    ways = site.ways(await site.credential())
    await site.read(ways)
    server = site.fleet.servers[ways.address]
    await server.change_host_key()
    logins = server.device.logins
    for _ in range(2):  # reported once
        with pytest.raises(ConfigError, match="nothing was sent") as refused:
            await site.read(ways)
        assert refused.value.code == "SSH_HOST_KEY_CHANGED"
    assert server.device.logins == logins
    assert await site.told() == ["config.host_key_pinned.v1", "config.host_key_changed.v1"]
    key = alert_id(host_key_alert(site.device_id))
    (raised,) = await site.events.of_aggregate(key)
    assert raised.event.severity == "critical"  # type: ignore[attr-defined]  # an alert's
    assert (await site.ledger.state(ALERT, key)).device_id == site.device_id

    record = await site.ledger.state(CONFIG, config_id(site.device_id))
    accept = AcceptHostKey(device_id=site.device_id, host_key=record.presented)
    await site.ledger.execute(CONFIG.to(config_id(site.device_id), accept), by=site.by)
    running, _ = await site.read(ways)
    assert running.seen.host_key == record.presented


async def test_credentials_are_tried_in_turn_and_the_one_that_opens_is_told(site: Site) -> None:
    wrong, deleted, right = await site.credential("wrong"), str(uuid4()), await site.credential()
    running, credential_id = await site.read(site.ways(wrong, deleted, right))
    assert credential_id == right
    assert "hostname" in running.text


async def test_a_device_that_takes_no_credential_says_so(site: Site) -> None:
    with pytest.raises(ConfigError) as refused:
        await site.read(site.ways(await site.credential("wrong")))
    assert refused.value.code == "SSH_LOGIN_REFUSED"
    with pytest.raises(Refused) as nothing:
        await site.read(site.ways())
    assert nothing.value.code == "NO_CREDENTIAL"


async def test_only_a_few_credentials_are_tried(site: Site) -> None:
    wrong = [await site.credential(f"wrong {number}") for number in range(4)]
    with pytest.raises(ConfigError, match="refuses the account"):
        await site.read(site.ways(*wrong, await site.credential()))


async def test_a_label_says_what_identification_could_not(site: Site) -> None:
    credential_id = await site.credential()
    with pytest.raises(Refused) as unknown:
        await site.read(site.ways(credential_id, os="somethingelse"))
    assert unknown.value.code == "CONFIG_PLATFORM_UNKNOWN"
    running, _ = await site.read(site.ways(credential_id, os="", labels=("core", "platform:ios")))
    assert running.platform == "ios"


async def test_every_opened_secret_is_an_event_with_its_purpose(site: Site) -> None:
    credential_id = await site.credential()
    await site.read(site.ways(credential_id))
    read = (await site.events.of_aggregate(UUID(credential_id)))[-1]
    assert read.topic == "credential.secret_read.v1"
    assert read.event.purpose == "test"  # type: ignore[attr-defined]  # of this topic


async def test_the_accounts_of_the_routeros_api_open_its_command_line(site: Site) -> None:
    access = RouterOsAccess(id="", username="admin", password="lab", port=8728)
    stored = await store_credential(access, "api", bus=site.ledger, vault=site.vault, by=site.by)
    opened: list[ConfigTarget] = []

    async def look(target: ConfigTarget) -> None:
        opened.append(target)

    record = AcceptHostKey(device_id=site.device_id, host_key="ssh-ed25519 SHA256:" + "A" * 43)
    await site.ledger.execute(CONFIG.to(config_id(site.device_id), record), by=site.by)
    await site.access.use(site.ways(stored, number=1), look, purpose="test", by=site.by)
    assert (opened[0].access.username, opened[0].access.port) == ("admin", 0)
