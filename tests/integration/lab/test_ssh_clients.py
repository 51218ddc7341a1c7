"""The simulated SSH devices as clients see them that we did not write: netmiko, and the OpenSSH client."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from netmiko import ConnectHandler

from domain.config_text import same
from lab.ssh.fleet import FAMILIES, SshFleet, SshFleetPlan

NETMIKO = {
    "ios": ("cisco_ios", "show running-config", ["interface Vlan10", "description by netmiko"]),
    "arista_eos": ("arista_eos", "show running-config", ["interface Vlan10", "description by netmiko"]),
    "junos": ("juniper_junos", "show configuration", ["set interfaces ge-0/0/0 description netmiko"]),
    "vrp": (
        "huawei",
        "display current-configuration",
        ["system-view", "interface Vlanif10", "description by netmiko", "return"],
    ),
    "procurve": ("hp_procurve", "show running-config", ["vlan 10", 'name "netmiko"']),
    "routeros": ("mikrotik_routeros", "/export", ["/ip dns set servers=9.9.9.9"]),
}


@pytest.fixture
async def fleet() -> AsyncIterator[SshFleet]:
    running = SshFleet(
        SshFleetPlan(network="127.66.51.0/24", count=len(FAMILIES), families=tuple(FAMILIES), interfaces=8)
    )
    await running.start()
    yield running
    await running.stop()


def address_of(fleet: SshFleet, family: str) -> str:
    return next(address for address, server in fleet.servers.items() if server.device.family == family)


@pytest.mark.parametrize("family", sorted(NETMIKO))
async def test_netmiko_reads_and_changes_every_family(fleet: SshFleet, family: str) -> None:
    kind, show, lines = NETMIKO[family]
    device = fleet[address_of(fleet, family)]

    def work() -> tuple[str, str]:
        options: dict[str, Any] = {"device_type": kind, "host": address_of(fleet, family), "port": fleet.port}
        with ConnectHandler(**options, username="admin", password="lab", secret="lab-enable") as client:
            if family in ("ios", "arista_eos"):
                client.enable()
            text = client.send_command(show, read_timeout=30)
            own_way = family != "vrp"  # netmiko waits for seconds there before and after
            answer = client.send_config_set(lines, enter_config_mode=own_way, exit_config_mode=own_way)
            if family == "junos":
                answer += client.commit()
            return str(text), str(answer)

    before = device.running()
    text, answer = await asyncio.to_thread(work)
    assert same(family, text, before)
    assert not same(family, device.running(), before), answer
    assert "netmiko" in device.running() or "9.9.9.9" in device.running()


@pytest.mark.needs_package("openssh-client")
async def test_the_openssh_client_logs_in_and_types(fleet: SshFleet, tmp_path: Path) -> None:
    address = address_of(fleet, "ios")
    says = tmp_path / "password"
    says.write_text("#!/bin/sh\necho lab\n")
    says.chmod(0o700)
    process = await asyncio.create_subprocess_exec(
        "ssh",
        "-tt",
        *(
            "-p",
            str(fleet.port),
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={tmp_path / 'known'}",
        ),
        *("-o", "PreferredAuthentications=password", f"admin@{address}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SSH_ASKPASS": str(says), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ""},
    )
    typed = b"enable\nlab-enable\nterminal length 0\nshow running-config\nexit\n"
    async with asyncio.timeout(30):
        out, errors = await process.communicate(typed)
    assert b"hostname lab-1" in out, errors
    assert b"lab-enable" not in out.replace(b"$1$mERr$labenablehash", b""), "a password is not echoed"
    assert process.returncode == 0


@pytest.mark.needs_package("openssh-client")
async def test_the_openssh_client_is_told_of_a_wrong_password(fleet: SshFleet, tmp_path: Path) -> None:
    says = tmp_path / "password"
    says.write_text("#!/bin/sh\necho wrong\n")
    says.chmod(0o700)
    process = await asyncio.create_subprocess_exec(
        "ssh",
        *(
            "-p",
            str(fleet.port),
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={tmp_path / 'known'}",
        ),
        *("-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"),
        f"admin@{address_of(fleet, 'junos')}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SSH_ASKPASS": str(says), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ""},
    )
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    assert process.returncode == 255
    assert b"Permission denied" in errors
