"""Appends an example of every event type that has none yet: `python tests/golden/add_examples.py`.

Lines that are there stay as they are for ever: they are what ledgers in the field hold. A changed event is a new
version with a line of its own, and its old line must still decode.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as mi

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from domain.catalogue import TOPICS
from domain.codec import encode
from domain.event import About, Actor, Event, Metadata

EXAMPLES = Path(__file__).with_name("events.jsonl")
_SEALED = "sealed:1:bm9uY2Ugb2YgMTIrY2lwaGVydGV4dA=="
_META = Metadata(
    occurred_at=datetime(2026, 1, 31, 12, 30, 45, 123456, tzinfo=UTC),
    actor=Actor("user", "0b9f6b58-6a5c-4b7e-9e55-3a4d1d1b7a01", "ada"),
    correlation_id="7c1d3f86-9b1e-4b43-8f1e-5a0d2c8e4f02",
    causation_id="position:41",
    reason="because it was asked for",
    about=About(device_id="d", customer_id="c", operation_id="o"),
)


class Example(msgspec.Struct, frozen=True):
    topic: str
    state: msgspec.Raw


def known() -> set[str]:
    """The topics that have an example."""
    if not EXAMPLES.exists():
        return set()
    return {msgspec.json.decode(line, type=Example).topic for line in EXAMPLES.read_bytes().splitlines()}


def example(kind: type[Event]) -> Event:
    """An event with every field filled, as its types allow."""
    event: Event = _value(mi.type_info(kind), kind.topic)
    return msgspec.structs.replace(event, **dict.fromkeys(kind.personal, _SEALED))


def _value(info: mi.Type, name: str) -> Any:
    match info:
        case mi.StructType():
            return info.cls(**{field.name: _value(field.type, field.name) for field in info.fields})
        case mi.LiteralType():
            return info.values[0]
        case mi.UnionType():
            return _value(next(each for each in info.types if not isinstance(each, mi.NoneType)), name)
        case mi.StrType():
            return "x" * (info.min_length or 0) if info.pattern else f"a {name.replace('_', ' ')}"
        case mi.IntType():
            return info.ge if info.ge is not None else 7
        case mi.FloatType():
            return 7.5
        case mi.BoolType():
            return True
        case mi.DateTimeType():
            return _META.occurred_at
        case mi.AnyType():
            return {"text": f'any "{name}"', "number": 7, "list": [1, 2.5, None, True]}
        case mi.ListType() | mi.VarTupleType() | mi.SetType() | mi.FrozenSetType():
            return [_value(info.item_type, name)]
        case mi.TupleType():
            return [_value(each, name) for each in info.item_types]
        case mi.DictType():
            return {_value(info.key_type, name): _value(info.value_type, name)}
        case _:
            raise TypeError(f"no example for a field of type {info}; add one to {__file__}")


def main() -> None:
    """Appends what is missing and says what it was."""
    present = known()
    with EXAMPLES.open("ab") as file:
        for topic, kind in sorted(TOPICS.items()):
            if topic not in present:
                # Through a plain form, so that lists become whatever sequence the field holds.
                event = msgspec.convert(msgspec.to_builtins(example(kind)), kind)
                line = msgspec.json.encode(Example(topic, msgspec.Raw(encode(event, _META))))
                file.write(line + b"\n")
                print(f"added {topic}")


if __name__ == "__main__":
    main()
