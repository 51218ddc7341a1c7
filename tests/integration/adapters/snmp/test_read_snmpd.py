"""Visits to net-snmp's snmpd: every version and every combination of protocols."""

import asyncio
from collections.abc import Callable
from typing import Any, get_args

import pytest

from adapters.snmp.read import GufoSnmpReader
from domain.access import SnmpAccess, SnmpAuth, SnmpPrivacy, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.ports import SnmpError

pytestmark = pytest.mark.needs_package("snmpd")

MakeReader = Callable[..., GufoSnmpReader]
COMBINATIONS = [(auth, privacy) for auth in get_args(SnmpAuth) for privacy in (None, *get_args(SnmpPrivacy))]


def v3(port: int, username: str, auth: Any = None, privacy: Any = None, **passwords: str) -> SnmpV3Access:
    return SnmpV3Access(
        id="v3",
        port=port,
        username=username,
        auth_protocol=auth,
        auth_password=passwords.get("auth_password", "auth-password"),
        priv_protocol=privacy,
        priv_password=passwords.get("priv_password", "privacy-password"),
    )


@pytest.mark.parametrize("version", ["v1", "v2c", "v3"])
async def test_every_version_tells_the_same(
    snmpd: Any, make_reader: MakeReader, version: str, loopback: str
) -> None:
    accesses: dict[str, SnmpAccess] = {
        "v1": SnmpV1Access(id="v1", community="public", port=snmpd.port),
        "v2c": SnmpV2cAccess(id="v2c", community="public", port=snmpd.port),
        "v3": v3(snmpd.port, "plain"),
    }
    reader = make_reader(
        gets=("1.3.6.1.2.1.25.1.1.0", "1.3.6.1.4.1.32473.9.0"), walks=("1.3.6.1.2.1.1.9.1.2",)
    )
    facts = await reader.read(loopback, accesses[version], timeout_s=20)
    assert facts.incomplete == ()
    assert facts.system.sys_name == "core-1"
    assert facts.system.sys_contact == "noc@example.net"
    assert facts.system.sys_object_id == "1.3.6.1.4.1.8072.3.2.10"
    assert facts.system.sys_descr.startswith("Linux")
    assert facts.system.sys_services == 72
    assert facts.system.uptime_s is not None
    assert facts.engine_id == snmpd.engine_id
    first = facts.interfaces[0]
    assert (first.name, first.type, first.oper_status) == ("lo", 24, "up")
    assert "127.0.0.1/8" in first.addresses
    assert "1.3.6.1.2.1.25.1.1.0" in facts.values
    assert facts.values["1.3.6.1.2.1.1.9.1.2.1"] == "1.3.6.1.6.3.10.3.1.1"
    assert "1.3.6.1.4.1.32473.9.0" not in facts.values


@pytest.mark.parametrize(("auth", "privacy"), COMBINATIONS)
async def test_every_combination_of_protocols(
    snmpd: Any, make_reader: MakeReader, auth: str, privacy: str | None
) -> None:
    username = auth if privacy is None else f"{auth}_{privacy.replace('AES128', 'AES')}"
    facts = await make_reader().read("127.0.0.1", v3(snmpd.port, username, auth, privacy), timeout_s=10)
    assert facts.system.sys_name == "core-1"
    assert facts.engine_id == snmpd.engine_id


async def test_the_other_way_to_lengthen_a_key_is_found(snmpd: Any, make_reader: MakeReader) -> None:
    facts = await make_reader().read("127.0.0.1", v3(snmpd.port, "reeder", "MD5", "AES256"), timeout_s=10)
    assert facts.system.sys_name == "core-1"


@pytest.mark.parametrize(
    "access",
    [
        ("nobody", "SHA", None),
        ("nobody", "SHA", "AES128"),
        ("nobody", None, None),
        ("SHA", "SHA", None, "wrong-password"),
        ("SHA_AES", "SHA", "AES128", "wrong-password"),
        ("SHA_AES", "MD5", "AES128"),
        ("SHA_AES", "SHA", None),
        ("SHA_AES", None, None),
        ("SHA_AES", "SHA", "AES128", "auth-password", "wrong-password"),
        ("SHA_DES", "SHA", "DES", "auth-password", "wrong-password"),
        ("MD5_AES256", "MD5", "AES256", "auth-password", "wrong-password"),
        ("MD5", "MD5", None, ""),
        ("plain", None, "AES128"),
    ],
)
async def test_a_user_that_does_not_fit_is_an_auth_error(
    snmpd: Any, make_reader: MakeReader, access: tuple[Any, ...]
) -> None:
    username, auth, privacy, *passwords = access
    named = dict(zip(("auth_password", "priv_password"), passwords, strict=False))
    with pytest.raises(SnmpError) as refusal:
        await make_reader(request_timeout_s=0.2).read(
            "127.0.0.1", v3(snmpd.port, username, auth, privacy, **named), timeout_s=5
        )
    assert refusal.value.kind == "auth"
    assert not any(
        secret and secret in str(refusal.value)
        for secret in ("auth-password", "privacy-password", *passwords)
    )


async def test_a_wrong_community_is_silence(snmpd: Any, make_reader: MakeReader) -> None:
    with pytest.raises(SnmpError) as refusal:
        await make_reader().read(
            "127.0.0.1", SnmpV2cAccess(id="x", community="wrong", port=snmpd.port), timeout_s=0.5
        )
    assert refusal.value.kind == "timeout"


async def test_many_visits_at_once(snmpd: Any, make_reader: MakeReader) -> None:
    reader = make_reader(request_timeout_s=5.0)
    access = SnmpV2cAccess(id="v2c", community="public", port=snmpd.port)
    visits = await asyncio.gather(*(reader.read("127.0.0.1", access, timeout_s=30) for _ in range(50)))
    assert {facts.system.sys_name for facts in visits} == {"core-1"}
    assert all(facts.incomplete == () for facts in visits)
