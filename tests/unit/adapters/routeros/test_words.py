"""Values, refusals and charsets in the router's words."""

import pytest
from librouteros.login import encode_password

from adapters.routeros.charset import Charset
from adapters.routeros.dial import challenge_response
from adapters.routeros.traps import trap_code, trap_error
from adapters.routeros.values import number, pair, rate, uptime_s
from domain.router_ports import RouterError, RouterErrorCode


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3w2d5h11m9s", 3 * 604_800 + 2 * 86_400 + 5 * 3_600 + 11 * 60 + 9),
        ("3w2d05:11:09", 3 * 604_800 + 2 * 86_400 + 5 * 3_600 + 11 * 60 + 9),
        ("01:22:53", 4_973),
        ("5h9s", 18_009),
        ("0s", 0),
        ("1d00:00:00", 86_400),
        ("12s500ms", 12),
        ("", None),
        ("yesterday", None),
        ("5h 9s", None),
        ("1w" * 3, None),
        ("٣s", None),
        ("9" * 5_000 + "s", None),
    ],
)
def test_uptime(text: str, seconds: int | None) -> None:
    assert uptime_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("0", 0),
        ("12345", 12_345),
        ("64k", 64_000),
        ("1.5M", 1_500_000),
        ("2Gbps", 2_000_000_000),
        ("", None),
        ("-1", None),
        ("fast", None),
        ("1e9", None),
    ],
)
def test_rate(text: str, bps: int | None) -> None:
    assert rate(text) == bps


def test_pairs_and_numbers() -> None:
    assert pair("1000/2k") == (1_000, 2_000)
    assert pair("1000") == (1_000, None)
    assert number("18446744073709551615") == 2**64 - 1
    assert number("1" * 50) is None
    assert number("0x10") is None


@pytest.mark.parametrize(
    ("message", "category", "code"),
    [
        ("invalid user name or password (6)", None, "ROUTER_LOGIN_REFUSED"),
        ("cannot log in", None, "ROUTER_LOGIN_REFUSED"),
        ("no such item", 0, "ROUTER_ITEM_NOT_FOUND"),
        ("no such item (4)", None, "ROUTER_ITEM_NOT_FOUND"),
        ("no such command prefix; no such command", 0, "ROUTER_COMMAND_UNKNOWN"),
        ("input does not match any value of profile", 1, "ROUTER_ARGUMENT_REFUSED"),
        ("failure: secret with the same name already exists", None, "ROUTER_ITEM_EXISTS"),
        ("failure: already have such entry", None, "ROUTER_ITEM_EXISTS"),
        ("not enough permissions (9)", None, "ROUTER_PERMISSION_DENIED"),
        ("something new", 0, "ROUTER_ITEM_NOT_FOUND"),
        ("something new", 1, "ROUTER_ARGUMENT_REFUSED"),
        ("failure: flash is worn out", None, "ROUTER_TRAP"),
        ("interrupted", 2, "ROUTER_TRAP"),
    ],
)
def test_refusals(message: str, category: int | None, code: RouterErrorCode) -> None:
    assert trap_code(message, category) == code
    error = trap_error("/ppp/secret/add", message, category)
    assert error.details["words"] == message
    assert not error.outcome_unknown


def test_charsets() -> None:
    assert Charset().decode("M\xc3\xbcller") == "Müller"
    assert Charset("cp1251").decode("\xc8\xe2\xe0\xed") == "Иван"
    assert Charset("cp1251").encode("Иван") == "\xc8\xe2\xe0\xed"
    assert Charset("cp1251").decode("\x98") == "\uef98", "the one byte that cp1251 does not define"
    assert Charset().decode("a\xe9b\x00\x07") == "a\uefe9b\uef00\uef07"
    with pytest.raises(ValueError, match="cannot be written in cp1251"):
        Charset("cp1251").encode("北京")


@pytest.mark.parametrize("name", ["utf-16", "gbk", "shift_jis", "klingon", "rot13", "base64"])
def test_what_no_router_writes(name: str) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        Charset(name)


def test_the_old_challenge() -> None:
    """Releases before 6.43; librouteros computes the same."""
    challenge = "ebddd18303a54111e2dea05a92ab46b4"
    assert challenge_response("", challenge) == "001ea726ed53ae38520c8334f82d44c9f2"
    assert challenge_response("lab", challenge) == encode_password(challenge, "lab")
    with pytest.raises(RouterError):
        challenge_response("lab", "no hex")
