"""From an address to a logged-in API stream: TCP, TLS and its checks, then the login, each under its own time limit."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from ipaddress import ip_address

from adapters.routeros.charset import Charset
from adapters.routeros.traps import trap_code
from adapters.routeros.trust import TlsContexts, check_pin, fingerprint
from adapters.routeros.wire import ApiStream, ApiTransport, Trapped
from domain.router_ports import RouterEndpoint, RouterError

PLAIN_PORT, TLS_PORT = 8728, 8729


@dataclass(frozen=True, slots=True)
class DialLimits:
    """`connect_s` is short, so that a router that returns while an attempt hangs is tried again soon."""

    connect_s: float = 3.0
    handshake_s: float = 10.0
    login_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Dialled:
    stream: ApiStream
    latency_s: float
    """How long the router took to answer the login."""
    certificate_sha256: str = ""


async def dial(
    endpoint: RouterEndpoint,
    charset: Charset,
    contexts: TlsContexts,
    *,
    limits: DialLimits,
    on_disturbed: Callable[[], None],
) -> Dialled:
    """Connects and logs in; raises RouterError with nothing left open."""
    context = contexts.context(endpoint.trust) if endpoint.access.tls else None
    loop = asyncio.get_running_loop()
    connection = await _tcp(endpoint, limits.connect_s)
    _transport, transport = await loop.create_connection(lambda: ApiTransport(on_disturbed), sock=connection)
    transport.busy = True
    try:
        presented = ""
        if context is not None:
            presented = await _start_tls(transport, context, endpoint, limits.handshake_s)
            check_pin(endpoint.trust, presented)
        stream = ApiStream(transport)
        started = loop.time()
        async with asyncio.timeout(limits.login_s):
            await _login(stream, endpoint, charset)
        return Dialled(stream, loop.time() - started, presented)
    except BaseException as error:
        transport.abort()
        if isinstance(error, RouterError) or not isinstance(error, Exception):
            raise
        raise _unreachable(endpoint, f"no login: {_words(error, limits.login_s)}") from None


async def _start_tls(
    transport: ApiTransport, context: ssl.SSLContext, endpoint: RouterEndpoint, handshake_s: float
) -> str:
    """The fingerprint of the certificate, which is good where authorities decide."""
    try:
        async with asyncio.timeout(handshake_s):
            certificate = await transport.start_tls(context, endpoint.trust.server_name or endpoint.address)
    except ssl.SSLCertVerificationError as error:
        raise RouterError(
            "ROUTER_CERTIFICATE_REFUSED",
            f"the certificate of {endpoint.address} is refused: {error.verify_message}; "
            "give its authority as ca_file or pin its fingerprint",
            words=error.verify_message,
        ) from None
    except Exception as error:
        raise _unreachable(endpoint, f"no TLS: {_words(error, handshake_s)}") from None
    return fingerprint(certificate)


async def _tcp(endpoint: RouterEndpoint, connect_s: float) -> socket.socket:
    """A connected socket to the first address that answers."""
    loop = asyncio.get_running_loop()
    failure: Exception = OSError(errno.EADDRNOTAVAIL, "")
    try:
        found = await _resolve(endpoint, connect_s)
    except (OSError, UnicodeError) as error:
        raise _unreachable(endpoint, _words(error, connect_s)) from None
    for family, address in found:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            _keep_alive(connection)
            async with asyncio.timeout(connect_s):
                await loop.sock_connect(connection, address)
            return connection
        except OSError as error:  # a time-out is one of them
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
    raise _unreachable(endpoint, _words(failure, connect_s))


async def _resolve(
    endpoint: RouterEndpoint, limit_s: float
) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    """Addresses need no resolver, whose threads are few; names may have several addresses."""
    port = _port(endpoint)
    try:
        version = ip_address(endpoint.address).version
    except ValueError:
        async with asyncio.timeout(limit_s):
            infos = await asyncio.get_running_loop().getaddrinfo(
                endpoint.address, port, type=socket.SOCK_STREAM
            )
        return [(family, address) for family, _kind, _protocol, _name, address in infos]
    return [(socket.AF_INET if version == 4 else socket.AF_INET6, (endpoint.address, port))]


def _keep_alive(connection: socket.socket) -> None:
    """The kernel probes an idle connection, so that a router that lost power is noticed as soon as it answers again."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 3),
        ("TCP_KEEPINTVL", 2),
        ("TCP_KEEPCNT", 5),
        ("TCP_USER_TIMEOUT", 15_000),
    ):
        if option := getattr(socket, name, None):  # not every system has them all
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


async def _login(stream: ApiStream, endpoint: RouterEndpoint, charset: Charset) -> None:
    """Name and password (6.43 and newer); a router that answers with a challenge gets the older MD5 response."""
    try:
        name = f"=name={charset.encode(endpoint.access.username)}"
        password = charset.encode(endpoint.access.password)
    except ValueError:
        raise RouterError(
            "ROUTER_LOGIN_REFUSED",
            f"user name or password cannot be written in {charset.name}; set the router's charset",
        ) from None
    try:
        answer = await stream.ask("/login", name, f"=password={password}")
        if answer.ret:
            await stream.ask("/login", name, f"=response={challenge_response(password, answer.ret)}")
    except Trapped as trap:
        words = charset.decode(str(trap))
        code = trap_code(words, trap.category)
        raise RouterError(
            "ROUTER_LOGIN_REFUSED",
            f"{endpoint.address} refused the login of {endpoint.access.username}: {words}",
            words=words,
            trap=code,
        ) from None


def challenge_response(password: str, challenge: str) -> str:
    """The answer of releases before 6.43: 00 and the MD5 of a zero byte, the password and the challenge (hex)."""
    try:
        salt = bytes.fromhex(challenge)
    except ValueError:
        raise RouterError("ROUTER_BAD_REPLY", "the router's login challenge is not hexadecimal") from None
    return "00" + md5(b"\0" + password.encode("latin-1") + salt, usedforsecurity=False).hexdigest()


def _port(endpoint: RouterEndpoint) -> int:
    return endpoint.access.port or (TLS_PORT if endpoint.access.tls else PLAIN_PORT)


def _unreachable(endpoint: RouterEndpoint, why: str) -> RouterError:
    where = f"{endpoint.address} port {_port(endpoint)}"
    return RouterError("ROUTER_UNREACHABLE", f"{where} cannot be reached: {why}", reason=why)


def _words(error: Exception, limit_s: float) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return f"no answer within {limit_s:g} s"
    if isinstance(error, OSError) and (error.errno or 0) > 0:  # resolver errors have numbers below zero
        return os.strerror(error.errno or 0)
    return str(error) or type(error).__name__
