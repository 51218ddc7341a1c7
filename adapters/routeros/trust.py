"""TLS contexts for API-SSL: certificates checked by authorities, or by a pinned fingerprint."""

import hashlib
import hmac
import ssl

from domain.router_ports import RouterError, RouterTrust


class TlsContexts:
    """Contexts by what they trust; they are shared, since each holds all authorities in memory."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[bool, str, bool], ssl.SSLContext] = {}

    def context(self, trust: RouterTrust) -> ssl.SSLContext:
        """Raises RouterError when the file of authorities cannot be read."""
        pinned = bool(trust.fingerprint_sha256)
        key = (pinned, "" if pinned else trust.ca_file, bool(trust.server_name))
        if key not in self._contexts:
            self._contexts[key] = _pinning() if pinned else _verifying(trust.ca_file)
        return self._contexts[key]


def _verifying(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise RouterError(
            "ROUTER_CERTIFICATE_REFUSED",
            f"cannot read the authorities in {ca_file}: {error.strerror or error}; give a readable PEM file",
        ) from None


def _pinning() -> ssl.SSLContext:
    """The fingerprint decides, after the handshake and before the login."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a DER certificate in lower-case hex."""
    return hashlib.sha256(certificate).hexdigest() if certificate else ""


def check_pin(trust: RouterTrust, presented: str) -> None:
    """Raises RouterError when another certificate than the pinned one was presented."""
    pinned = trust.fingerprint_sha256.replace(":", "").lower()
    if pinned and not hmac.compare_digest(pinned, presented):
        raise RouterError(
            "ROUTER_CERTIFICATE_REFUSED",
            f"the router presented the certificate {presented}, not the pinned one; pin it if it is the router's own",
            presented_sha256=presented,
            pinned_sha256=pinned,
        )
