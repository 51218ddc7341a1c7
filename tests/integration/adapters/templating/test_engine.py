"""The engine: what templates may do, and that nothing else can be made of them."""

import asyncio
from typing import Any

import pytest

from adapters.templating.engine import JinjaEngine
from domain.template_ports import LARGEST_OUTPUT, Fault

CONTEXT: dict[str, Any] = {"vlan": 7, "device": {"name": "core-1", "interfaces": [{"name": "ge-0/0/0"}]}}


@pytest.fixture(scope="module")
def engine() -> JinjaEngine:
    return JinjaEngine(each_s=0.5)


async def fault(engine: JinjaEngine, body: str) -> Fault:
    (rendered,) = await engine.render(body, [CONTEXT])
    assert rendered.fault is not None, rendered.text[:200]
    assert rendered.text == ""
    return rendered.fault


async def test_renders_lines_as_they_are_written(engine: JinjaEngine) -> None:
    body = "interface vlan {{ vlan }}\n{% for each in device.interfaces %}\n  member {{ each.name }}\n{% endfor %}\nend\n"
    (rendered,) = await engine.render(body, [CONTEXT])
    assert rendered.text == "interface vlan 7\n  member ge-0/0/0\nend\n"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("a{% if vlan %} b{% endif %}\nc\n", "a b\nc\n"),
        ("a {# why #}\nc\n", "a \nc\n"),
        ("{# why #}\nc\n", "c\n"),
        ("  {% if vlan %}{# why #}\n  a\n  {% endif %}\nc", "  a\nc"),
        ("a{% if vlan -%}\n b{% endif %}\nc", "ab\nc"),
        ("{% raw %}\nx {% y %}\n{{ z }}{% endraw %}\nc", "\nx {% y %}\n{{ z }}\nc"),
    ],
)
async def test_a_line_ends_where_it_is_written_to_end(engine: JinjaEngine, body: str, text: str) -> None:
    (rendered,) = await engine.render(body, [CONTEXT])
    assert rendered.text == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'192.0.2.9/24'|network", "192.0.2.0"),
        ("'192.0.2.9/24'|cidr", "192.0.2.0/24"),
        ("'192.0.2.9/24'|address", "192.0.2.9"),
        ("'192.0.2.9/26'|netmask", "255.255.255.192"),
        ("'192.0.2.9/24'|wildcard", "0.0.0.255"),
        ("'192.0.2.9/24'|prefix_length", "24"),
        ("'192.0.2.9/24'|broadcast", "192.0.2.255"),
        ("'192.0.2.0/24'|host(-2)", "192.0.2.254"),
        ("'2001:db8::/64'|host(1)", "2001:db8::1"),
        ("'2001:db8::/64'|ip_version", "6"),
        ("'a\"b$c'|quoted", '"a\\"b\\$c"'),
    ],
)
async def test_understands_addresses(engine: JinjaEngine, expression: str, text: str) -> None:
    (rendered,) = await engine.render("{{ " + expression + " }}", [{}])
    assert rendered.text == text


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("ok\n{{ vlan", "TEMPLATE_SYNTAX", 2),
        ("ok\n{% if %}", "TEMPLATE_SYNTAX", 2),
        ("{{ vlan|no_such }}", "TEMPLATE_SYNTAX", 1),
        ("ok\nok\n{{ vlna }}", "TEMPLATE_UNDEFINED", 3),
        ("{{ device.nmae }}", "TEMPLATE_UNDEFINED", 1),
        ("ok\n{{ vlan / 0 }}", "TEMPLATE_FAILED", 2),
        ("{{ '192.0.2.0/33'|network }}", "TEMPLATE_FAILED", 1),
        ("{{ '192.0.2.0/24'|host(999) }}", "TEMPLATE_FAILED", 1),
    ],
)
async def test_names_the_line_at_fault(engine: JinjaEngine, body: str, code: str, line: int) -> None:
    found = await fault(engine, body)
    assert (found.code, found.line) == (code, line)


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ vlan|attr('__class__') }}",
        "{{ '{0.__class__}'.format(vlan) }}",
        "{{ '{0.__class__}'|format_map({}) }}",
        "{{ self._TemplateReference__context }}",
        "{{ range.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ dict.__base__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ lipsum.__globals__ }}",
        "{{ device.update({'name': 'other'}) }}",
        "{{ device.interfaces.append(1) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% set device.name = 'x' %}",
    ],
)
async def test_lets_nothing_out(engine: JinjaEngine, body: str) -> None:
    assert (await fault(engine, body)).code in (
        "TEMPLATE_FORBIDDEN",
        "TEMPLATE_UNDEFINED",
        "TEMPLATE_SYNTAX",
        "TEMPLATE_FAILED",
    )


