"""Version 3 against three clients that are not ours: net-snmp, gufo-snmp and pysnmp."""

from itertools import product

import pytest
from gufo.snmp import user as gufo
from gufo.snmp.aio import SnmpSession
from pysnmp.hlapi.v3arch import asyncio as pysnmp

from domain.access import SnmpV3Access
from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_live import Device
from lab.snmp_tree import View, encoded_tree
from lab.snmp_usm_keys import User

AUTH = ("MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512")
PRIV = ("DES", "AES128", "AES192", "AES256")
LEVELS = [(None, None), *product(AUTH, [None]), *product(AUTH, PRIV)]
SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
ADDRESS = "127.61.3.1"
AUTH_PASSWORD, PRIV_PASSWORD = "authentic-pass", "private-pass"

NET_SNMP_AUTH = {"SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512"}
NET_SNMP_PRIV = {"AES128": "AES", "AES192": "AES-192", "AES256": "AES-256"}
GUFO_AUTH = {
    "MD5": gufo.Md5Key,
    "SHA": gufo.Sha1Key,
    "SHA224": gufo.Sha224Key,
    "SHA256": gufo.Sha256Key,
    "SHA384": gufo.Sha384Key,
    "SHA512": gufo.Sha512Key,
}
GUFO_PRIV = {"DES": gufo.DesKey, "AES128": gufo.Aes128Key, "AES192": gufo.Aes192Key, "AES256": gufo.Aes256Key}
PYSNMP_AUTH = {
    None: pysnmp.USM_AUTH_NONE,
    "MD5": pysnmp.USM_AUTH_HMAC96_MD5,
    "SHA": pysnmp.USM_AUTH_HMAC96_SHA,
    "SHA224": pysnmp.USM_AUTH_HMAC128_SHA224,
    "SHA256": pysnmp.USM_AUTH_HMAC192_SHA256,
    "SHA384": pysnmp.USM_AUTH_HMAC256_SHA384,
    "SHA512": pysnmp.USM_AUTH_HMAC384_SHA512,
}
PYSNMP_PRIV = {
    None: pysnmp.USM_PRIV_NONE,
    "DES": pysnmp.USM_PRIV_CBC56_DES,
    "AES128": pysnmp.USM_PRIV_CFB128_AES,
    "AES192": pysnmp.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": pysnmp.USM_PRIV_CFB256_AES_BLUMENTHAL,
}


def name(auth, priv):
    return f"{auth or 'no'}-{priv or 'no'}".lower()


def access(auth, priv):
    return SnmpV3Access(
        id="a",
        username=name(auth, priv),
        auth_protocol=auth,
        auth_password=AUTH_PASSWORD if auth else "",
        priv_protocol=priv,
        priv_password=PRIV_PASSWORD if priv else "",
    )


def view():
    strings = {SYS_DESCR: b"a router", SYS_NAME: b"r1", "1.3.6.1.2.1.1.6.0": b"here"}
    return View(
        encoded_tree((ber.oid(oid), ber.tlv(ber.OCTET_STRING, text)) for oid, text in strings.items()), {}
    )


@pytest.fixture
async def port(start_agents):
    users = [User(access(auth, priv), may_write=True) for auth, priv in LEVELS]
    device = Device(engine_id=bytes.fromhex("80003a8c04") + b"lab-1", engine_boots=7)
    server = await start_agents({ADDRESS: Agent("r1", view, device=device, users=users)})
    return server.port


def login(auth, priv, *, auth_password=AUTH_PASSWORD, priv_password=PRIV_PASSWORD):
    level = "authPriv" if priv else "authNoPriv" if auth else "noAuthNoPriv"
    arguments = ["-v3", "-u", name(auth, priv), "-l", level]
    if auth:
        arguments += ["-a", NET_SNMP_AUTH.get(auth, auth), "-A", auth_password]
    if priv:
        arguments += ["-x", NET_SNMP_PRIV.get(priv, priv), "-X", priv_password]
    return arguments


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize(("auth", "priv"), LEVELS)
async def test_net_snmp_walks_at_every_level(port, net_snmp, auth, priv):
    ran = await net_snmp("snmpwalk", *login(auth, priv), f"{ADDRESS}:{port}", "1.3.6.1.2.1.1")
    assert ran.lines == [
        '.1.3.6.1.2.1.1.1.0 = STRING: "a router"',
        '.1.3.6.1.2.1.1.5.0 = STRING: "r1"',
        '.1.3.6.1.2.1.1.6.0 = STRING: "here"',
        ".1.3.6.1.2.1.1.6.0 = No more variables left in this MIB View (It is past the end of the MIB tree)",
    ], ran


