"""The framing of the RouterOS API: words with a length before them, sentences that end in an empty word.

Source: MikroTik's API documentation, https://help.mikrotik.com/docs/spaces/ROS/pages/47579160/API.
"""

from collections.abc import Iterable

MAX_WORD = 1 << 20


class FramingError(Exception):
    """Bytes that are no sentence: a reserved control byte, or a word longer than anybody needs."""


def encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x20_0000:
        return (length | 0xC0_0000).to_bytes(3, "big")
    if length < 0x1000_0000:
        return (length | 0xE000_0000).to_bytes(4, "big")
    return b"\xf0" + length.to_bytes(4, "big")


def encode_sentence(words: Iterable[bytes]) -> bytes:
    encoded = bytearray()
    for word in words:
        encoded += encode_length(len(word))
        encoded += word
    encoded.append(0)
    return bytes(encoded)


class SentenceDecoder:
    """Takes bytes as they come and gives whole sentences; empty sentences are passed over, as the protocol says."""

    __slots__ = ("_buffer", "_words")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._words: list[bytes] = []

    def feed(self, data: bytes) -> list[list[bytes]]:
        self._buffer += data
        sentences: list[list[bytes]] = []
        position = 0
        while (end := self._word_end(position)) is not None:
            start, stop = end
            word = bytes(self._buffer[start:stop])
            position = stop
            if word:
                self._words.append(word)
            elif self._words:
                sentences.append(self._words)
                self._words = []
        del self._buffer[:position]
        return sentences

    def _word_end(self, position: int) -> tuple[int, int] | None:
        """Where the next word starts and ends, None while it is not all there."""
        buffer = self._buffer
        if position >= len(buffer):
            return None
        first = buffer[position]
        if first < 0x80:
            size, length = 1, first
        else:
            size = _length_bytes(first)
            if position + size > len(buffer):
                return None
            length = int.from_bytes(buffer[position : position + size], "big") & _LENGTH_MASK[size]
        if length > MAX_WORD:
            raise FramingError(f"a word of {length} bytes")
        start = position + size
        return (start, start + length) if start + length <= len(buffer) else None


_LENGTH_MASK = {2: 0x3FFF, 3: 0x1F_FFFF, 4: 0x0FFF_FFFF, 5: 0xFFFF_FFFF}


def _length_bytes(first: int) -> int:
    if first < 0xC0:
        return 2
    if first < 0xE0:
        return 3
    if first < 0xF0:
        return 4
    if first == 0xF0:
        return 5
    raise FramingError(f"reserved control byte {first:#x}")
