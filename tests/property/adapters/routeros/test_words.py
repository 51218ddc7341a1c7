"""Uptimes, charsets and delays for all inputs."""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from adapters.routeros.charset import Charset
from adapters.routeros.circuit import Backoff
from adapters.routeros.values import number, pair, rate, uptime_s
from lab.routeros.release import Release

RELEASES = st.sampled_from([Release(6, 40), Release(6, 49), Release(7, 18)])
CHARSETS = st.sampled_from(
    [Charset(name) for name in ("utf-8", "cp1250", "cp1251", "cp1252", "koi8-r", "latin-1")]
)


@given(RELEASES, st.integers(0, 10**9))
def test_every_uptime_is_understood(release: Release, seconds: int) -> None:
    assert uptime_s(release.uptime(seconds)) == seconds


@given(st.text(max_size=40))
def test_nonsense_is_none_or_not_negative(text: str) -> None:
    for value in (uptime_s(text), number(text), rate(text), *pair(text)):
        assert value is None or value >= 0


@given(CHARSETS, st.binary(max_size=60))
def test_every_word_comes_back_as_it_was(charset: Charset, word: bytes) -> None:
    text = charset.decode(word.decode("latin-1"))
    assert charset.encode(text).encode("latin-1") == word
    assert json.loads(json.dumps(text)) == text
    text.encode("utf-8")
    assert "\0" not in text
    assert not any(ord(character) < 0x20 and character not in "\t\n\r" for character in text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Co", "Cc"]), max_size=40))
def test_utf8_text_is_left_alone(text: str) -> None:
    assert Charset().decode(Charset().encode(text)) == text


@given(st.integers(0, 10_000), st.integers(0, 2**32), st.floats(0.01, 1), st.floats(1, 60))
def test_delays_stay_within_their_bounds(failures: int, seed: int, base_s: float, cap_s: float) -> None:
    delay_s = Backoff(Random(seed), base_s=base_s, cap_s=cap_s).delay_s(failures)
    assert 0 <= delay_s <= cap_s
    assert delay_s <= base_s * 2 ** min(failures, 60)
