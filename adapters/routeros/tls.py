"""TLS over bytes in memory, for connections that are many and mostly idle.

asyncio keeps a read buffer of 256 kB for every TLS connection (its `SSLProtocol`), ten times what all the rest of a
router's connection takes; the standard library's own SSLObject needs none.
"""

import ssl

_CHUNK = 16 << 10
"""The longest TLS record (RFC 8446, 5.1)."""


class TlsBytes:
    """Both directions of one client connection: sealed bytes on the wire's side, plain ones on ours."""

    __slots__ = ("_incoming", "_object", "_outgoing", "ended")

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self.ended = False
        """The other side said that nothing follows."""

    def received(self, sealed: bytes) -> None:
        self._incoming.write(sealed)

    def to_send(self) -> bytes:
        return self._outgoing.read()

    def handshake(self) -> bool:
        """Goes on as far as it can; True when done. Raises ssl.SSLError; there may be an alert `to_send` even then."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def seal(self, plain: bytes) -> bytes:
        self._object.write(plain)
        return self._outgoing.read()

    def open(self) -> bytes:
        """All plain bytes that are there; raises ssl.SSLError for bytes that are not TLS."""
        plain = bytearray()
        try:
            while data := self._object.read(_CHUNK):
                plain += data
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        return bytes(plain)

    def certificate(self) -> bytes:
        """The other side's, as DER."""
        return self._object.getpeercert(binary_form=True) or b""
