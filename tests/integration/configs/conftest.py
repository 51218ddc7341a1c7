"""The real application over simulated SSH devices in a process of their own, put into the inventory through REST."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ssh.devices import SshConfigDevices
from adapters.vault.master_key import MasterKey
from domain.access import SshAccess
from domain.config_ports import ConfigChange, ConfigStep, ConfigTarget
from tests.databases import fresh_database
from tests.integration.api.serving import Netledger, netledger, until
from tests.integration.lab_process import LabProcess
from tests.own_nats import own_nats

FAMILIES = ("ios", "junos", "routeros", "arista_eos", "vrp", "procurve")
CHANGES = {
    "ios": "interface Vlan10\n description new\nip route 10.9.0.0 255.255.0.0 10.0.0.1\n",
    "junos": "set system name-server 9.9.9.9\nset interfaces ge-0/0/0 description new\n",
    "routeros": "/ip dns set servers=9.9.9.9 cache-size=8192KiB\n/ip firewall address-list add list=new address=1.2.3.4\n"
    "/system ntp client set enabled=yes mode=broadcast\n/interface ethernet set [ find default-name=ether2 ] mtu=1400\n",
    "arista_eos": "interface Vlan10\n   description new\n",
    "vrp": "interface Vlanif10\n description new\n",
    "procurve": 'vlan 10\n   name "new"\n',
}
"""What somebody may do to each of them."""
ENDED = ("succeeded", "failed", "cancelled")


class Devices(LabProcess):
    """One device of each family."""

    def __init__(self) -> None:
        families = ("--count", str(len(FAMILIES)), "--families", ",".join(FAMILIES))
        super().__init__("lab.ssh.process", "--network", "127.66.61.0/28", *families)
        self.first = {family: self.config(family) for family in FAMILIES}

    def address(self, family: str) -> str:
        return str(next(each["address"] for each in self.ready["devices"] if each["platform"] == family))

    def config(self, family: str) -> str:
        return str(self.order(config=self.address(family))["text"])

    def change(self, family: str, lines: str) -> None:
        """Somebody configures the device by hand."""
        self._apply(family, ConfigChange(kind="merge", text=lines))

    def reset(self, family: str) -> None:
        """The device runs again what it ran at first."""
        self._apply(family, ConfigChange(kind="replace", text=self.first[family]))

    def _apply(self, family: str, change: ConfigChange) -> None:
        ready = self.ready
        access = SshAccess(
            id="by hand",
            username=ready["username"],
            password=ready["password"],
            enable_password=ready["enable_password"],
            port=ready["port"],
        )
        address = self.address(family)
        target = ConfigTarget(device_id=address, address=address, platform=family, access=access)

        async def ignore(step: ConfigStep) -> None:
            """Nobody watches."""

        outcome = asyncio.run(SshConfigDevices().apply(target, change, report=ignore))
        assert outcome.state in ("applied", "unchanged"), outcome.reason


class Api:
    """An engineer at work."""

    def __init__(self, instance: Netledger, client: httpx.Client, ids: dict[str, str]) -> None:
        self.instance = instance
        self.client = client
        self.ids = ids
        """Devices by family."""

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, operation_id: str) -> dict[str, Any]:
        found: dict[str, Any] = until(
            lambda: (row := self.get(f"/operations/{operation_id}"))["state"] in ENDED and row
        )
        return found

    def back_up(self, *families: str, **body: Any) -> dict[str, Any]:
        """The operation's row when it has ended, seen by the read model of configurations."""
        wanted = body or {"device_ids": [self.ids[family] for family in families]}
        answer = self.client.post("/config/backup", json=wanted)
        assert answer.status_code == 202, answer.text
        row = self.ended(answer.json()["operation_id"])
        self.settle()
        return row

    def settle(self) -> None:
        """Waits until the read models have seen all there is."""
        head = self.instance.call(self.instance.console.events.head())
        for path in ("/config/backups", "/audit"):
            answer = self.client.get(path, params={"limit": 1}, headers={"X-Ledger-Position": str(head)})
            assert answer.status_code == 200, answer.text

    def restore(self, family: str, backup_id: str, **body: Any) -> dict[str, Any]:
        """The operation's row when it has ended."""
        wanted = {"backup_id": backup_id, **body}
        answer = self.client.post(f"/config/restore/{self.ids[family]}", json=wanted)
        assert answer.status_code == 202, answer.text
        row = self.ended(answer.json()["operation_id"])
        self.settle()
        return row

    def backups(self, family: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("/config/backups", device_id=self.ids[family])["items"]
        return rows


@pytest.fixture(scope="module")
def devices() -> Iterator[Devices]:
    running = Devices()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def kinds() -> tuple[str, ...]:
    """The services at work."""
    return ("projector", "relay", "executor")


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
    kinds: tuple[str, ...],
) -> Iterator[Netledger]:
    data = tmp_path_factory.mktemp("data")
    with (
        own_nats() as broker,
        fresh_database(postgres) as url,
        netledger(url, broker.url, data, master_key, kinds=kinds) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def api(instance: Netledger, devices: Devices) -> Iterator[Api]:
    """With a device of each family in the inventory."""
    with instance.client(instance.login("admin")) as admin:
        ready = devices.ready
        credential = {
            "name": "lab devices",
            "kind": "ssh",
            "username": ready["username"],
            "password": ready["password"],
            "enable_password": ready["enable_password"],
            "port": ready["port"],
        }
        made = admin.post("/credentials", json=credential)
        assert made.status_code == 201, made.text
    with instance.client(instance.login("engineer")) as engineer:
        ids = {}
        for device in ready["devices"]:
            body = {
                "address": device["address"],
                "name": f"{device['platform']}-1",
                "labels": [f"platform:{device['platform']}"],
            }
            answer = engineer.post("/inventory/devices", json=body)
            assert answer.status_code == 201, answer.text
            ids[device["platform"]] = answer.json()["id"]
        yield Api(instance, engineer, ids)
