"""Values and whole columns in the wire's binary form: one parameter a column instead of one a value."""

import struct
from collections.abc import Sequence

_HEADER = struct.Struct(">iiIii")  # dimensions, has nulls, element type, length, lower bound (array_recv)
_LENGTH = struct.Struct(">i")
_INT8_ELEMENT = struct.Struct(">iq")
_INT8 = struct.Struct(">q")
# Type numbers of pg_type.dat.
UUID, TEXT, JSON, BYTEA, _BIGINT = 2950, 25, 114, 17, 20


def pack(element: int, values: Sequence[bytes]) -> bytes:
    """An array of values in their own binary form: 16 bytes of a UUID, UTF-8 of a text or JSON, which is stored as the very
    bytes given once PostgreSQL has checked it."""
    length = _LENGTH.pack
    return _HEADER.pack(1, 0, element, len(values), 1) + b"".join(
        [length(len(value)) + value for value in values]
    )


def pack_ints(values: Sequence[int]) -> bytes:
    return _HEADER.pack(1, 0, _BIGINT, len(values), 1) + b"".join([_INT8_ELEMENT.pack(8, v) for v in values])


def pack_int(value: int) -> bytes:
    """A bigint by itself."""
    return _INT8.pack(value)
