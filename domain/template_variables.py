"""Variables that a template declares: what a form asks for, and whether what is given fits."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from domain.errors import Invalid
from domain.patterns import LONGEST_PATTERN, Patterns

VariableType = Literal["string", "int", "float", "bool", "ip", "cidr", "choice", "list", "secret"]
ItemType = Literal["string", "int", "float", "ip", "cidr"]
RESERVED = frozenset(
    {
        "device",
        "self",
        "loop",
        "caller",
        "varargs",
        "kwargs",
        "range",
        "dict",
        "namespace",
        "true",
        "false",
        "none",
    }
    | {
        "True",
        "False",
        "None",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "for",
        "endfor",
        "filter",
        "block",
    }
)
"""Names that mean something else inside a template."""
LONGEST_VALUE = 4_096
LONGEST_LIST = 1_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
Text = Annotated[str, msgspec.Meta(max_length=1_000)]
Scalar = str | int | float | bool
MISSING = "it is required"


class Variable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of the form that asks for a template's values."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    type: VariableType = "string"
    label: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """What the form calls it; empty: its name."""
    help: Text = ""
    required: bool = True
    """What is neither required, nor given, nor has a default is none inside the template."""
    default: Scalar | list[Scalar] | None = None
    pattern: Annotated[str, msgspec.Meta(max_length=LONGEST_PATTERN)] = ""
    """What a string, a secret, or each string of a list must match as a whole, in RE2's syntax."""
    choices: Annotated[list[str], msgspec.Meta(max_length=500)] = []
    """What a choice is taken from."""
    items: ItemType = "string"
    """What a list consists of."""
    minimum: float | None = None
    """The least int or float; of a list: how few items."""
    maximum: float | None = None
    """The greatest int or float; of a list: how many items."""


def check_declarations(variables: Sequence[Variable]) -> None:
    """Raises Invalid with the field where a variable could never be filled in."""
    seen: set[str] = set()
    for number, variable in enumerate(variables):
        field = f"variables[{number}]"
        if not _NAME.fullmatch(variable.name) or variable.name in RESERVED:
            raise Invalid(
                f"{variable.name!r} cannot name a variable: a letter, then letters, digits and _, and no word of the"
                " template language",
                field=f"{field}.name",
            )
        if variable.name in seen:
            raise Invalid(f"two variables are called {variable.name}", field=f"{field}.name")
        seen.add(variable.name)
        _check_one(variable, field)


def _check_one(variable: Variable, field: str) -> None:
    if (variable.type == "choice") != bool(variable.choices):
        raise Invalid(
            "a choice needs choices" if variable.type == "choice" else "only a choice has choices",
            field=f"{field}.choices",
        )
    if variable.type == "secret" and variable.default is not None:
        raise Invalid(
            "a secret has no default: it would be readable in the template", field=f"{field}.default"
        )
    if variable.pattern and variable.type not in ("string", "secret", "list"):
        raise Invalid(f"a pattern is for strings, not for {variable.type}", field=f"{field}.pattern")
    if None not in (variable.minimum, variable.maximum) and variable.minimum > variable.maximum:  # type: ignore[operator]  # neither is None
        raise Invalid("the minimum is above the maximum", field=f"{field}.minimum")


def check_defaults(variables: Sequence[Variable], patterns: Patterns) -> None:
    """Raises Invalid where a pattern is none, or a default breaks the rules of its own variable."""
    for number, variable in enumerate(variables):
        if variable.pattern:
            try:
                patterns.compile(variable.pattern)
            except Invalid as error:
                raise Invalid(error.message, code=error.code, field=f"variables[{number}].pattern") from None
        if variable.default is not None:
            try:
                _conforming(variable, variable.default, patterns)
            except ValueError as error:
                raise Invalid(
                    f"the default does not fit: {error}", field=f"variables[{number}].default"
                ) from None


