"""The lab's framing: whatever is written is read back, however the bytes arrive, and as librouteros reads and writes it."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from librouteros.protocol import decode_length
from librouteros.protocol import encode_length as peer_encode_length
from librouteros.protocol import encode_sentence as peer_encode_sentence

from lab.routeros.sentence import FramingError, SentenceDecoder, encode_length, encode_sentence

words = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=8)


@given(st.lists(words, max_size=5), st.lists(st.integers(1, 400), max_size=40))
def test_sentences_survive_any_fragmentation(sentences: list[list[bytes]], cuts: list[int]) -> None:
    data = b"\0".join(
        [b"", *(encode_sentence(sentence) for sentence in sentences)]
    )  # with empty sentences between
    decoder = SentenceDecoder()
    read = []
    for cut in cuts:
        read += decoder.feed(data[:cut])
        data = data[cut:]
    assert read + decoder.feed(data) == sentences


@given(st.integers(0, 0x0FFF_FFFF))
def test_lengths_as_librouteros_has_them(length: int) -> None:
    assert encode_length(length) == peer_encode_length(length)
    assert decode_length(encode_length(length)) == length


@given(words)
def test_sentences_as_librouteros_writes_them(sentence: list[bytes]) -> None:
    text = [word.decode("latin-1") for word in sentence]
    assert encode_sentence(sentence) == peer_encode_sentence(*text, encoding="latin-1")


@given(st.binary(max_size=500))
def test_garbage_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(FramingError):
        SentenceDecoder().feed(data)
