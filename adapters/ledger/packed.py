"""Whole columns as PostgreSQL arrays in the wire's binary form: one parameter a column instead of one a value."""

import struct
from collections.abc import Sequence
from typing import Any, ClassVar

from psycopg import Connection
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = struct.Struct(">iiIii")  # dimensions, has nulls, element type, length, lower bound (array_recv)
_LENGTH = struct.Struct(">i")
_INT8 = struct.Struct(">iq")


class PackedArray(bytes):
    """The array as PostgreSQL receives it; the type of its elements is the class."""

    oid: ClassVar[int]
    element: ClassVar[int]


class Uuids(PackedArray):
    oid, element = 2951, 2950


class BigInts(PackedArray):
    oid, element = 1016, 20


class Texts(PackedArray):
    oid, element = 1009, 25


class Jsons(PackedArray):
    """Elements are stored as the very bytes given, which PostgreSQL checks to be JSON."""

    oid, element = 199, 114


class Byteas(PackedArray):
    oid, element = 1001, 17


def pack(kind: type[PackedArray], values: Sequence[bytes]) -> PackedArray:
    """Values in their own binary form: 16 bytes of a UUID, UTF-8 of a text or JSON."""
    length = _LENGTH.pack
    return kind(
        _HEADER.pack(1, 0, kind.element, len(values), 1)
        + b"".join([length(len(value)) + value for value in values])
    )


def pack_ints(values: Sequence[int]) -> BigInts:
    return BigInts(
        _HEADER.pack(1, 0, BigInts.element, len(values), 1) + b"".join([_INT8.pack(8, v) for v in values])
    )


class _PackedDumper(Dumper):
    format = Format.BINARY

    def __init__(self, cls: type[PackedArray], context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)
        self.oid = cls.oid

    def dump(self, obj: Any) -> Buffer | None:
        return bytes(obj)


def understand_packed(conn: Connection[Any]) -> None:
    """Teaches a connection to send them."""
    for kind in (Uuids, BigInts, Texts, Jsons, Byteas):
        conn.adapters.register_dumper(kind, _PackedDumper)
