"""What each setting means and may be, from where it is declared: for forms, and for the documentation."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.inspect import Type, type_info

from domain.settings import Settings

BOUNDS = (("ge", "≥ {}"), ("gt", "> {}"), ("le", "≤ {}"), ("lt", "< {}"),
          ("min_length", "at least {} long"), ("max_length", "at most {} long"))  # fmt: skip


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. `bounds`: what it may be, in words; `choices`: where it is one of a few words."""

    what: str
    bounds: str
    default: Any
    choices: list[str]


class SettingsDescribed(msgspec.Struct, frozen=True):
    """`settings` by path, as `discovery/rate_per_s`; `sections` by name."""

    sections: dict[str, str]
    settings: dict[str, Described]


@functools.cache
def settings_described() -> SettingsDescribed:
    """All settings, in the order of their declaration."""
    sections: dict[str, str] = {}
    settings: dict[str, Described] = {}
    for section in msgspec.structs.fields(Settings):
        if isinstance(section.type, type) and issubclass(section.type, msgspec.Struct):
            sections[section.name] = inspect.getdoc(section.type) or ""
            settings |= {f"{section.name}/{name}": each for name, each in _fields(section.type)}
    return SettingsDescribed(sections, settings | dict(_fields(Settings)))


def _fields(section: type[msgspec.Struct]) -> Iterator[tuple[str, Described]]:
    told = _below(section)
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            continue  # a section of its own
        kind = type_info(field.type)
        yield (
            field.name,
            Described(
                what=told.get(field.name, ""),
                bounds=_bounds(kind),
                default=field.default
                if field.default_factory is msgspec.NODEFAULT
                else field.default_factory(),
                choices=[str(each) for each in kind.values]
                if isinstance(kind, msgspec.inspect.LiteralType)
                else [],
            ),
        )


def _below(section: type[msgspec.Struct]) -> dict[str, str]:
    """The strings that stand below the fields, by field."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(made, ast.ClassDef)
    found: dict[str, str] = {}
    for field, told in zip(made.body, made.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match told:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = " ".join(text.split())
    return found


def _bounds(kind: Type) -> str:
    """What a value must be, in words."""
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(_bounds(each) for each in types))
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            return _with("list", _bounds(item), kind)
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return f"{_bounds(key)} → {_bounds(value)}"
        case msgspec.inspect.StructType(fields=fields):
            return "{" + ", ".join(f"`{field.encode_name}`" for field in fields) + "}"
        case msgspec.inspect.EnumType(cls=cls):
            return ", ".join(f"`{member.value}`" for member in cls)
    names = {
        "Int": "whole number",
        "Float": "number",
        "Str": "text",
        "Bool": "`true`, `false`",
        "None": "`null`",
    }
    name = type(kind).__name__.removesuffix("Type")
    return _with(names.get(name, name.lower()), "", kind)


def _with(what: str, of: str, kind: Any) -> str:
    limits = [words.format(f"{limit:,}" if isinstance(limit, int) else limit)
              for name, words in BOUNDS if (limit := getattr(kind, name, None)) is not None]  # fmt: skip
    return " ".join(part for part in (what, f"of {of}" if of else "", ", ".join(limits)) if part)
