"""The conversation over bytes that arrive in any pieces, and over bytes that are no conversation."""

import asyncio
import contextlib

from hypothesis import given
from hypothesis import strategies as st
from librouteros.exceptions import LibRouterosError

from adapters.routeros.wire import Answer, ApiStream, ApiTransport, FatalReply, Trapped
from lab.routeros.sentence import encode_sentence

keys = st.text(alphabet="abcdefgh-.", min_size=1, max_size=8)
values = st.text(alphabet=st.characters(max_codepoint=255), max_size=40)
rows = st.lists(st.dictionaries(keys, values, max_size=4), max_size=5)


class Wire(asyncio.Transport):
    """Takes what is written to it and drops it."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written = bytes(data)

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


async def conversation(pieces: list[bytes]) -> Answer:
    """Asks a command whose answer arrives in pieces, after which the router hangs up."""
    transport = ApiTransport(lambda: None)
    transport.connection_made(Wire())
    asking = asyncio.create_task(ApiStream(transport).ask("/x/print"))
    await asyncio.sleep(0)
    for piece in pieces:
        transport.data_received(piece)
        await asyncio.sleep(0)
    transport.eof_received()
    return await asking


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


def sentence(reply: str, row: dict[str, str]) -> bytes:
    return encode_sentence(
        word.encode("latin-1") for word in (reply, *(f"={key}={value}" for key, value in row.items()))
    )


@given(rows, st.lists(st.integers(1, 60), max_size=40), st.booleans())
def test_an_answer_is_read_whole_however_it_is_cut(
    table: list[dict[str, str]], sizes: list[int], empty: bool
) -> None:
    data = b"".join(sentence("!re", row) for row in table)
    data += (sentence("!empty", {}) if empty else b"\0") + sentence("!done", {"ret": "*1A"})
    answer = asyncio.run(conversation(cut(data, sizes)))
    assert answer.rows == table
    assert answer.ret == "*1A"


@given(st.binary(max_size=400), st.lists(st.integers(1, 60), max_size=10))
def test_garbage_ends_the_conversation_and_nothing_else(data: bytes, sizes: list[int]) -> None:
    with contextlib.suppress(Trapped, FatalReply, LibRouterosError):
        asyncio.run(asyncio.wait_for(conversation(cut(data, sizes)), 5))