async def test_sees_nothing_of_the_process(engine: JinjaEngine) -> None:
    for body in ("{{ environ }}", "{{ os }}", "{{ config }}", "{{ joiner }}"):
        assert (await fault(engine, body)).code == "TEMPLATE_UNDEFINED"


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{% for a in range(99999) %}{{ m() }}{% endfor %}{% endmacro %}{{ m() }}",
        "{{ 'x' * 10**10 }}",
        "{{ 'x'|center(10**10) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ range(10**10)|list }}",
        "{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% set n = namespace(x='x') %}{% for a in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    ],
)
async def test_ends_what_would_never_end(engine: JinjaEngine, body: str) -> None:
    assert (await fault(engine, body)).code in ("TEMPLATE_TOO_SLOW", "TEMPLATE_TOO_LARGE", "TEMPLATE_FAILED")


async def test_kills_what_cannot_be_interrupted() -> None:
    """A power of this size keeps the processor busy inside one instruction."""
    engine = JinjaEngine(each_s=0.2)
    bodies = "{% if vlan == 7 %}{{ 10 ** (vlan ** 12) }}{% endif %}ok"
    killed, fine = await engine.render(bodies, [{"vlan": 7}, {"vlan": 8}])
    assert killed.fault is not None
    assert fine.text == "ok"


async def test_takes_what_just_fits(engine: JinjaEngine) -> None:
    (rendered,) = await engine.render(f"{{{{ 'x' * {LARGEST_OUTPUT} }}}}", [{}])
    assert len(rendered.text) == LARGEST_OUTPUT
    assert (await fault(engine, f"{{{{ 'x' * {LARGEST_OUTPUT + 1} }}}}")).code == "TEMPLATE_TOO_LARGE"


async def test_renders_many_devices_each_for_itself(engine: JinjaEngine) -> None:
    contexts: list[dict[str, Any]] = [{"vlan": number} for number in range(60)]
    contexts[33] = {}
    rendered = await engine.render("vlan {{ vlan }}", contexts)
    assert [each.text for each in rendered] == ["" if n == 33 else f"vlan {n}" for n in range(60)]
    assert rendered[33].fault is not None and rendered[33].fault.code == "TEMPLATE_UNDEFINED"


async def test_a_fault_of_the_text_is_told_for_every_device(engine: JinjaEngine) -> None:
    rendered = await engine.render("{{ x", [{}, {}, {}])
    assert [each.fault.code for each in rendered if each.fault] == ["TEMPLATE_SYNTAX"] * 3


async def test_finds_the_names_that_a_text_needs(engine: JinjaEngine) -> None:
    looked = await engine.look(
        "{% set own = 1 %}\nvlan {{ vlan }}\n{% for each in ports %}{{ each }}{{ own }}{% endfor %}\n{{ vlan }}"
    )
    assert looked.names == {"vlan": 2, "ports": 3}


@pytest.mark.parametrize("body", ["{% include 'x' %}", "{{ x", "{% block a %}{% block a %}{% endblock %}"])
async def test_looking_finds_faults_without_rendering(engine: JinjaEngine, body: str) -> None:
    looked = await engine.look("ok\n" + body)
    assert looked.fault is not None
    assert looked.fault.line == 2


async def test_a_cancelled_rendering_leaves_no_process(engine: JinjaEngine) -> None:
    task = asyncio.create_task(
        engine.render("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", [{}])
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (rendered,) = await engine.render("ok", [{}])
    assert rendered.text == "ok"
