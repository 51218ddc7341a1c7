"""The lines of a plan, typed into a device that we simulate, leave it with the configuration that was wanted."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.config_plan import plan, unmet
from domain.config_text import same
from lab.ssh.ios import IOS_GRAMMAR
from lab.ssh.menus import Menus
from lab.ssh.routeros import run_line
from lab.ssh.section_config import SectionConfig
from lab.ssh.statements import Statement, delete, parse, path_of, put, render

NUMBER = st.integers(1, 4)
WORD = st.sampled_from(["red", "green", "blue"])

IOS_INTERFACE = st.lists(
    st.one_of(
        WORD.map(lambda word: f" description {word}"),
        NUMBER.map(lambda n: f" ip address 10.0.{n}.1 255.255.255.0"),
        NUMBER.map(lambda n: f" ip address 10.9.{n}.1 255.255.255.0 secondary"),
        st.just(" shutdown"),
        NUMBER.map(lambda n: f" switchport access vlan {n}"),
    ),
    max_size=4,
)
IOS_SECTION = st.one_of(
    st.tuples(NUMBER.map(lambda n: f"interface Vlan{n}"), IOS_INTERFACE),
    st.tuples(NUMBER.map(lambda n: f"interface GigabitEthernet0/{n}"), IOS_INTERFACE.filter(bool)),
    st.tuples(
        WORD.map(lambda word: f"ip access-list extended {word}"),
        st.lists(
            NUMBER.map(lambda n: f" permit ip host 10.0.0.{n} any"), min_size=1, max_size=4, unique=True
        ),
    ),
    st.tuples(NUMBER.map(lambda n: f"vlan {n}"), WORD.map(lambda word: [f" name {word}"])),
    st.tuples(NUMBER.map(lambda n: f"ip route 10.{n}.0.0 255.255.0.0 10.0.0.1"), st.just([])),
    st.tuples(WORD.map(lambda word: f"username {word} secret 5 x{word}"), st.just([])),
    st.tuples(WORD.map(lambda word: f"snmp-server location {word}"), st.just([])),
    st.tuples(WORD.map(lambda word: f"banner motd ^C\n{word}\n ip route\n^C"), st.just([])),
    st.tuples(NUMBER.map(lambda n: f"ntp server 10.0.0.{n}"), st.just([])),
)
PHYSICAL: list[tuple[str, list[str]]] = [(f"interface GigabitEthernet0/{n}", []) for n in range(1, 5)]


def ios(sections: list[tuple[str, list[str]]]) -> SectionConfig:
    """A device with its ports, which nobody can remove, and what was configured."""
    text = "\n".join(
        "\n".join((header, *lines)) for header, lines in [("hostname r", []), *PHYSICAL, *sections]
    )
    return SectionConfig(IOS_GRAMMAR, text)


def shown(config: SectionConfig) -> str:
    return "\n".join(("!", "version 15", *config.lines(), "end", ""))


def typed(config: SectionConfig, lines: tuple[str, ...]) -> None:
    path: list[str] = []
    for line in lines:
        if line == "exit":
            path.pop()
            continue
        config.enter(path, line)
        if config.is_header(line) and not line.startswith("no "):
            path.append(line)


@settings(max_examples=150)
@given(old=st.lists(IOS_SECTION, max_size=8), new=st.lists(IOS_SECTION, max_size=8))
def test_ios_lines_lead_to_the_wanted_configuration(
    old: list[tuple[str, list[str]]], new: list[tuple[str, list[str]]]
) -> None:
    device, wanted = ios(old), shown(ios(new))
    made = plan("ios", "replace", shown(device), wanted)
    typed(device, made.lines)
    assert same("ios", shown(device), wanted), (made.lines, made.limits)
    assert unmet("ios", "replace", shown(device), wanted) == ()
    assert plan("ios", "replace", shown(device), wanted).lines == ()


@settings(max_examples=100)
@given(old=st.lists(IOS_SECTION, max_size=6), new=st.lists(IOS_SECTION, max_size=4))
def test_an_ios_snippet_is_sent_once(
    old: list[tuple[str, list[str]]], new: list[tuple[str, list[str]]]
) -> None:
    device = ios(old)
    snippet = "\n".join(shown(ios(new)).split("\n"))
    typed(device, plan("ios", "merge", shown(device), snippet).lines)
    left = plan("ios", "merge", shown(device), snippet).lines
    assert [
        line for line in left if not line.startswith(("ip access-list", "permit", "exit", "version"))
    ] == []


JUNOS_LINE = st.one_of(
    WORD.map(lambda word: f"system host-name {word}"),
    NUMBER.map(lambda n: f"system name-server 10.0.0.{n}"),
    st.builds("interfaces ge-0/0/{} description {}".format, NUMBER, WORD),
    st.builds("interfaces ge-0/0/{} unit {} family inet address 10.0.{}.1/24".format, NUMBER, NUMBER, NUMBER),
    st.builds("firewall filter {} term {} then accept".format, WORD, WORD),
    st.builds("firewall filter {} term {} then discard".format, WORD, WORD),
    st.builds("snmp community {} authorization read-only".format, WORD),
)


def junos(lines: list[str]) -> Statement:
    root = Statement()
    put(root, ["version 21"])
    for line in lines:
        put(root, path_of(line))
    return root


def braces(root: Statement) -> str:
    return "\n".join(render(root)) + "\n"


@settings(max_examples=150)
@given(old=st.lists(JUNOS_LINE, max_size=8), new=st.lists(JUNOS_LINE, max_size=8))
@example(
    old=["firewall filter red term green then accept", "firewall filter green term red then discard"],
    new=["firewall filter red term green then discard", "firewall filter green term red then discard"],
)
def test_junos_commands_lead_to_the_wanted_configuration(old: list[str], new: list[str]) -> None:
    device, wanted = junos(old), braces(junos(new))
    made = plan("junos", "replace", braces(device), wanted)
    if made.method == "load":
        device = parse("\n".join(made.lines))
    else:
        for line in made.lines:
            verb, _, rest = line.partition(" ")
            if verb == "set":
                put(device, path_of(rest))
            else:
                assert delete(device, path_of(rest)), line
    assert braces(device) == wanted, made.lines


VYOS_LINE = st.one_of(
    WORD.map(lambda word: f"set system host-name '{word}'"),
    st.builds("set interfaces ethernet eth{} address '10.0.{}.1/24'".format, NUMBER, NUMBER),
    st.builds("set interfaces ethernet eth{} description '{} # x'".format, NUMBER, WORD),
    st.builds("set firewall name {} rule {} action 'drop'".format, WORD, NUMBER),
)


@given(old=st.lists(VYOS_LINE, max_size=8, unique=True), new=st.lists(VYOS_LINE, max_size=8, unique=True))
def test_vyos_commands_lead_to_the_wanted_configuration(old: list[str], new: list[str]) -> None:
    device = {tuple(line.split()[1:]) for line in old}
    for line in plan("vyos", "replace", "\n".join(old), "\n".join(new)).lines:
        path = tuple(line.split()[1:])
        if line.startswith("set "):
            device.add(path)
        else:
            gone = {known for known in device if known[: len(path)] == path}
            assert gone, f"VyOS refuses to delete what is not there: {line}"
            device -= gone
    assert device == {tuple(line.split()[1:]) for line in new}


ROUTEROS_LINE = st.one_of(
    st.builds('/ip address add address=10.0.{}.1/24 comment="{} x" interface=bridge1'.format, NUMBER, WORD),
    st.builds("/ppp secret add name=c{} password={} service=pppoe".format, NUMBER, WORD),
    st.builds("/ip firewall filter add action=accept chain=input dst-port={}".format, NUMBER),
    st.builds("/ip firewall filter add action=drop chain=input comment={}".format, WORD),
    st.builds("/ip firewall address-list add address=10.0.0.{} list={}".format, NUMBER, WORD),
    st.builds("/ip dns set servers=10.0.0.{}".format, NUMBER),
)


def menus(lines: list[str]) -> Menus:
    device = Menus()
    run_line(device, "/ip dns set servers=1.1.1.1")
    named: set[tuple[str, str]] = set()
    for line in lines:
        menu, name = line.split(" add ")[0], line.split("name=")[-1].split()[0] if "name=" in line else line
        if " add " in line and ((menu, name) in named or named.add((menu, name))):  # type: ignore[func-returns-value]  # adds
            continue
        run_line(device, line)
    return device


def export(device: Menus) -> str:
    return device.export("# by RouterOS 7.14")


@settings(max_examples=150)
@given(
    old=st.lists(ROUTEROS_LINE, max_size=8, unique=True), new=st.lists(ROUTEROS_LINE, max_size=8, unique=True)
)
@example(
    old=[
        '/ip address add address=10.0.1.1/24 comment="red x" interface=bridge1',
        '/ip address add address=10.0.1.1/24 comment="green x" interface=bridge1',
    ],
    new=[
        '/ip address add address=10.0.1.1/24 comment="red x" interface=bridge1',
        '/ip address add address=10.0.1.1/24 comment="blue x" interface=bridge1',
    ],
)
def test_routeros_commands_lead_to_the_wanted_configuration(old: list[str], new: list[str]) -> None:
    device, wanted = menus(old), export(menus(new))
    made = plan("routeros", "replace", export(device), wanted)
    for line in made.lines:
        run_line(device, line)
    have = export(device)
    ordered = "/ip firewall filter"
    assert sorted(have.splitlines()) == sorted(wanted.splitlines()), made.lines
    assert section(have, ordered) == section(wanted, ordered), "the order of firewall rules counts"
    assert unmet("routeros", "replace", have, wanted) == ()


def section(text: str, menu: str) -> str:
    return text.split(f"{menu}\n")[-1].split("\n/")[0] if f"{menu}\n" in text else ""