@pytest.mark.parametrize(("auth", "priv"), LEVELS)
async def test_gufo_snmp_reads_at_every_level(port, auth, priv):
    user = gufo.User(
        name(auth, priv),
        auth_key=GUFO_AUTH[auth](AUTH_PASSWORD.encode()) if auth else None,
        priv_key=GUFO_PRIV[priv](PRIV_PASSWORD.encode()) if priv else None,
    )
    async with SnmpSession(ADDRESS, port=port, user=user, timeout=5) as session:
        assert await session.get(SYS_NAME) == b"r1"
        assert [value async for _, value in session.getbulk("1.3.6.1.2.1.1")] == [b"a router", b"r1", b"here"]


@pytest.mark.parametrize(("auth", "priv"), LEVELS)
async def test_pysnmp_reads_at_every_level(port, auth, priv):
    engine = pysnmp.SnmpEngine()
    user = pysnmp.UsmUserData(
        name(auth, priv),
        authKey=AUTH_PASSWORD if auth else None,
        privKey=PRIV_PASSWORD if priv else None,
        authProtocol=PYSNMP_AUTH[auth],
        privProtocol=PYSNMP_PRIV[priv],
    )
    target = await pysnmp.UdpTransportTarget.create((ADDRESS, port), timeout=5, retries=0)
    question = pysnmp.ObjectType(pysnmp.ObjectIdentity(SYS_NAME))
    error, status, _, found = await pysnmp.get_cmd(engine, user, target, pysnmp.ContextData(), question)
    engine.close_dispatcher()
    assert (error, int(status)) == (None, 0)
    assert bytes(found[0][1]) == b"r1"


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (login("SHA", "AES128", auth_password="not-the-password"), "Authentication failure"),
        (login("SHA", "AES128", priv_password="not-the-password"), "Decryption error"),
        (["-v3", "-u", "nobody", "-l", "noAuthNoPriv"], "Unknown user name"),
        (
            ["-v3", "-u", "sha-no", "-l", "authPriv", *login("SHA", "AES128")[5:]],
            "Unsupported security level",
        ),
        (
            ["-v3", "-u", "sha-aes128", "-l", "authNoPriv", "-a", "SHA", "-A", AUTH_PASSWORD],
            "authorizationError",
        ),
        ([*login("SHA", "AES128"), "-n", "vlan-7"], "ontext"),
    ],
)
async def test_wrong_questions_are_told_so(port, net_snmp, arguments, message):
    ran = await net_snmp("snmpget", *arguments, f"{ADDRESS}:{port}", SYS_NAME, retries=0)
    assert ran.status != 0
    assert message in ran.err + ran.out


@pytest.mark.needs_package("snmp")
async def test_a_message_out_of_the_time_window_is_put_right_by_a_report(port, net_snmp):
    ran = await net_snmp(
        "snmpget",
        *login("SHA", "AES128"),
        "-e",
        "80003a8c046c61622d31",
        "-Z",
        "3,5",
        f"{ADDRESS}:{port}",
        SYS_NAME,
    )
    assert ran.lines == [f'.{SYS_NAME} = STRING: "r1"'], ran


@pytest.mark.needs_package("snmp")
async def test_set_through_an_encrypted_message(port, net_snmp):
    ran = await net_snmp("snmpset", *login("SHA256", "AES256"), f"{ADDRESS}:{port}", SYS_NAME, "s", "renamed")
    assert ran.status == 0, ran
    ran = await net_snmp("snmpget", *login(None, None), f"{ADDRESS}:{port}", SYS_NAME)
    assert ran.lines == [f'.{SYS_NAME} = STRING: "renamed"']


@pytest.mark.needs_package("snmp")
async def test_an_agent_without_users_is_silent_to_v3(start_agents, net_snmp):
    server = await start_agents({ADDRESS: Agent("old", view, v2c=(b"c",))})
    ran = await net_snmp(
        "snmpget", *login(None, None), f"{ADDRESS}:{server.port}", SYS_NAME, timeout_s=0.2, retries=0
    )
    assert "Timeout" in ran.err
