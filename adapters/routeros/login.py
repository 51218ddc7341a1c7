"""Logs in to a router's API once, to see whether a credential opens it."""

from adapters.routeros.charset import Charset
from adapters.routeros.dial import DialLimits, dial
from adapters.routeros.trust import TlsContexts
from domain.access import AnyAccess, RouterOsAccess
from domain.router_ports import RouterEndpoint


async def try_routeros(address: str, access: AnyAccess) -> str:
    """Words on what was met; raises RouterError."""
    assert isinstance(access, RouterOsAccess)  # as it is registered
    endpoint = RouterEndpoint(router_id="", address=address, access=access)
    dialled = await dial(endpoint, Charset(), TlsContexts(), limits=DialLimits(), on_disturbed=lambda: None)
    dialled.stream.transport.abort()
    told = f"; its certificate is {dialled.certificate_sha256}" if dialled.certificate_sha256 else ""
    return f"the login is accepted within {dialled.latency_s * 1000:.0f} ms{told}"
