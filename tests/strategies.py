"""Hypothesis strategies for whatever msgspec can describe: any event, any command, any struct, from its type alone."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect as mi

from domain.event import About, Actor, Event, Metadata

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
"""All text that a ledger can hold: quotes, backslashes, line ends, controls, any script."""

_number = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _number | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
"""What JSON can say, in the types that come back from it."""

moments = st.datetimes(
    min_value=dt.datetime(1970, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=dt.datetime(2200, 1, 1),  # noqa: DTZ001  # the same
    timezones=st.just(dt.UTC),
)


@cache
def values_of(type_: Any) -> st.SearchStrategy[Any]:
    """Values of a type as msgspec understands it, its constraints kept."""
    return _values(mi.type_info(type_))


def _values(info: mi.Type) -> st.SearchStrategy[Any]:
    """Raises TypeError for a type that no strategy is known for."""
    try:
        build = _BUILDERS[type(info)]
    except KeyError:
        raise TypeError(f"no strategy for {info}; add one to _BUILDERS in {__file__}") from None
    return build(info)


def _strings(info: mi.StrType) -> st.SearchStrategy[str]:
    if info.pattern is not None:
        fitting = st.from_regex(info.pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        return fitting.filter(
            lambda s: (info.min_length or 0) <= len(s) <= (info.max_length or len(s)) and "\0" not in s
        )
    low = info.min_length or 0
    return st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        min_size=low,
        max_size=min(info.max_length or low + 20, low + 20),
    )


def _integers(info: mi.IntType) -> st.SearchStrategy[int]:
    low = info.ge if info.ge is not None else info.gt + 1 if info.gt is not None else -(2**63)
    high = info.le if info.le is not None else info.lt - 1 if info.lt is not None else 2**63 - 1
    return st.integers(low, high)


def _floats(info: mi.FloatType) -> st.SearchStrategy[float]:
    return st.floats(
        info.ge if info.ge is not None else info.gt,
        info.le if info.le is not None else info.lt,
        exclude_min=info.gt is not None,
        exclude_max=info.lt is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def _unions(info: mi.UnionType) -> st.SearchStrategy[Any]:
    return st.one_of([_values(each) for each in info.types])


def _lists(info: mi.ListType) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        _values(info.item_type), min_size=info.min_length or 0, max_size=(info.min_length or 0) + 3
    )


def _dicts(info: mi.DictType) -> st.SearchStrategy[dict[Any, Any]]:
    return st.dictionaries(_values(info.key_type), _values(info.value_type), max_size=3)


def _structs(info: mi.StructType) -> st.SearchStrategy[Any]:
    """Optional fields are sometimes left out, so that defaults are tried too."""
    required = {field.name: _values(field.type) for field in info.fields if field.required}
    optional = {field.name: _values(field.type) for field in info.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: info.cls(**fields))


_BUILDERS: dict[type[mi.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    mi.AnyType: lambda info: json_values,
    mi.NoneType: lambda info: st.none(),
    mi.BoolType: lambda info: st.booleans(),
    mi.IntType: _integers,
    mi.FloatType: _floats,
    mi.StrType: _strings,
    mi.BytesType: lambda info: st.binary(max_size=20),
    mi.DateTimeType: lambda info: moments,
    mi.UUIDType: lambda info: st.uuids(),
    mi.LiteralType: lambda info: st.sampled_from(info.values),
    mi.EnumType: lambda info: st.sampled_from(list(info.cls)),
    mi.UnionType: _unions,
    mi.ListType: _lists,
    mi.VarTupleType: lambda info: st.lists(_values(info.item_type), max_size=3).map(tuple),
    mi.TupleType: lambda info: st.tuples(*[_values(each) for each in info.item_types]),
    mi.SetType: lambda info: st.sets(_values(info.item_type), max_size=3),
    mi.FrozenSetType: lambda info: st.frozensets(_values(info.item_type), max_size=3),
    mi.DictType: _dicts,
    mi.StructType: _structs,
}


def events(*types: type[Event]) -> st.SearchStrategy[Event]:
    """Events of these types, any of their fields anything that the type allows."""
    return st.one_of([values_of(each) for each in types])


metadata: st.SearchStrategy[Metadata] = st.builds(
    Metadata,
    occurred_at=moments,
    actor=values_of(Actor),
    correlation_id=st.uuids().map(str),
    causation_id=text,
    reason=text,
    about=values_of(About),
)
