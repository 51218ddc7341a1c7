"""The Internet checksum against the examples and the definition of RFC 1071."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.icmp.packets import checksum


def test_the_example_of_the_rfc() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


@given(st.binary(max_size=120).filter(lambda data: len(data) % 2 == 0))
def test_data_with_its_checksum_sums_to_nothing(data: bytes) -> None:
    assert checksum(data + checksum(data).to_bytes(2, "big")) == 0
