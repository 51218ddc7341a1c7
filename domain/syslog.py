"""Syslog messages as devices send them: RFC 5424, RFC 3164, and the many forms that only resemble them."""

import re
from datetime import datetime
from typing import NamedTuple

import msgspec

from domain.network_log import MESSAGE_LIMIT

_DEFAULT_PRIORITY = 13  # user.notice, RFC 3164, 4.3.3
_PRIORITY = re.compile(r"<(\d{1,3})>")
_VERSION = re.compile(r"1 (\S{1,48}) (\S{1,255}) (\S{1,128}) (\S{1,128}) (\S{1,64}) ?")
_SEQUENCE = re.compile(r"\d{1,12}: ")  # Cisco: service sequence-numbers
_HOST_FIRST = re.compile(r"([\w.:-]{1,255}): (?=[*.]?[A-Z][a-z]{2} [ \d]\d )")  # Cisco: logging origin-id
_BSD_TIME = re.compile(
    r"[*.]?[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?: [A-Z]{1,5}(?=[: ]))?:? ?"
)
_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) ")
_HOST = re.compile(r"([A-Za-z0-9_.:-]{1,255}) (?=\S)")
_TAG = re.compile(r"([A-Za-z0-9_./,-]{1,128})(?:\[([\w.-]{1,64})\])?: ?")
_MNEMONIC = re.compile(r"%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+): ?")
_TOPICS = re.compile(r"([a-z0-9-]+(?:,[!a-z0-9-]+)+) ")  # RouterOS: topics before the message
_MOST_ELEMENTS, _MOST_PARAMETERS = 16, 64
_BOM = "\ufeff"


class SyslogMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Whatever could be read of it; what could not is part of `message`."""

    facility: int
    severity: int
    message: str
    host: str = ""
    app: str = ""
    process: str = ""
    message_id: str = ""
    sent_at: float | None = None
    """Seconds since the epoch, only where the message names its time zone."""
    data: dict[str, dict[str, str]] = {}


class _Header(NamedTuple):
    facility: int
    severity: int
    rest: str


def parse(datagram: bytes) -> SyslogMessage:
    """Reads any octets: there is always a message."""
    header = _header(_text(datagram))
    match = _VERSION.match(header.rest)
    if match is not None:
        return _rfc5424(header, match)
    return _rfc3164(header)


def _text(datagram: bytes) -> str:
    try:
        text = datagram[: 2 * MESSAGE_LIMIT].decode()
    except UnicodeDecodeError:
        text = datagram[: 2 * MESSAGE_LIMIT].decode("latin-1")
    return _clean(text)


def _clean(text: str) -> str:
    """One line without control characters: a message must not forge another one where it is shown."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text.replace(_BOM, ""))
    return text.rstrip()[:MESSAGE_LIMIT]


def _header(text: str) -> _Header:
    match = _PRIORITY.match(text)
    priority = int(match[1]) if match else _DEFAULT_PRIORITY
    if match is None or priority > 191:
        return _Header(*divmod(_DEFAULT_PRIORITY, 8), text)
    return _Header(*divmod(priority, 8), text[match.end() :])


def _rfc5424(header: _Header, match: re.Match[str]) -> SyslogMessage:
    at, host, app, process, message_id = (("" if word == "-" else word) for word in match.groups())
    data, message = _structured_data(header.rest[match.end() :])
    return SyslogMessage(
        facility=header.facility,
        severity=header.severity,
        host=host,
        app=app,
        process=process,
        message_id=message_id,
        sent_at=_instant(at),
        data=data,
        message=message.lstrip(),
    )


def _structured_data(rest: str) -> tuple[dict[str, dict[str, str]], str]:
    """RFC 5424, 6.3; what is none is left to the message."""
    if rest == "-" or rest.startswith("- "):
        return {}, rest[2:]
    data: dict[str, dict[str, str]] = {}
    place = 0
    while place < len(rest) and rest[place] == "[" and len(data) < _MOST_ELEMENTS:
        element = _element(rest, place + 1)
        if element is None:
            break
        name, parameters, place = element
        data.setdefault(name, {}).update(parameters)
    return data, rest[place:]


