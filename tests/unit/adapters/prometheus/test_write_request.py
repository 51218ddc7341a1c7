"""The bytes of a remote write message, as the protocol's definition makes them."""

from math import inf, nan

from adapters.prometheus.write_request import write_request
from domain.telemetry import Poll, Sample


def test_a_sample_is_a_time_series_of_its_own() -> None:
    poll = Poll("d1", "interfaces", 1.5, 60.0, (Sample("if in-bps", 2.0, "e1"),))
    labels = (
        b"\x0a\x1f\x0a\x08__name__\x12\x13netledger_if_in_bps"
        b"\x0a\x0f\x0a\x09device_id\x12\x02d1"
        b"\x0a\x0f\x0a\x09interface\x12\x02e1"
    )
    sample = b"\x12\x0c\x09\x00\x00\x00\x00\x00\x00\x00\x40\x10\xdc\x0b"
    series = labels + sample
    assert write_request([poll]) == (b"\x0a" + bytes([len(series)]) + series, 1)


def test_what_is_not_known_is_left_out() -> None:
    samples = tuple(Sample("cpu_percent", value) for value in (None, nan, inf, -inf))
    assert write_request([Poll("d1", "resources", 1.0, 60.0, samples)]) == (b"", 0)
