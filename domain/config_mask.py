"""Secrets in configurations, replaced by tokens that tell changed from unchanged and nothing else."""

import hashlib
import hmac
from collections.abc import Callable

from domain.config_dialect import compiled
from domain.config_dialects import dialect_of

SecretToken = Callable[[str], str]
"""Turns a secret into what is shown instead of it."""

HIDDEN = "<secret>"
TOKEN_DIGITS = 12
"""48 bits of a keyed hash: enough to tell two secrets of one device apart, too few to be worth anything without the key."""


def hidden(secret: str) -> str:
    """The token that tells nothing, for errors and logs."""
    return HIDDEN


def keyed_tokens(key: bytes) -> SecretToken:
    """Tokens by HMAC-SHA-256 under a key that whoever sees them must not have; equal secrets get equal tokens."""

    def token(secret: str) -> str:
        digest = hmac.new(key, _bare(secret).encode(), hashlib.sha256).hexdigest()
        return f"<secret:{digest[:TOKEN_DIGITS]}>"

    return token


def mask(platform: str, text: str, token: SecretToken = hidden) -> str:
    """The text with a token in place of each secret. Secrets that are encrypted anew on each display all look the same.

    Mask two configurations before they are compared: a rule may need to see where a line stands.
    """
    text = joined(platform, text)
    parts: list[str] = []
    at = 0
    for start, end, unstable in _spans(platform, text):
        parts += (text[at:start], HIDDEN if unstable else token(text[start:end]))
        at = end
    return "".join((*parts, text[at:]))


def secrets(platform: str, text: str) -> tuple[str, ...]:
    """All secrets of a configuration, in the order in which they stand."""
    text = joined(platform, text)
    return tuple(_bare(text[start:end]) for start, end, _ in _spans(platform, text))


def joined(platform: str, text: str) -> str:
    """The text with lines that a device broke made whole, since it breaks them in the middle of secrets too."""
    return compiled(r"\\\r*\n[ \t]*").sub("", text) if dialect_of(platform).continuation else text


def _spans(platform: str, text: str) -> list[tuple[int, int, bool]]:
    """Where secrets stand: sorted, and those that overlap merged, so that no rule uncovers what another one hides."""
    found = sorted(
        (match.start("s"), match.end("s"), rule.unstable)
        for rule in dialect_of(platform).secrets
        for start, end in _regions(rule.within, text)
        for match in compiled(rule.pattern).finditer(text, start, end)
        if match.end("s") > match.start("s")
    )
    merged: list[tuple[int, int, bool]] = []
    for start, end, unstable in found:
        if merged and start < merged[-1][1]:
            before = merged[-1]
            merged[-1] = (before[0], max(before[1], end), before[2] or unstable)
        else:
            merged.append((start, end, unstable))
    return merged


def _regions(within: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in compiled(within).finditer(text)] if within else [(0, len(text))]


def _bare(secret: str) -> str:
    return secret[1:-1] if len(secret) > 1 and secret[0] == secret[-1] and secret[0] in "\"'" else secret
