"""Plans by example: what is sent, in which order, and what a plan says that it cannot do."""

import pytest

from domain.config_mask import keyed_tokens
from domain.config_plan import masked_lines, plan, unmet
from domain.errors import Invalid, Refused


def ios(*lines: str) -> str:
    return "\n".join(("version 15", *lines, "end", ""))


def test_a_value_that_overwrites_another_is_not_taken_back_first() -> None:
    old = ios("interface Vlan10", " ip address 10.0.0.1 255.255.255.0", " description a")
    new = ios("interface Vlan10", " ip address 10.0.0.2 255.255.255.0", " description b")
    assert plan("ios", "replace", old, new).lines == (
        "interface Vlan10",
        "ip address 10.0.0.2 255.255.255.0",
        "description b",
        "exit",
    )


def test_a_new_default_route_comes_before_the_old_one_goes() -> None:
    lines = plan(
        "ios", "replace", ios("ip route 0.0.0.0 0.0.0.0 10.0.0.1"), ios("ip route 0.0.0.0 0.0.0.0 10.0.0.2")
    ).lines
    assert lines == ("ip route 0.0.0.0 0.0.0.0 10.0.0.2", "no ip route 0.0.0.0 0.0.0.0 10.0.0.1")


def test_an_address_leaves_one_interface_before_it_comes_to_another() -> None:
    old = ios("interface Vlan10", " ip address 10.0.0.1 255.255.255.0")
    new = ios("interface Vlan20", " ip address 10.0.0.1 255.255.255.0")
    lines = plan("ios", "replace", old, new).lines
    assert lines.index("no interface Vlan10") < lines.index("interface Vlan20")


def test_an_access_list_is_written_anew_and_the_gap_is_told() -> None:
    old = ios("ip access-list extended A", " permit ip any any")
    new = ios("ip access-list extended A", " deny udp any any", " permit ip any any")
    made = plan("ios", "replace", old, new)
    assert made.lines == (
        "no ip access-list extended A",
        "ip access-list extended A",
        "deny udp any any",
        "permit ip any any",
        "exit",
    )
    assert any("empty for a moment" in limit for limit in made.limits)


def test_a_port_is_emptied_since_it_cannot_be_removed() -> None:
    made = plan("ios", "replace", ios("interface GigabitEthernet0/1", " description a", " shutdown"), ios())
    assert made.lines == ("interface GigabitEthernet0/1", "no shutdown", "no description a", "exit")
    assert made.limits == ("`interface GigabitEthernet0/1` stays, emptied",)


def test_certificates_stay() -> None:
    made = plan("ios", "replace", ios("crypto pki trustpoint T"), ios())
    assert made.lines == ()
    assert "stays" in made.limits[0]


def test_what_no_line_takes_back_is_negated_positively() -> None:
    assert plan("ios", "replace", ios("no ip http server"), ios()).lines == ("ip http server",)


def test_vrp_says_undo_and_quit() -> None:
    old = "sysname a\ninterface Vlanif10\n description x\nip route-static 10.0.0.0 8 10.1.1.1\nreturn\n"
    new = "sysname b\ninterface Vlanif10\nreturn\n"
    assert plan("vrp", "replace", old, new).lines == (
        "undo ip route-static 10.0.0.0 8 10.1.1.1",
        "interface Vlanif10",
        "undo description",
        "quit",
        "sysname b",
    )


def test_a_routeros_item_is_changed_in_place_by_its_name() -> None:
    old = '/ppp secret\nadd name=c1 password=a comment="x y"\n/ip dns\nset servers=1.1.1.1\n'
    new = '/ppp secret\nadd name=c1 password=b comment="x y"\n/ip dns\nset servers=2.2.2.2\n'
    assert plan("routeros", "replace", old, new).lines == (
        "/ppp secret set [ find where name=c1 ] password=b",
        "/ip dns set servers=2.2.2.2",
    )


def test_a_routeros_default_that_nobody_knows_is_told() -> None:
    made = plan(
        "routeros",
        "replace",
        "/ip dns\nset mdns-repeat-ifaces=bridge servers=1.1.1.1\n",
        "/ip dns\nset servers=1.1.1.1\n",
    )
    assert made.lines == ()
    assert "does not tell its default" in made.limits[0]


def test_a_routeros_setting_that_was_as_delivered_is_so_again() -> None:
    head = "# 2024-05-01 10:11:12 by RouterOS 7.14.3\n"
    old = (
        head
        + "/interface ethernet\nset [ find default-name=ether1 ] comment=uplink mtu=1400\n/snmp\nset enabled=yes\n"
    )
    now = old.replace("mtu=1400", "mtu=1400 disabled=yes").replace("comment=uplink", 'comment="up link"')
    now = now.replace("enabled=yes", 'contact="the noc" enabled=yes location=Hamburg trap-version=2')
    now += "/ip dns\nset allow-remote-requests=yes cache-size=8192KiB servers=9.9.9.9,1.1.1.1\n"
    now += "/system identity\nset name=edge\n"
    made = plan("routeros", "replace", now, old)
    assert made.limits == ()
    assert made.lines == (
        "/interface ethernet set [ find default-name=ether1 ] comment=uplink disabled=no",
        '/snmp set contact="" location="" trap-version=1',
        '/ip dns set allow-remote-requests=no cache-size=2048KiB servers=""',
        "/system identity set name=MikroTik",
    )


