"""The message of Prometheus' remote write 1.0 in Protocol Buffers, from samples of telemetry.

The message is `WriteRequest` of prometheus/prompb/remote.proto: timeseries = 1 {labels = 1 {name = 1, value = 2},
samples = 2 {value = 1 (double), timestamp = 2 (int64, ms)}}. Labels are in order of their names, as the protocol demands.
"""

import re
import struct
from collections.abc import Iterable, Sequence
from math import isfinite

from domain.telemetry import Poll

PREFIX = "netledger_"
_DOUBLE = struct.Struct("<d")
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")
_LENGTH_DELIMITED, _FIXED_64, _VARINT = 2, 1, 0


def write_request(polls: Iterable[Poll]) -> tuple[bytes, int]:
    """The message, and how many samples it has: those whose value is known."""
    body = bytearray()
    count = 0
    for poll in polls:
        at_ms = round(poll.at * 1000)
        for sample in poll.samples:
            if sample.value is None or not isfinite(sample.value):
                continue
            value = _key(1, _FIXED_64) + _DOUBLE.pack(sample.value) + _key(2, _VARINT) + _varint(at_ms)
            body += _field(1, _labels(sample.metric, poll.device_id, sample.interface) + _field(2, value))
            count += 1
    return bytes(body), count


def _labels(metric: str, device_id: str, interface: str) -> bytes:
    labels: Sequence[tuple[str, str]] = [
        ("__name__", PREFIX + _NOT_IN_NAMES.sub("_", metric)),
        ("device_id", device_id),
        *([("interface", interface)] if interface else []),
    ]
    return b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in labels)


def _field(number: int, content: bytes) -> bytes:
    return _key(number, _LENGTH_DELIMITED) + _varint(len(content)) + content


def _key(number: int, kind: int) -> bytes:
    return bytes([number << 3 | kind])


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number as its two's complement of 64 bits."""
    value &= 0xFFFFFFFFFFFFFFFF
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
