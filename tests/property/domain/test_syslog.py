"""Syslog: any octets are a message, and what is written by the RFCs is read back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.network_log import MESSAGE_LIMIT
from domain.syslog import OctetFrames, parse

names = st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,20}", fullmatch=True)
texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200)
values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["C", "Z"]), max_size=40
)
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # with a zone


@given(st.binary(max_size=3_000))
def test_any_octets_are_one_line(datagram: bytes) -> None:
    message = parse(datagram)
    assert 0 <= message.severity <= 7
    assert 0 <= message.facility <= 23
    assert message.message.isprintable()
    assert len(message.message) <= MESSAGE_LIMIT


@given(
    st.integers(0, 191),
    times,
    names,
    names,
    st.dictionaries(names, st.dictionaries(names, values, max_size=3), max_size=3),
    texts,
)
def test_what_rfc_5424_writes_is_read(
    priority: int, at: datetime, host: str, app: str, data: dict[str, dict[str, str]], text: str
) -> None:
    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")

    elements = "".join(
        f"[{name}" + "".join(f' {key}="{escaped(value)}"' for key, value in pairs.items()) + "]"
        for name, pairs in data.items()
    )
    line = f"<{priority}>1 {at.isoformat()} {host} {app} 42 ID7 {elements or '-'} {text}"

    message = parse(line.encode())

    assert (message.facility, message.severity) == divmod(priority, 8)
    assert (message.host, message.app, message.process, message.message_id) == (host, app, "42", "ID7")
    assert message.sent_at == at.timestamp()
    assert message.data == data
    assert message.message == text.strip()


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=10), st.integers(1, 50))
def test_counted_messages_are_found_however_the_stream_is_cut(messages: list[bytes], step: int) -> None:
    wanted = [each for each in messages if each.strip()]
    stream = b"".join(b"%d %s" % (len(each), each) for each in messages)
    frames = OctetFrames()
    found = [
        each for start in range(0, len(stream), step) for each in frames.feed(stream[start : start + step])
    ]
    assert found == wanted


@given(st.lists(st.from_regex(rb"<\d{1,3}>[a-z :]{1,80}", fullmatch=True), max_size=10), st.integers(1, 50))
def test_lines_are_found_however_the_stream_is_cut(lines: list[bytes], step: int) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    frames = OctetFrames()
    found = [
        each for start in range(0, len(stream), step) for each in frames.feed(stream[start : start + step])
    ]
    assert found == lines


@given(st.lists(st.binary(max_size=2_000), max_size=20))
def test_no_stream_takes_more_memory_than_a_message(parts: list[bytes]) -> None:
    frames = OctetFrames(limit=500)
    for part in parts:
        assert all(len(each) <= 500 for each in frames.feed(part))
        assert len(frames._waiting) <= 500 + 2_000
