"""Whatever an agent says, identification answers, and answers the same again."""

import re
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.identification import Identity, identify, sysdescr, vendor_names, wanted
from domain.identification import entities as entity_rows
from domain.identification.rules import TYPES
from domain.identification.sources import AnySource
from domain.identification.text import DESCR_LIMIT, VALUE_LIMIT, compiled, is_placeholder, plain
from domain.identification.vendors import all_rules
from domain.observation import OidValue, PhysicalEntity, SnmpFacts, SystemGroup

RULES = all_rules()
PREFIXES = sorted(
    {
        prefix if prefix.startswith(("1.3.6.1.", "0.")) else f"1.3.6.1.4.1.{prefix}"
        for rule in RULES
        for prefix in rule.oid
    }
)
WORDS = (
    "Version 1.2.3",
    "Linux host 5.10.0 #1 x86_64",
    "RouterOS",
    "Cisco IOS Software",
    "S/N: A1B2",
    "Model:",
    "(",
    "<<HW_REV: 1;",
    "\n",
    "v",
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    st.text("1.-() ", max_size=300),
)
object_ids = st.one_of(
    st.builds(
        lambda prefix, rest: prefix + rest,
        st.sampled_from(PREFIXES),
        st.sampled_from(("", ".1", ".1.1208", ".99999999999999999999", ".x", ".")),
    ),
    st.text("0123456789.", max_size=40),
    texts,
)
systems = st.builds(SystemGroup, sys_descr=texts, sys_object_id=object_ids, sys_name=texts)
oid_values: st.SearchStrategy[OidValue] = st.one_of(
    st.integers(-(2**31), 2**64), texts, st.binary(max_size=80)
)
rows = st.builds(
    PhysicalEntity,
    index=st.integers(0, 2**31),
    contained_in=st.integers(-1, 2**31),
    class_=st.integers(-1, 20),
    **dict.fromkeys(
        ("descr", "name", "serial", "manufacturer", "model", "hardware_rev", "firmware_rev", "software_rev"),
        texts,
    ),
)


@st.composite
def facts(draw: st.DrawFn) -> SnmpFacts:
    """An agent of any kind, which answers some of what is asked with anything."""
    system = draw(systems)
    want = wanted(system)
    asked = list(want.gets) + [f"{walk}.{index}" for walk in want.walks for index in ("1", "2.7", "", "x.y")]
    answered = draw(st.lists(st.sampled_from(asked), max_size=20)) if asked else []
    values = {oid: draw(oid_values) for oid in answered}
    return SnmpFacts(system=system, values=values, entities=tuple(draw(st.lists(rows, max_size=6))))


@settings(max_examples=150, deadline=None)
@given(facts())
def test_any_agent_is_answered_and_always_alike(said: SnmpFacts) -> None:
    identity = identify(said)
    assert identity == identify(msgspec.structs.replace(said))
    assert identity.type in ("", *TYPES)
    for field in ("vendor", "model", "os_version", "serial"):
        text = getattr(identity, field)
        assert len(text) <= 2 * DESCR_LIMIT
        assert "\n" not in text
        assert bool(text) == (field in identity.evidence)


@settings(max_examples=100, deadline=None)
@given(systems)
def test_what_is_wanted_can_be_asked(system: SystemGroup) -> None:
    want = wanted(system)
    assert want == wanted(system)
    assert len(want.gets) <= 128
    assert len(want.walks) <= 16
    assert all(
        re.fullmatch(r"[0-9x]+(\.[0-9x]*)*", oid)
        for oid in want.gets
        if system.sys_object_id.replace(".", "").isdecimal()
    )


@given(oid_values)
def test_values_become_one_clean_line(value: OidValue) -> None:
    text = plain(value)
    assert len(text) <= VALUE_LIMIT
    assert text == text.strip()
    assert text.isprintable()


@given(
    st.sampled_from(
        (
            "N/A",
            "none",
            "Not Specified",
            "To be filled by O.E.M.",
            "Default string",
            "<private>",
            "0",
            "000000000",
            "FFFFFFFFFFFF",
            "xxxx",
            "--",
            "",
            "...",
        )
    ),
    st.sampled_from(("", " ", '"')),
)
def test_filler_is_no_evidence(filler: str, around: str) -> None:
    assert is_placeholder(around + filler + around)
    system = SystemGroup(sys_object_id="1.3.6.1.4.1.14988.1", sys_descr="RouterOS hAP")
    said = SnmpFacts(
        system=system, values={"1.3.6.1.4.1.14988.1.1.7.3.0": (around + filler + around).encode()}
    )
    assert identify(said).serial == ""
    assert isinstance(identify(said), Identity)


def _leaves(source: AnySource) -> list[AnySource]:
    return [leaf for part in getattr(source, "parts", ()) for leaf in _leaves(part)] or [source]


def _patterns() -> list[str]:
    found = {rule.descr for rule in RULES} | {rule.name for rule in RULES}
    for leaf in (leaf for rule in RULES for source in rule.sources() for leaf in _leaves(source)):
        found |= {getattr(leaf, "pattern", ""), getattr(leaf, "where", "")}
    for module in (sysdescr, entity_rows, vendor_names):
        for name, value in vars(module).items():
            if name.startswith("_") and not name.startswith("__"):
                found |= {value} if isinstance(value, str) else set()
                found |= (
                    {item for item in value if isinstance(item, str)} if isinstance(value, tuple) else set()
                )
    return sorted(found - {""})


HOSTILE = tuple(
    (unit * DESCR_LIMIT)[:DESCR_LIMIT]
    for unit in (
        "1",
        "a",
        " ",
        "1.",
        "A-",
        "a1",
        ", ",
        "\n ",
        "(a ",
        "Version 1 ",
        "<<HW_REV:",
        "S/N ",
        "v1.",
        "-1",
        "a ",
        "Linux ",
    )
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=[repr(text[:10]) for text in HOSTILE])
def test_no_pattern_hangs_on_hostile_text(hostile: str) -> None:
    """Of the longest text that is looked at; an exponential or cubic pattern would take far longer."""
    slow = []
    for pattern in _patterns():
        search = compiled(pattern).search
        fastest = min(_seconds(search, hostile) for _ in range(2))
        if fastest > 0.1:
            slow.append(pattern)
    assert slow == []


def _seconds(search: object, text: str) -> float:
    assert callable(search)
    started = time.perf_counter()
    search(text)
    return time.perf_counter() - started
