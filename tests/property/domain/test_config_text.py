"""Whatever a configuration holds: normalising it twice changes nothing, masking it leaks nothing, differences add up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.config_dialects import DIALECTS, PLATFORMS, dialect_of
from domain.config_diff import hunks, unified
from domain.config_mask import keyed_tokens, mask, secrets
from domain.config_sections import entries
from domain.config_text import content_address, flaw, normalise, same

SECRET = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJK23456789$/.+=_-", min_size=9, max_size=30).map(
    lambda s: f"Z{s}"
)
ANY = st.text(min_size=0, max_size=400)
LINES = st.lists(
    st.sampled_from(
        [
            "interface a",
            " ip address 1.1.1.1",
            " shutdown",
            "!",
            "exit",
            "end",
            "#",
            "a {",
            "}",
            "b;",
            "/ip address",
            "add a=b",
            "set x y 'z'",
            "### file /a 0644 3",
            "banner motd ^C",
            "^C",
        ]
    ),
    max_size=60,
).map("\n".join)

PLACES = {
    "ios": (
        "enable secret 5 {}",
        "username ada privilege 15 secret 9 {}",
        "username ada password 0 {}",
        " password 7 {}",
        "snmp-server community {} RO 10",
        "snmp-server host 10.0.0.1 version 2c {}",
        "snmp-server host 10.0.0.1 traps version 3 priv {}",
        "snmp-server user ada g v3 auth sha {} priv aes 128 des-key",
        "snmp-server user ada g v3 auth sha auth-key priv aes 128 {}",
        "tacacs-server host 10.0.0.1 key 7 {}",
        "radius-server key {}",
        " key 7 {}",
        "  key-string 7 {}",
        " neighbor 10.0.0.1 password 7 {}",
        " ip ospf message-digest-key 1 md5 7 {}",
        " ip ospf authentication-key {}",
        " standby 1 authentication {}",
        " vrrp 1 authentication text {}",
        "crypto isakmp key 6 {} address 10.0.0.1",
        " pre-shared-key address 10.0.0.1 key {}",
        " wpa-psk ascii 0 {}",
        "ntp authentication-key 1 md5 {} 7",
        " ppp chap password 0 {}",
        "ip ftp password {}",
        " isis password {}",
        "something unheard of password {}",
    ),
    "nxos": (
        "username ada password 5 {}  role network-admin",
        "snmp-server user a g auth md5 0x{} priv 0x1 localizedkey",
        " password 3 {}",
    ),
    "iosxr": (" secret 10 {}", " password encrypted {}", " key-string password {}"),
    "arista_eos": (
        "username a role b secret sha512 {}",
        "   neighbor 10.0.0.1 password 7 {}",
        "enable password sha512 {}",
    ),
    "junos": (
        'encrypted-password "{}"; ## SECRET-DATA',
        'secret "{}"; ## SECRET-DATA',
        'authentication-key "{}"; ## SECRET-DATA',
        'pre-shared-key ascii-text "{}"; ## SECRET-DATA',
        'something "{}"; ## SECRET-DATA',
        'set system root-authentication encrypted-password "{}"',
        "set snmp community {} authorization read-only",
        "set system radius-server 10.0.0.1 secret {}",
    ),
    "vyos": (
        "set system login user a authentication encrypted-password '{}'",
        "set interfaces wireguard wg0 private-key '{}'",
        "set service snmp community {} authorization ro",
        "set vpn ipsec authentication psk p secret '{}'",
        "set protocols bgp neighbor 10.0.0.1 password '{}'",
        "set vpn l2tp remote-access authentication local-users username a password '{}'",
    ),
    "vrp": (
        " local-user a password irreversible-cipher {}",
        " snmp-agent community read cipher {}",
        " snmp-agent community write {}",
        "super password level 15 cipher {}",
        " ospf authentication-mode md5 1 plain {}",
        " pre-shared-key cipher {}",
        " local-user a password cipher %^%#{}%^%#",
    ),
    "procurve": (
        'password manager user-name "a" sha1 "{}"',
        'snmp-server community "{}" unrestricted',
        'snmpv3 user "a" auth sha "{}" priv aes "other"',
        'radius-server host 10.0.0.1 key "{}"',
    ),
    "linux": (
        "password = {}",
        "PrivateKey = {}",
        "rocommunity {}",
        "psk={}",
        "enable secret {}",
        "api_key: {}",
        "root:$6${}:19000:0:99999:7:::",
    ),
    "routeros": (
        "add name=a password={} profile=b",
        'add name=a password="{} with blanks" profile=b',
        "set secret={}",
        "add wpa2-pre-shared-key={}",
        'add private-key="{}"',
        "add authentication-password={} name=a",
        "/snmp community\nset [ find default=yes ] name={}",
        "/snmp community\nadd addresses=::/0 name={} read-access=no",
        "add name=a secret={}\\\n    rest",
    ),
}


@given(data=st.data(), platform=st.sampled_from(sorted(PLACES)), secret=SECRET, around=LINES)
def test_masking_never_leaks(data: st.DataObject, platform: str, secret: str, around: str) -> None:
    line = data.draw(st.sampled_from(PLACES[platform])).format(secret)
    if platform == "routeros" and data.draw(st.booleans()) and "\\\n" not in line:
        cut = data.draw(st.integers(1, len(line) - 1))
        line = (
            f"{line[:cut]}\\\n    {line[cut:]}" if line[cut] != " " and "\n" not in line[:cut][-1:] else line
        )
    if dialect_of(platform).structure == "indent" and data.draw(st.booleans()):
        line = f"{dialect_of(platform).edits.negate} {line.lstrip()}"
    masked = mask(platform, f"{around}\n{line}\n{around}", keyed_tokens(b"key"))
    assert secret not in masked
    assert secret not in mask(platform, line)


@given(
    body=st.text("ABCDEFabcdef0123456789+/=\n", min_size=20, max_size=200),
    platform=st.sampled_from(PLATFORMS),
)
def test_private_keys_are_masked_in_every_platform(body: str, platform: str) -> None:
    text = f"x\n-----BEGIN RSA PRIVATE KEY-----\nKEYMATERIAL{body}\n-----END RSA PRIVATE KEY-----\ny\n"
    assert "KEYMATERIAL" not in mask(platform, text)


@given(platform=st.sampled_from(PLATFORMS), text=ANY | LINES)
def test_normalising_twice_is_normalising_once(platform: str, text: str) -> None:
    once = normalise(platform, text)
    assert normalise(platform, once) == once
    flaw(platform, text)
    entries(platform, once)


@given(secret=SECRET, other=SECRET)
def test_tokens_tell_changed_from_unchanged(secret: str, other: str) -> None:
    token = keyed_tokens(b"key")
    first, second = (f"hostname a\nenable secret 5 {one}\nend\n" for one in (secret, other))
    assert (mask("ios", first, token) == mask("ios", second, token)) == (secret == other)
    assert (content_address("ios", first, token) == content_address("ios", second, token)) == (
        secret == other
    )
    assert keyed_tokens(b"another")(secret) != token(secret)
    assert secrets("ios", first) == (secret,)


@given(first=SECRET, second=SECRET)
def test_what_is_encrypted_anew_each_time_is_no_change(first: str, second: str) -> None:
    texts = [f"sysname a\n local-user a password cipher %^%#{one}%^%#\nreturn\n" for one in (first, second)]
    assert same("vrp", *texts)
    token = keyed_tokens(b"key")
    assert content_address("vrp", texts[0], token) == content_address("vrp", texts[1], token)


@pytest.mark.parametrize(
    ("platform", "one", "other"),
    [
        (
            "ios",
            "! Last configuration change at 1 by a\nhostname a\nntp clock-period 1\nend\n",
            "! Last configuration change at 2 by b\r\nhostname a\r\nend\r\n",
        ),
        ("junos", "## Last commit: x by a\nversion 1;\n", "## Last commit: y by b\nversion 1;\n"),
        (
            "routeros",
            "# 2024-01-01 00:00:00 by RouterOS 7.1\n/ip dns\n",
            "# 2025-01-01 00:00:00 by RouterOS 7.1\n/ip dns\n",
        ),
        ("nxos", "!Time: a\nversion 1\n", "!Time: b\nversion 1\n"),
        ("vrp", "!Last configuration was saved at a by b\nsysname x\nreturn\n", "sysname x\nreturn\n"),
    ],
)
def test_what_nobody_changed_is_the_same(platform: str, one: str, other: str) -> None:
    assert same(platform, one, other)


TEXT_LINES = st.lists(st.sampled_from("abcdefgh!") | st.text("xyz ", max_size=3), max_size=40)


@given(old=TEXT_LINES, new=TEXT_LINES, context=st.integers(0, 4))
def test_a_unified_difference_leads_from_one_to_the_other(
    old: list[str], new: list[str], context: int
) -> None:
    was, now = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    patch = unified(was, now, "old", "new", context=context)
    assert patched(old, patch) == new
    assert bool(patch) == (old != new)


def patched(lines: list[str], patch: str) -> list[str]:
    """Applies a unified difference as `patch` does, and checks that it fits."""
    result, at = [], 0
    body = patch.split("\n")[2:-1] if patch else []
    for line in body:
        if found := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
            start = int(found[1]) - (found[2] != "0")
            result += lines[at:start]
            at = start
            assert len(result) == int(found[3]) - (found[4] != "0")
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert lines[at] == line[1:]
            at += 1
            if line.startswith(" "):
                result.append(line[1:])
    return result + lines[at:]


@given(platform=st.sampled_from(PLATFORMS), old=LINES, new=LINES)
def test_hunks_account_for_every_line(platform: str, old: str, new: str) -> None:
    found = hunks(platform, old, new)
    was = sorted((one.path, one.line) for one in entries(platform, old))
    now = sorted((one.path, one.line) for one in entries(platform, new))
    removed = [(hunk.section, line) for hunk in found for line in hunk.removed]
    added = [(hunk.section, line) for hunk in found for line in hunk.added]
    assert sorted(was + added) == sorted(now + removed)


def test_every_dialect_is_of_known_platforms() -> None:
    assert len(set(PLATFORMS)) == len(PLATFORMS) == sum(len(dialect.platforms) for dialect in DIALECTS)
