"""When a configuration is whole, and what of it counts."""

import pytest

from domain.config_diff import LARGEST, hunks, unified
from domain.config_text import author, clean, flaw, normalise

WHOLE = {
    "ios": "Building configuration...\n\nCurrent configuration : 30 bytes\n!\nversion 15.2\nhostname a\nend\n",
    "iosxr": "Building configuration...\n!! IOS XR Configuration 7.3\nhostname a\nend\n",
    "nxos": "!Command: show running-config\nversion 9.3\nhostname a\n",
    "arista_eos": "! device: a\nhostname a\nend\n",
    "junos": "## Last commit: x by a\nversion 21;\nsystem {\n    host-name a;\n}\n",
    "vyos": "set system host-name 'a'\n",
    "vrp": "#\nsysname a\n#\nreturn\n",
    "procurve": 'Running configuration:\n\n; J9773A Configuration Editor; Created on release #YA\nhostname "a"\n',
    "linux": "### file /etc/hostname 0644 2\na\n### end of files\n",
    "routeros": "# 2024-01-01 00:00:00 by RouterOS 7.14\n/system identity\nset name=a\n",
}


@pytest.mark.parametrize("platform", sorted(WHOLE))
def test_a_whole_configuration_has_no_flaw(platform: str) -> None:
    assert flaw(platform, WHOLE[platform]) == ""
    assert (
        flaw(platform, WHOLE[platform].replace("\n", "\r\n") if platform != "linux" else WHOLE[platform])
        == ""
    )


@pytest.mark.parametrize("platform", sorted(WHOLE))
def test_nothing_is_no_configuration(platform: str) -> None:
    assert flaw(platform, "")
    assert flaw(platform, "\n\n")
    assert flaw(platform, "login: \n")


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("ios", WHOLE["ios"].replace("end\n", "")),
        ("ios", WHOLE["ios"].replace("30 bytes", "400 bytes")),
        ("ios", "version 15\n% Error: out of memory\nend\n"),
        ("junos", WHOLE["junos"].removesuffix("}\n")),
        ("junos", WHOLE["junos"] + "}\n"),
        ("junos", "version 21;\nerror: timeout communicating with mgd\n"),
        ("vrp", WHOLE["vrp"].replace("return\n", "")),
        ("linux", WHOLE["linux"].replace("a\n###", "###")),
        ("linux", WHOLE["linux"].replace("### end of files\n", "")),
        ("routeros", WHOLE["routeros"] + '#error exporting "/interface/wifi" (timeout)\n'),
    ],
)
def test_a_cut_or_broken_configuration_has_a_flaw(platform: str, text: str) -> None:
    assert flaw(platform, text)


def test_a_banner_that_speaks_of_errors_is_no_flaw() -> None:
    assert flaw("ios", "version 15\nbanner motd ^C\nerrors: call us % 24h\n^C\nend\n") == ""


def test_broken_lines_are_made_whole() -> None:
    assert (
        clean("routeros", 'add comment="a lo\\\n    ng one" name=b\n') == 'add comment="a long one" name=b\n'
    )


def test_what_a_device_says_around_a_configuration_goes() -> None:
    assert (
        normalise("iosxr", "Thu Feb  1 10:00:00.123 UTC\nBuilding configuration...\nhostname a\nend\n\n")
        == "hostname a\nend\n"
    )


def test_who_changed_it_is_read_from_the_text() -> None:
    found = author("ios", "! Last configuration change at 09:12:44 UTC Thu Feb 1 2024 by ada\n")
    assert (found.by, found.at) == ("ada", "09:12:44 UTC Thu Feb 1 2024")
    assert author("vyos", "set x\n").by == ""


def test_hunks_name_their_sections() -> None:
    old = "interface a\n ip address 1\n!\nrouter b\n network 1\n"
    new = "interface a\n ip address 2\n!\nrouter b\n network 1\n network 2\n"
    first, second = hunks("ios", old, new)
    assert (first.section, first.removed, first.added) == (
        ("interface a",),
        ("ip address 1",),
        ("ip address 2",),
    )
    assert (second.section, second.removed, second.added, second.new_line) == (
        ("router b",),
        (),
        ("network 2",),
        6,
    )


def test_a_banner_is_one_line_of_a_section() -> None:
    old = "banner motd ^C\n interface x\n^C\nend\n"
    (only,) = hunks("ios", old, old.replace("interface x", "interface y"))
    assert only.removed == ("banner motd ^C\n interface x\n^C",)


def test_a_large_configuration_is_compared_by_what_is_unique_in_it() -> None:
    lines = [line for number in range(LARGEST * 2) for line in (f"interface {number}", " same", "exit")]
    changed = [*lines]
    del changed[30:33]
    changed[9000] = "interface changed"
    text = unified("\n".join(lines), "\n".join(changed), "a", "b")
    assert [line for line in text.splitlines()[2:] if line[0] in "+-"] == [
        "-interface 10",
        "- same",
        "-exit",
        "-interface 3001",
        "+interface changed",
    ]
