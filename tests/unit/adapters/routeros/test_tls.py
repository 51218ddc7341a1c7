"""TLS over bytes in memory, against the standard library's server side, a byte at a time."""

import ssl
from pathlib import Path

import pytest

from adapters.routeros.tls import TlsBytes
from lab.routeros.certificates import LabAuthority


class Server:
    """The other end, in memory as well."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.ready = False

    def take(self, sealed: bytes) -> None:
        self.incoming.write(sealed)
        if not self.ready:
            try:
                self.tls.do_handshake()
                self.ready = True
            except ssl.SSLWantReadError:
                pass


@pytest.fixture
def pair(tmp_path: Path) -> tuple[TlsBytes, Server, LabAuthority]:
    authority = LabAuthority(tmp_path)
    server, _fingerprint = authority.server_context(["127.0.0.1"])
    client = ssl.create_default_context(cafile=authority.ca_file)
    return TlsBytes(client, "127.0.0.1"), Server(server), authority


def shake(client: TlsBytes, server: Server) -> None:
    """Every byte of the server's arrives for itself."""
    while not client.handshake():
        server.take(client.to_send())
        for byte in server.outgoing.read():
            client.received(bytes((byte,)))
    server.take(client.to_send())


def test_both_directions_whatever_the_pieces(pair: tuple[TlsBytes, Server, LabAuthority]) -> None:
    client, server, _authority = pair
    shake(client, server)
    server.take(client.seal(b"/login"))
    assert server.tls.read() == b"/login"
    server.tls.write(b"!done" * 10_000)
    plain = b""
    for byte in server.outgoing.read():
        client.received(bytes((byte,)))
        plain += client.open()
    assert plain == b"!done" * 10_000
    assert not client.ended
    assert client.certificate()


def test_the_end_is_noticed(pair: tuple[TlsBytes, Server, LabAuthority]) -> None:
    client, server, _authority = pair
    shake(client, server)
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    client.received(server.outgoing.read())
    assert client.open() == b""
    assert client.ended


def test_garbage_is_refused(pair: tuple[TlsBytes, Server, LabAuthority]) -> None:
    client, server, _authority = pair
    shake(client, server)
    client.received(b"\x05!done\x00" * 10)
    with pytest.raises(ssl.SSLError):
        client.open()


def test_an_unknown_authority_gets_an_alert(
    pair: tuple[TlsBytes, Server, LabAuthority], tmp_path: Path
) -> None:
    _client, server, _authority = pair
    client = TlsBytes(ssl.create_default_context(), "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(client, server)
    assert client.to_send(), "the alert"
