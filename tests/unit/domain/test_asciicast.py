"""Recordings of terminals: what was shown, whatever bytes came, up to a bound."""

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.asciicast import Asciicast


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_every_line_is_json_and_nothing_is_lost_at_the_seams(portions: list[bytes]) -> None:
    cast = Asciicast(largest=1_000_000)
    lines = [cast.shown(float(at), data) for at, data in enumerate(portions)]
    told = "".join(json.loads(line)[2] for line in lines if line)
    whole = b"".join(portions).decode(errors="replace")
    assert whole.startswith(told)
    assert len(whole) - len(told) <= 3  # a character of which the end never came


def test_a_character_in_two_portions_is_one() -> None:
    cast = Asciicast(largest=1_000)
    assert json.loads(cast.shown(0.5, b"a\xc3")) == [0.5, "o", "a"]
    assert json.loads(cast.shown(0.75, b"\xa4")) == [0.75, "o", "\u00e4"]


def test_it_begins_with_its_header_and_tells_sizes() -> None:
    cast = Asciicast(largest=1_000)
    header = json.loads(cast.begin(80, 24, 1_700_000_000.9, "ada@192.0.2.1"))
    assert header == {
        "version": 2,
        "width": 80,
        "height": 24,
        "timestamp": 1_700_000_000,
        "title": "ada@192.0.2.1",
    }
    assert json.loads(cast.resized(1, 132, 50)) == [1, "r", "132x50"]


def test_it_ends_at_its_bound_and_says_so() -> None:
    cast = Asciicast(largest=100)
    kept = "".join(cast.shown(1.0, b"x" * 30) for _ in range(9))
    assert 0 < len(kept) <= 100
    assert not cast.whole
    assert cast.shown(2.0, b"y") == ""  # a recording has no holes