def test_firewall_rules_are_rebuilt_from_the_first_difference() -> None:
    old = "/ip firewall filter\nadd action=accept chain=input\nadd action=drop chain=input\n"
    new = "/ip firewall filter\nadd action=accept chain=input\nadd action=log chain=input\nadd action=drop chain=input\n"
    made = plan("routeros", "replace", old, new)
    assert made.lines == (
        "/ip firewall filter remove [ find where action=drop and chain=input ]",
        "/ip firewall filter add action=log chain=input",
        "/ip firewall filter add action=drop chain=input",
    )
    assert any("incomplete for a moment" in limit for limit in made.limits)


def test_a_vyos_branch_is_deleted_at_its_root() -> None:
    old = "set interfaces ethernet eth0 address '1.1.1.1/24'\nset interfaces ethernet eth1 address '2.1.1.1/24'\nset interfaces ethernet eth1 mtu '1400'\n"
    assert plan("vyos", "replace", old, old.splitlines()[0]).lines == ("delete interfaces ethernet eth1",)


def test_an_annotated_junos_configuration_is_loaded_whole() -> None:
    old = "version 1;\nsystem {\n    /* ours */\n    host-name a;\n}\n"
    made = plan("junos", "replace", old, old.replace("host-name a", "host-name b"))
    assert made.method == "load"
    assert "    host-name b;" in made.lines


@pytest.mark.parametrize("snippet", ["set system host-name b", "system {\n    host-name b;\n}\n"])
def test_a_junos_snippet_may_be_commands_or_braces(snippet: str) -> None:
    running = "version 1;\nsystem {\n    host-name a;\n}\n"
    assert plan("junos", "merge", running, snippet).lines == ("set system host-name b",)
    assert plan("junos", "merge", running.replace("host-name a", "host-name b"), snippet).lines == ()


def test_files_of_a_snippet_need_no_lengths() -> None:
    running = "### file /etc/a 0644 2\nx\n### end of files\n"
    made = plan("linux", "merge", running, "### file /etc/a 0644\ny\n### file /etc/b 0600\nz\n")
    assert made.lines == ("### file /etc/a 0644 2\ny\n", "### file /etc/b 0600 2\nz\n")
    assert plan("linux", "merge", running, "### file /etc/a 0644\nx\n").lines == ()


def test_a_length_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Invalid):
        plan("linux", "replace", "### end of files\n", "### file /etc/a 0644 9\nx\n### end of files\n")


def test_an_unknown_platform_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="no configurations of toaster"):
        plan("toaster", "merge", "", "")


def test_secrets_do_not_show_in_what_may_be_shown() -> None:
    old = ios("tacacs server T", " address ipv4 10.0.0.1", " key 7 geheim")
    new = ios("tacacs server T", " address ipv4 10.0.0.1", " key 7 geheim2", "crypto pki x")
    made = plan("ios", "replace", old, new)
    assert "geheim" not in "".join(
        (*masked_lines(made), *masked_lines(made, keyed_tokens(b"k")), *made.limits, repr(made))
    )
    assert "geheim" not in "".join(unmet("ios", "replace", old, new))
    assert "geheim" in "".join(made.lines)


def test_unmet_tells_what_is_missing_and_what_is_too_much() -> None:
    after = ios("hostname a", "interface Vlan10", " description x")
    wanted = ios("hostname a", "interface Vlan10", " shutdown")
    assert set(unmet("ios", "replace", after, wanted)) == {
        "interface Vlan10 / shutdown",
        "interface Vlan10 / description x",
    }
    assert unmet("ios", "merge", after, "interface Vlan10\n no shutdown\n") == ()


def test_a_switch_that_an_export_shows_is_turned_back() -> None:
    """RouterOS exports what is not as delivered, so that the other position is the default."""
    head = "# 2024-05-01 10:11:12 by RouterOS 7.14.3\n"
    now = (
        head
        + "/ip service\nset telnet disabled=yes\nset api address=192.0.2.0/24\n/ip ssh\nset strong-crypto=yes\n"
    )
    now += "/system ntp client\nset enabled=yes primary-ntp=192.0.2.1\n"
    found = plan("routeros", "replace", now, head)
    assert found.lines == (
        "/ip service set telnet disabled=no",
        '/ip service set api address=""',
        "/ip ssh set strong-crypto=no",
        "/system ntp client set enabled=no primary-ntp=0.0.0.0",
    )
    assert found.limits == ()


def test_what_nobody_knows_of_a_routeros_line_is_told_and_the_rest_turned_back() -> None:
    head = "# 2024-05-01 10:11:12 by RouterOS 7.14.3\n"
    found = plan(
        "routeros", "replace", head + "/system clock\nset time-zone-autodetect=no time-zone-name=UTC\n", head
    )
    assert found.lines == ("/system clock set time-zone-autodetect=yes",)
    (limit,) = found.limits
    assert limit.startswith("`time-zone-name` of `/system clock")
