"""Variables of templates: what may be declared, and what fits."""

from typing import Any

import pytest

from adapters.re2_patterns import Re2Patterns
from domain.errors import Invalid
from domain.template_variables import Variable, check_declarations, check_defaults, filled

PATTERNS = Re2Patterns()


def value(variable: Variable, given: Any) -> Any:
    return filled([variable], {variable.name: given}, PATTERNS)[variable.name]


@pytest.mark.parametrize(
    ("variable", "given", "expected"),
    [
        (Variable(name="v"), "text", "text"),
        (Variable(name="v", type="int"), 7, 7),
        (Variable(name="v", type="int", minimum=1, maximum=4094), 4094, 4094),
        (Variable(name="v", type="float"), 1.5, 1.5),
        (Variable(name="v", type="bool"), False, False),
        (Variable(name="v", type="ip"), "2001:DB8::1", "2001:db8::1"),
        (Variable(name="v", type="cidr"), "192.0.2.9/24", "192.0.2.9/24"),
        (Variable(name="v", type="choice", choices=["a", "b"]), "b", "b"),
        (Variable(name="v", type="list", items="ip"), ["192.0.2.1"], ["192.0.2.1"]),
        (Variable(name="v", default="x"), None, "x"),
        (Variable(name="v", required=False), None, None),
        (Variable(name="v", pattern="[a-z]+"), "abc", "abc"),
        (Variable(name="v", type="list", default=[1], items="int"), None, [1]),
    ],
)
def test_takes_what_fits(variable: Variable, given: Any, expected: Any) -> None:
    assert value(variable, given) == expected


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        (Variable(name="v"), None),
        (Variable(name="v"), ""),
        (Variable(name="v"), 7),
        (Variable(name="v"), "two\nlines"),
        (Variable(name="v"), "two\u2028lines"),
        (Variable(name="v"), "x" * 5_000),
        (Variable(name="v", type="int"), "7"),
        (Variable(name="v", type="int"), True),
        (Variable(name="v", type="int"), 1.5),
        (Variable(name="v", type="int", maximum=4094), 4095),
        (Variable(name="v", type="float"), float("nan")),
        (Variable(name="v", type="bool"), "true"),
        (Variable(name="v", type="ip"), "192.0.2.0/24"),
        (Variable(name="v", type="ip"), "192.0.2.256"),
        (Variable(name="v", type="cidr"), "192.0.2.1"),
        (Variable(name="v", type="choice", choices=["a"]), "b"),
        (Variable(name="v", type="list"), "a"),
        (Variable(name="v", type="list", maximum=1), ["a", "b"]),
        (Variable(name="v", type="list", items="int"), [1, "2"]),
        (Variable(name="v", pattern="[a-z]+"), "abc1"),
        (Variable(name="v", type="list", pattern="[a-z]+"), ["abc", "1"]),
    ],
)
def test_names_the_field_that_does_not_fit(variable: Variable, given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        value(variable, given)
    assert refused.value.details["field"] == "variables.v"


def test_tells_all_that_is_wrong_at_once() -> None:
    variables = [Variable(name="a", type="int"), Variable(name="b", type="ip"), Variable(name="c")]
    with pytest.raises(Invalid) as refused:
        filled(variables, {"a": "x", "c": "fine", "d": 1}, PATTERNS)
    fields = [error["field"] for error in refused.value.details["errors"]]
    assert fields == ["variables.d", "variables.a", "variables.b"]


def test_never_repeats_a_secret() -> None:
    with pytest.raises(Invalid) as refused:
        value(Variable(name="v", type="secret", pattern="[a-z]+"), "hunter2")
    assert "hunter2" not in str(refused.value) + str(refused.value.details)


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        (Variable(name="device"), "name"),
        (Variable(name="1st"), "name"),
        (Variable(name="a-b"), "name"),
        (Variable(name="a", type="choice"), "choices"),
        (Variable(name="a", choices=["x"]), "choices"),
        (Variable(name="a", type="secret", default="hunter2"), "default"),
        (Variable(name="a", type="int", pattern="7"), "pattern"),
        (Variable(name="a", type="int", minimum=2, maximum=1), "minimum"),
        (Variable(name="a", pattern="("), "pattern"),
        (Variable(name="a", pattern="(?=a)"), "pattern"),
        (Variable(name="a", type="int", default="x"), "default"),
        (Variable(name="a", pattern="[0-9]+", default="x"), "default"),
    ],
)
def test_refuses_what_could_never_be_filled_in(variable: Variable, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_declarations([variable])
        check_defaults([variable], PATTERNS)
    assert refused.value.details["field"] == f"variables[0].{field}"


def test_refuses_the_same_name_twice() -> None:
    with pytest.raises(Invalid, match="two variables"):
        check_declarations([Variable(name="a"), Variable(name="a")])