def filled(variables: Sequence[Variable], given: Mapping[str, Any], patterns: Patterns) -> dict[str, Any]:
    """The value of every declared variable, defaults included, in the form in which templates see it.

    Raises Invalid that names each field at fault in `details["errors"]`, unknown names included.
    """
    values: dict[str, Any] = {}
    declared = {variable.name for variable in variables}
    errors = [
        {"field": f"variables.{name}", "message": "the template declares no such variable"}
        for name in given
        if name not in declared
    ]
    for variable in variables:
        value = given.get(variable.name)
        if value is None or (value == "" and variable.type != "string"):
            value = variable.default
        try:
            if value is None and variable.required:
                raise ValueError(MISSING)
            values[variable.name] = None if value is None else _conforming(variable, value, patterns)
        except ValueError as error:
            errors.append({"field": f"variables.{variable.name}", "message": str(error)})
    if errors:
        first = errors[0]
        raise Invalid(f"{first['field']}: {first['message']}", field=first["field"], errors=errors)
    return values


def secret_names(variables: Sequence[Variable]) -> frozenset[str]:
    return frozenset(variable.name for variable in variables if variable.type == "secret")


def _conforming(variable: Variable, value: Any, patterns: Patterns) -> Any:
    """The value as its type writes it. Raises ValueError that says what is expected, and never repeats a secret."""
    match variable.type:
        case "list":
            if not isinstance(value, list):
                raise ValueError("expected a list")
            _bounded(variable, len(value), "items")
            if len(value) > LONGEST_LIST:
                raise ValueError(f"expected at most {LONGEST_LIST} items")
            return [_item(variable, each, patterns, number) for number, each in enumerate(value)]
        case "choice":
            if value not in variable.choices:
                raise ValueError(f"expected one of {', '.join(variable.choices[:20])}")
            return value
        case "bool":
            if not isinstance(value, bool):
                raise ValueError("expected true or false")
            return value
        case _:
            return _scalar(variable.type, variable, value, patterns)


def _item(variable: Variable, value: Any, patterns: Patterns, number: int) -> Any:
    try:
        return _scalar(variable.items, variable, value, patterns)
    except ValueError as error:
        raise ValueError(f"item {number + 1}: {error}") from None


def _scalar(kind: str, variable: Variable, value: Any, patterns: Patterns) -> Any:
    match kind:
        case "int" | "float":
            return _number(kind, variable, value)
        case "ip":
            return str(_network(ipaddress.ip_address, value, "an IPv4 or IPv6 address such as 192.0.2.1"))
        case "cidr":
            if not isinstance(value, str) or "/" not in value:
                raise ValueError("expected an address with its prefix length, such as 192.0.2.0/24")
            return str(
                _network(
                    ipaddress.ip_interface, value, "an address with its prefix length, such as 192.0.2.0/24"
                )
            )
        case _:
            return _text(variable, value, patterns)


def _number(kind: str, variable: Variable, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int if kind == "int" else int | float):
        raise ValueError(f"expected {'a whole number' if kind == 'int' else 'a number'}")
    if value != value or abs(value) > 2**63:
        raise ValueError("expected a number that devices know")
    if variable.type != "list":
        _bounded(variable, value, "")
    return value


def _bounded(variable: Variable, value: float, unit: str) -> None:
    for bound, wrong, word in (
        (variable.minimum, variable.minimum is not None and value < variable.minimum, "least"),
        (variable.maximum, variable.maximum is not None and value > variable.maximum, "most"),
    ):
        if wrong:
            raise ValueError(f"expected at {word} {bound:g} {unit}".rstrip())


def _network(parse: Any, value: Any, expected: str) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"expected {expected}")
    try:
        return parse(value.strip())
    except ValueError:
        raise ValueError(f"expected {expected}") from None


def _text(variable: Variable, value: Any, patterns: Patterns) -> str:
    """Line breaks would let a value add lines of its own to a configuration."""
    if not isinstance(value, str):
        raise ValueError("expected text")
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"expected at most {LONGEST_VALUE} characters")
    if variable.required and not value:
        raise ValueError(MISSING)
    if not value.isprintable():
        raise ValueError("line breaks and control characters cannot stand in a value")
    if variable.pattern and not patterns.compile(variable.pattern).fits(value):
        raise ValueError(f"expected text that matches {variable.pattern}")
    return value
