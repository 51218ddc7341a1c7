"""Writes docs/settings.md, the settings that are changed while Netledger runs: `python -m docs.settings > docs/settings.md`."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.inspect import Type, type_info

from domain.settings import Settings

HEAD = """# Settings

Made by `make settings` from the code. `GET /api/v1/settings` shows what is in force, `PATCH /api/v1/settings` changes some of it:
`{"telemetry": {"interval_s": 30}}` for what stands here as `telemetry/interval_s`. Every change is an event with old and new value.
"""
TABLE = ("| setting | default | bounds | what |", "|---|---|---|---|")
BOUNDS = (("ge", "≥ {}"), ("gt", "> {}"), ("le", "≤ {}"), ("lt", "< {}"),
          ("min_length", "at least {} long"), ("max_length", "at most {} long"))  # fmt: skip


def document() -> str:
    """The page as Markdown."""
    lines = [HEAD]
    for section in msgspec.structs.fields(Settings):
        if isinstance(section.type, type) and issubclass(section.type, msgspec.Struct):
            lines += [f"## {section.name}\n", f"{inspect.getdoc(section.type)}\n", *TABLE]
            lines += [_row(f"{section.name}/{name}", *cells) for name, *cells in rows(section.type)]
            lines.append("")
    lines += ["## Others\n", *TABLE]
    lines += [_row(name, *cells) for name, *cells in rows(Settings)]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    first, *rest = cells
    return f"| `{first}` | {' | '.join(rest)} |"


def rows(section: type[msgspec.Struct]) -> Iterator[tuple[str, str, str, str]]:
    """Name, default, bounds and meaning of each field."""
    told = descriptions(section)
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            continue  # a section of its own
        factory = field.default_factory
        default = field.default if factory is msgspec.NODEFAULT else factory()
        shown = msgspec.json.encode(default).decode()
        yield field.name, f"`{shown}`", bounds(type_info(field.type)), told.get(field.name, "")


def descriptions(section: type[msgspec.Struct]) -> dict[str, str]:
    """The strings that stand below the fields, by field."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(made, ast.ClassDef)
    found: dict[str, str] = {}
    for field, told in zip(made.body, made.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match told:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = " ".join(text.split()).replace("|", "\\|")
    return found


def bounds(kind: Type) -> str:
    """What a value must be, in words."""
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(bounds(each) for each in types))
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            return _with("list", bounds(item), kind)
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return f"{bounds(key)} → {bounds(value)}"
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


if __name__ == "__main__":
    sys.stdout.write(document())
