"""Router text without loss: words are bytes in whatever code page somebody typed, and come back as the same bytes."""

import codecs
import re

RESERVED = 0xEF00
"""Byte b that is no text in the router's charset, or a control character, stands as U+EF00 + b (private use)."""
_CODE_PAGE = re.compile(r"cp(125\d|437|8[56]\d|874)|iso8859-\d+|koi8-[rtu]")
"""Charsets of one byte a character, by Python's names for them."""


class Charset:
    """Turns wire words (one character a byte, latin-1) into text and back; `encode(decode(word)) == word` for every word.

    The text is valid Unicode without NUL and control characters, so that JSON and PostgreSQL can hold it.
    """

    __slots__ = ("_bytes", "_text", "name")

    def __init__(self, name: str = "utf-8") -> None:
        """`name` is utf-8 or a single-byte code page (cp1251, latin-2); raises ValueError for any other."""
        self.name = _python_name(name)
        self._text = [] if self.name == "utf-8" else [_character(byte, self.name) for byte in range(256)]
        self._bytes = {character: chr(byte) for byte, character in enumerate(self._text)}

    def decode(self, word: str) -> str:
        if word.isascii() and word.isprintable():
            return word
        if self._text:
            return "".join([self._text[ord(character)] for character in word])
        text = word.encode("latin-1").decode("utf-8", "surrogateescape")
        return "".join(map(_shown, text))

    def encode(self, text: str) -> str:
        """Raises ValueError for a character that the router's charset does not have."""
        if text.isascii():
            return text
        if not self._text:
            return "".join(map(_utf8, text))
        try:
            return "".join([self._bytes.get(character) or _reserved(character) for character in text])
        except ValueError:
            raise ValueError(
                f"{text!r} cannot be written in {self.name}, the charset of this router"
            ) from None


def _python_name(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        found = ""
    if found != "utf-8" and not _CODE_PAGE.fullmatch(found):
        raise ValueError(f"{name!r} is no charset of a router; use utf-8 or a code page such as cp1251")
    return found


def _character(byte: int, charset: str) -> str:
    try:
        character = bytes((byte,)).decode(charset)
    except UnicodeDecodeError:
        return chr(RESERVED + byte)
    return chr(RESERVED + byte) if _is_control(character) else character


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 0x20 or 0x7F <= code < 0xA0) and character not in "\t\n\r"


def _shown(character: str) -> str:
    """A decoded character; one that may not be shown, or looks like a reserved one, as its reserved bytes."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return chr(code - 0xDC00 + RESERVED)
    if _is_control(character) or RESERVED <= code < RESERVED + 0x100:
        return "".join(chr(RESERVED + byte) for byte in character.encode())
    return character


def _utf8(character: str) -> str:
    if RESERVED <= ord(character) < RESERVED + 0x100:
        return chr(ord(character) - RESERVED)
    return character.encode().decode("latin-1")


def _reserved(character: str) -> str:
    if RESERVED <= ord(character) < RESERVED + 0x100:
        return chr(ord(character) - RESERVED)
    raise ValueError(character)