_NAME = re.compile(r'[^\s="\]]{1,64}')


def _element(rest: str, place: int) -> tuple[str, dict[str, str], int] | None:
    named = _NAME.match(rest, place)
    if named is None:
        return None
    parameters: dict[str, str] = {}
    place = named.end()
    while place < len(rest):
        if rest[place] == "]":
            return named[0], parameters, place + 1
        if rest[place] != " " or len(parameters) >= _MOST_PARAMETERS:
            return None
        key = _NAME.match(rest, place + 1)
        if key is None or not rest.startswith('="', key.end()):
            return None
        value, place = _quoted(rest, key.end() + 2)
        if place < 0:
            return None
        parameters[key[0]] = value
    return None


def _quoted(rest: str, place: int) -> tuple[str, int]:
    letters: list[str] = []
    while place < len(rest):
        letter = rest[place]
        if letter == '"':
            return "".join(letters), place + 1
        if letter == "\\" and rest[place + 1 : place + 2] in ('"', "\\", "]"):
            place += 1
            letter = rest[place]
        letters.append(letter)
        place += 1
    return "", -1


def _rfc3164(header: _Header) -> SyslogMessage:
    rest, host, app, process = header.rest, "", "", ""
    sent_at: float | None = None
    timed = False
    if match := _SEQUENCE.match(rest):
        rest = rest[match.end() :]
    if match := _HOST_FIRST.match(rest):
        host, rest = match[1], rest[match.end() :]
    if match := _BSD_TIME.match(rest):
        rest, timed = rest[match.end() :], True
    elif match := _ISO_TIME.match(rest):
        sent_at, rest, timed = _instant(match[1]), rest[match.end() :], True
    if (
        timed
        and not host
        and not rest.startswith("%")
        and not _TAG.match(rest)
        and (match := _HOST.match(rest))
    ):
        host, rest = match[1], rest[match.end() :]
    rest = rest.removeprefix(": ")
    if match := _MNEMONIC.search(rest, 0, 200):
        app = match[1]
    elif match := _TAG.match(rest):
        app, process, rest = match[1], match[2] or "", rest[match.end() :]
    elif match := _TOPICS.match(rest):
        app, rest = match[1], rest[match.end() :]
    return SyslogMessage(
        facility=header.facility,
        severity=header.severity,
        host=host,
        app=app,
        process=process,
        sent_at=sent_at,
        message=rest,
    )


def _instant(text: str) -> float | None:
    """None where it has no time zone, or is no time."""
    try:
        at = datetime.fromisoformat(text.replace(",", "."))
        return at.timestamp() if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


class OctetFrames:
    """Messages out of a stream (RFC 6587): each with its length in front, or each on a line; told by how it begins."""

    def __init__(self, limit: int = MESSAGE_LIMIT) -> None:
        self._limit = limit
        self._waiting = b""
        self._skipping = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Whole messages; of one that is too long, its beginning."""
        buffer = self._waiting + data
        found: list[bytes] = []
        while buffer:
            if self._skipping:
                gone = min(self._skipping, len(buffer))
                self._skipping -= gone
                buffer = buffer[gone:]
                continue
            if buffer[:1] in (b"\n", b"\r", b"\0", b" "):
                buffer = buffer[1:]
                continue
            count, space, rest = buffer[:11].partition(b" ")
            if count.isdigit() and not space and len(buffer) <= 10:
                break
            if count.isdigit() and space:
                size, begin = int(count), len(count) + 1
                taken = min(size, self._limit)
                if len(buffer) - begin < taken:
                    break
                found.append(buffer[begin : begin + taken])
                self._skipping = size - taken
                buffer = buffer[begin + taken :]
                continue
            line, newline, rest = buffer.partition(b"\n")
            if not newline:
                if len(buffer) <= self._limit:
                    break
                found.append(buffer[: self._limit])
                buffer = buffer[self._limit :]
                continue
            found.append(line[: self._limit])
            buffer = rest
        self._waiting = buffer
        return [each for each in found if each.strip()]

    def end(self) -> list[bytes]:
        """What is left when the stream ends without a line's end."""
        left, self._waiting = self._waiting, b""
        return [left] if left.strip() and not left[:1].isdigit() else []
